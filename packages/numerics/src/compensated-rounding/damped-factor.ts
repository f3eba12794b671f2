import { ThinkbitsError } from '@thinkbits/spec';
import type { BlockedOptions } from '../linear-algebra/matrix-block.js';
import { upperFactorOfInverse } from '../linear-algebra/upper-factor-of-inverse.js';

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

/**
 * Factors the inverse of a damped Hessian; where that fails, dampens a fresh copy more, by `dampingIncrement`
 * at a time up to 1 (methods.md §1.3, step 5; §5, trap 9).
 * @param hessian `[size, size]`, left as it is
 * @throws ThinkbitsError `hessian/not-positive-definite` (the Hessian is indefinite by more than its mean
 * diagonal), `run/aborted`
 */
export async function dampedFactor(
  hessian: Float32Array,
  size: number,
  { damping, dampingIncrement, subject, ...options }: DampingOptions,
): Promise<DampedFactor> {
  let mean = 0;
  for (let i = 0; i < size; i++) mean += (hessian[i * size + i] as number) / size;
  for (let step = 0; ; step++) {
    const tried = damping + step * dampingIncrement;
    if (tried > 1) break;
    const upper = hessian.slice();
    for (let i = 0; i < size; i++) {
      upper[i * size + i] = (upper[i * size + i] as number) + tried * mean;
    }
    if (await upperFactorOfInverse(upper, size, options)) return { upper, damping: tried };
  }
  throw new ThinkbitsError({
    code: 'hessian/not-positive-definite',
    message: `The Hessian of ${subject} is not positive definite, with damping from ${damping} to 1.`,
    help: 'Calibrate on more tokens, or leave this linear to rtn by a rule.',
    details: { subject, damping },
  });
}
