import { ThinkbitsError } from '@thinkbits/spec';
import type { BlockedOptions } from '../linear-algebra/matrix-block.js';
import { upperFactorOfInverse } from '../linear-algebra/upper-factor-of-inverse.js';
import { reorderSquare as plainReorder } from './column-order.js';

/** U with (H + damping · mean(diag H) · I)⁻¹ = Uᵀ U, and the damping that was needed. */
export interface DampedFactor {
  /** `[size, size]`, upper triangular. */
  readonly upper: Float32Array;
  readonly damping: number;
}

/** How a Hessian is damped. */
export interface DampingOptions extends BlockedOptions {
  readonly damping: number;
  readonly dampingIncrement: number;
  /** Whose Hessian it is, for messages. */
  readonly subject: string;
}

/** A Hessian as it is to be factored, without a copy of it. */
export interface OrderedHessian {
  /** `[size, size]`; left as it is. */
  readonly hessian: Float32Array;
  /** What stands on its diagonal instead, by column: 1 where a column is dead. */
  readonly diagonal: Float32Array;
  /** Position → column. */
  readonly order: Int32Array;
}

/**
 * Factors the inverse of a damped Hessian; where that fails, dampens it more, by `dampingIncrement` at a time
 * up to 1, each time from the Hessian as it was (methods.md §1.3, step 5; §5, trap 9). The factor is the only
 * matrix beside the Hessian.
 * @throws ThinkbitsError `hessian/not-positive-definite` (the Hessian is indefinite by more than its mean
 * diagonal), `run/aborted`
 */
export async function dampedFactor(
  { hessian, diagonal, order }: OrderedHessian,
  { damping, dampingIncrement, subject, reorderSquare = plainReorder, ...options }: DampingOptions,
): Promise<DampedFactor> {
  const size = order.length;
  const upper = new Float32Array(size * size);
  const ordered = Float32Array.from(order, (column) => diagonal[column] as number);
  const mean = ordered.reduce((sum, value) => sum + value / size, 0);
  for (let step = 0; ; step++) {
    const tried = damping + step * dampingIncrement;
    if (tried > 1) break;
    reorderSquare(hessian, order, upper);
    for (const [i, value] of ordered.entries()) upper[i * size + i] = value + tried * mean;
    if (await upperFactorOfInverse(upper, size, options)) return { upper, damping: tried };
  }
  throw new ThinkbitsError({
    code: 'hessian/not-positive-definite',
    message: `The Hessian of ${subject} is not positive definite, with damping from ${damping} to 1.`,
    help: 'Calibrate on more tokens, or leave this linear to rtn by a rule.',
    details: { subject, damping },
  });
}
