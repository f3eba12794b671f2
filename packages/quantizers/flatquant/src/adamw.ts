/** What {@link AdamW} keeps of a parameter: running means of its gradient and of the gradient's square. */
interface Moments {
  readonly first: Float64Array;
  readonly second: Float64Array;
  steps: number;
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/**
 * AdamW (Loshchilov and Hutter 2019, arXiv 1711.05101, algorithm 2), on the host in float64: weight decay acts on the parameter
 * itself, apart from the gradient.
 */
export class AdamW {
  private readonly weightDecay: number;
  private readonly moments = new Map<string, Moments>();

  constructor(weightDecay: number) {
    this.weightDecay = weightDecay;
  }

  /** Changes `values` in place by one step. */
  update(name: string, values: Float32Array, gradient: ArrayLike<number>, rate: number): void {
    const moments = this.moments.get(name) ?? {
      first: new Float64Array(values.length),
      second: new Float64Array(values.length),
      steps: 0,
    };
    this.moments.set(name, moments);
    moments.steps++;
    const { first, second, steps } = moments;
    const [bias1, bias2] = [1 - beta1 ** steps, 1 - beta2 ** steps];
    for (let i = 0; i < values.length; i++) {
      const slope = gradient[i] as number;
      const m = beta1 * (first[i] as number) + (1 - beta1) * slope;
      const v = beta2 * (second[i] as number) + (1 - beta2) * slope * slope;
      [first[i], second[i]] = [m, v];
      const kept = (values[i] as number) * (1 - rate * this.weightDecay);
      values[i] = kept - (rate * (m / bias1)) / (Math.sqrt(v / bias2) + epsilon);
    }
  }
}

/** Cosine annealing (Loshchilov and Hutter 2017, arXiv 1608.03983, eq. 5) from `first` at step 0 to `last` at step `steps`. */
export function cosineRate(step: number, steps: number, first: number, last: number): number {
  return last + ((first - last) * (1 + Math.cos((Math.PI * step) / steps))) / 2;
}
