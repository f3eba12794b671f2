import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  type CompleteCompensationOptions,
  dequantizeWeight,
  prepareColumns,
  quadraticTrace,
  relativeSquaredError,
  roundColumns,
} from '@thinkbits/numerics';
import {
  type RoundedLinear,
  type RoundingSession,
  type RoundingTarget,
  type StageContext,
  ThinkbitsError,
  throwIfAborted,
  type WeightScheme,
} from '@thinkbits/spec';
import { backendProduct } from './backend-product.js';
import { type InputStatistics, observeInputs } from './input-products.js';

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
  const blocked = { subtractProduct: backendProduct, ...(signal && { signal }) };

  async function prepare(statistics: InputStatistics, columns: number) {
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

  async function roundLinear(
    { scheme, hints }: RoundingTarget,
    weight: Tensor2D,
    { hessian }: InputStatistics,
    prepared: Awaited<ReturnType<typeof prepare>>,
  ): Promise<RoundedLinear> {
    const [rows, columns] = weight.shape;
    const values = (await weight.data()) as Float32Array; // [out, in]
    const rounded = await roundColumns(values, rows, columns, scheme, prepared, {
      ...blocked,
      ...compensation,
      ...(hints?.clip && { clip: hints.clip }),
    });
    const back = dequantizeWeight(rounded);
    const relativeWeightError = relativeSquaredError(back, values);
    for (let i = 0; i < back.length; i++) back[i] = (back[i] as number) - (values[i] as number);
    const error = await quadraticTrace(back, rows, hessian, columns, blocked);
    const norm = await quadraticTrace(values, rows, hessian, columns, blocked);
    const relativeOutputError = error <= 0 ? 0 : error / norm;
    return {
      weight: rounded,
      report: { relativeWeightError, relativeOutputError, damping: prepared.damping },
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
