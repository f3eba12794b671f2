import { slice, type Tensor2D } from '@tensorflow/tfjs-core';
import {
  type CompleteCompensationOptions,
  dequantizeWeight,
  type PreparedColumns,
  prepareColumns,
  quadraticTrace,
  roundColumns,
  spans,
} from '@thinkbits/numerics';
import {
  type QuantizedWeight,
  type RoundedLinear,
  type RoundingSession,
  type RoundingTarget,
  type StageContext,
  ThinkbitsError,
  throwIfAborted,
  type WeightScheme,
} from '@thinkbits/spec';
import { blockedOptions } from './blocked-options.js';
import { type InputStatistics, observeInputs } from './input-products.js';
import { rowsTogether } from './rows-together.js';

/** What GPTQ and its kin differ in. */
export interface CompensatedSessionOptions {
  /** The stage's name, the first half of its error codes. */
  readonly id: string;
  readonly compensation: CompleteCompensationOptions;
  /**
   * Share of the drift of the inputs that is made up for (GPTAQ); without it float inputs are not looked at.
   */
  readonly driftShare?: number;
}

/**
 * A session of rounding with error feedback: linears that share an input share one Hessian and its factor.
 *
 * Its methods throw `<id>/no-inputs`, `<id>/no-float-inputs`, and what `prepareColumns` and `roundColumns`
 * throw.
 */
export function openCompensatedSession(
  targets: readonly RoundingTarget[],
  context: Pick<StageContext, 'signal'>,
  { id, compensation, driftShare }: CompensatedSessionOptions,
): RoundingSession {
  const observer = observeInputs();
  const subject = targets.map(({ linear }) => linear.name).join(', ');
  const { signal } = context;
  const blocked = blockedOptions(signal);

  async function prepare(statistics: InputStatistics, columns: number): Promise<PreparedColumns> {
    const { drift } = statistics;
    if (drift && driftShare !== 1)
      for (let i = 0; i < drift.length; i++)
        drift[i] = (driftShare as number) * (drift[i] as number);
    return prepareColumns(statistics.hessian, columns, {
      ...blocked,
      ...compensation,
      subject,
      ...(drift && { drift }),
    });
  }

  /** Rounds some rows of a linear, which do not depend on the others, and measures what that does. */
  async function roundRows(
    { scheme, hints }: RoundingTarget,
    weight: Tensor2D,
    { hessian }: InputStatistics,
    prepared: PreparedColumns,
  ) {
    const [rows, columns] = weight.shape;
    const values = (await weight.data()) as Float32Array; // [rows, in]
    const rounded = await roundColumns(values, rows, columns, scheme, prepared, {
      ...blocked,
      ...compensation,
      ...(hints?.clip && { clip: hints.clip }),
    });
    const difference = dequantizeWeight(rounded);
    for (let i = 0; i < difference.length; i++)
      difference[i] = (difference[i] as number) - (values[i] as number);
    return {
      rounded,
      weightError: sumOfSquares(difference),
      weightNorm: sumOfSquares(values),
      outputError: await quadraticTrace(difference, rows, hessian, columns, blocked),
      outputNorm: await quadraticTrace(values, rows, hessian, columns, blocked),
    };
  }

  async function roundLinear(
    target: RoundingTarget,
    weight: Tensor2D,
    statistics: InputStatistics,
    prepared: PreparedColumns,
  ): Promise<RoundedLinear> {
    const [rows, columns] = weight.shape;
    const together = rowsTogether(target, rows, columns);
    const parts: Awaited<ReturnType<typeof roundRows>>[] = [];
    for (const [top, bottom] of spans(0, rows, together)) {
      const strip = slice(weight, [top, 0], [bottom - top, columns]);
      try {
        parts.push(await roundRows(target, strip, statistics, prepared));
      } finally {
        strip.dispose();
      }
    }
    const sum = (pick: (part: (typeof parts)[number]) => number) =>
      parts.reduce((total, part) => total + pick(part), 0);
    const outputError = Math.max(
      0,
      sum((part) => part.outputError),
    );
    return {
      weight: concatRows(parts.map(({ rounded }) => rounded)),
      report: {
        relativeWeightError: ratio(
          sum((part) => part.weightError),
          sum((part) => part.weightNorm),
        ),
        relativeOutputError: ratio(
          outputError,
          sum((part) => part.outputNorm),
        ),
        damping: prepared.damping,
      },
    };
  }

  return {
    async observe(input, floatInput) {
      if (driftShare === undefined) return observer.observe(input);
      if (!floatInput)
        throw missing(id, 'no-float-inputs', subject, 'no inputs of the float model');
      await observer.observe(input, floatInput);
    },
    async finish(weights) {
      throwIfAborted(signal);
      const statistics = observer.take();
      if (!statistics) throw missing(id, 'no-inputs', subject, 'no inputs');
      const prepared = await prepare(statistics, (weights[0] as Tensor2D).shape[1]);
      const results: RoundedLinear[] = [];
      for (const [index, target] of targets.entries()) {
        throwIfAborted(signal);
        results.push(await roundLinear(target, weights[index] as Tensor2D, statistics, prepared));
      }
      return results;
    },
    dispose: observer.dispose,
  };
}

/** ‖x‖². */
function sumOfSquares(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += (values[i] as number) ** 2;
  return sum;
}

/** Nothing lost of nothing is no error. */
const ratio = (error: number, norm: number): number => (error === 0 ? 0 : error / norm);

/** Rows of one matrix below each other. */
function concatRows(parts: readonly QuantizedWeight[]): QuantizedWeight {
  const [first] = parts as readonly [QuantizedWeight];
  if (parts.length === 1) return first;
  const join = <T extends Float32Array | Int8Array | Uint8Array>(
    pick: (part: QuantizedWeight) => T,
  ): T => {
    const arrays = parts.map(pick);
    const { constructor: kind } = arrays[0] as T;
    const length = arrays.reduce((total, array) => total + array.length, 0);
    const joined = new (kind as new (length: number) => T)(length);
    let at = 0;
    for (const array of arrays) {
      joined.set(array as never, at);
      at += array.length;
    }
    return joined;
  };
  return {
    ...first,
    rows: parts.reduce((total, { rows }) => total + rows, 0),
    codes: join(({ codes }) => codes),
    scales: join(({ scales }) => scales),
    ...(first.zeros && { zeros: join(({ zeros }) => zeros as Float32Array) }),
  };
}

function missing(id: string, what: string, subject: string, seen: string): ThinkbitsError {
  return new ThinkbitsError({
    code: `${id}/${what}`,
    message: `${id} saw ${seen} of ${subject}.`,
    help: `Calibrate on at least one token, or round with rtn, which needs no inputs.`,
    details: { linears: subject },
  });
}

/**
 * Rounds one weight, `[out, in]`, outside a pipeline; the caller keeps the tensors.
 * @param batches `[tokens, in]` each
 * @throws ThinkbitsError `<id>/no-bits` without a scheme; what a session throws
 */
export async function roundAlone(
  weight: Tensor2D,
  scheme: WeightScheme | undefined,
  batches: readonly { readonly input: Tensor2D; readonly floatInput?: Tensor2D }[],
  options: CompensatedSessionOptions,
): Promise<RoundedLinear> {
  const { id } = options;
  if (!scheme) {
    throw new ThinkbitsError({
      code: `${id}/no-bits`,
      category: 'usage',
      message: `${id}() names no bits to round this weight to.`,
      help: `Say how many, for example ${id}({ bits: 4 }).`,
    });
  }
  const [rows, columns] = weight.shape;
  const linear = { name: 'the weight', out: rows, in: columns, bias: false };
  const session = openCompensatedSession([{ linear, scheme }], {}, options);
  try {
    for (const { input, floatInput } of batches) await session.observe?.(input, floatInput);
    const [rounded] = await session.finish([weight]);
    return rounded as RoundedLinear;
  } finally {
    session.dispose();
  }
}
