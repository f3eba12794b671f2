import { createRandom, randomOrthogonal, transposeLinearMap } from '@thinkbits/numerics';
import type { InvertiblePair, LinearMap } from '@thinkbits/spec';

/** An orthogonal map and its transpose, which undoes it. */
const orthogonalPair = (forward: LinearMap): InvertiblePair => ({
  forward,
  inverse: transposeLinearMap(forward),
});

/** x · Hᵀ, the structured Hadamard transform of each row (methods.md §1.5 step 4). */
export function hadamardRotation(size: number): InvertiblePair {
  return orthogonalPair({ kind: 'hadamard', size, transposed: true });
}

/** Q of the residual stream: D · Hᵀ with D of random ±1 (methods.md §1.5 step 2), or a random orthogonal matrix. */
export function residualRotation(
  rotation: 'hadamard' | 'orthogonal',
  size: number,
  seed: number,
): InvertiblePair {
  if (rotation === 'hadamard')
    return orthogonalPair({ kind: 'hadamard', size, seed, transposed: true });
  const values = randomOrthogonal(size, createRandom(seed).fork('residual stream'));
  return orthogonalPair({ kind: 'dense', size, values });
}
