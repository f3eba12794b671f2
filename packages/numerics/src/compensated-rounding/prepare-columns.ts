import { ThinkbitsError } from '@thinkbits/spec';
import { allFinite } from '../all-finite.js';
import { checkLength } from '../grid.js';
import { activationOrder, reorderSquare } from './column-order.js';
import { type DampingOptions, dampedFactor } from './damped-factor.js';
import { driftResponse } from './drift-response.js';

/**
 * What linears that read the same inputs share: the order of their columns and how errors spread from one to
 * the next.
 */
export interface PreparedColumns {
  /** Position → column. */
  readonly order: Int32Array;
  /** By column, 1 where no input was ever other than 0. */
  readonly dead: Uint8Array;
  /**
   * U by positions, `[columns, columns]`: an error e in the units of U[i, i] moves column j by -e · U[i, j].
   */
  readonly upper: Float32Array;
  /** P by positions, `[columns, columns]`: a weight w moves column j by w · P[i, j]; absent without drift. */
  readonly response?: Float32Array;
  /** The damping that was needed. */
  readonly damping: number;
}

/** How columns are prepared. */
export interface PrepareColumnsOptions extends DampingOptions {
  readonly actOrder: boolean;
  /** ΔX Xᵀ in the Hessian's units, ΔX the float model's inputs minus X; `[columns, columns]`. */
  readonly drift?: Float32Array;
}

/**
 * Orders columns, dampens and factors the Hessian (methods.md §1.3, steps 2, 4 and 5).
 * @param hessian 2/n Σ XXᵀ, `[columns, columns]`; left as it is, as the drift is
 * @throws ThinkbitsError `hessian/not-finite`, `hessian/not-positive-definite`, `numerics/length`,
 * `run/aborted`
 */
export async function prepareColumns(
  hessian: Float32Array,
  columns: number,
  { actOrder, drift, ...options }: PrepareColumnsOptions,
): Promise<PreparedColumns> {
  for (const statistic of drift ? [hessian, drift] : [hessian]) {
    checkLength('The Hessian', statistic.length, columns * columns);
    if (!allFinite(statistic)) refuseNotFinite(options.subject);
  }
  const diagonal = Float32Array.from({ length: columns }, (_, i) => hessian[i * columns + i] ?? 0);
  const dead = Uint8Array.from(diagonal, (value) => Number(value === 0));
  for (const [column, isDead] of dead.entries()) if (isDead) diagonal[column] = 1;
  const order = actOrder ? activationOrder(diagonal) : Int32Array.from(diagonal.keys());
  const factor = await dampedFactor({ hessian, diagonal, order }, options);
  if (!drift) return { order, dead, ...factor };
  const response = await driftResponse(reorderSquare(drift, order), factor.upper, columns, options);
  return { order, dead, ...factor, response };
}

function refuseNotFinite(subject: string): never {
  throw new ThinkbitsError({
    code: 'hessian/not-finite',
    message: `The calibration inputs of ${subject} are NaN or infinite, or too large to be squared.`,
    help: 'Check the checkpoint, and the stages before this one: some activation overflowed.',
    details: { subject },
  });
}
