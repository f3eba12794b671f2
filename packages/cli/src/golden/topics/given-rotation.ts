import {
  baseHadamard,
  denseLinearMap,
  hadamardOrder,
  linearMapSize,
  transposeLinearMap,
} from '@thinkbits/numerics';
import { type Edit, type LinearMap, ThinkbitsError, type Transform } from '@thinkbits/spec';
import type { GoldenTensor } from '../tensor.js';

/**
 * The matrices H_K that a case was made with must be those that are constructed here: another choice is as good, and gives
 * other numbers.
 * @param base `[K, K]`
 * @throws ThinkbitsError `golden/other-matrix`
 */
export function expectBase({ shape, values }: GoldenTensor): void {
  const [order = 0] = shape;
  const own = baseHadamard(order);
  if (own && values.every((value, i) => value === own[i])) return;
  throw new ThinkbitsError({
    code: 'golden/other-matrix',
    message: `The case was made with another Hadamard matrix of order ${order} than is constructed here.`,
    help: 'Construct it as methods.md §2.2 says, with rows in the order of golden/README.md.',
    details: { order },
  });
}

/** D · Hᵀ as a matrix, for signs that no seed gives. */
function signedMap(size: number, signs: GoldenTensor['values']): LinearMap {
  const values = denseLinearMap({ kind: 'hadamard', size, transposed: true });
  return {
    kind: 'dense',
    size,
    values: values.map((value, i) => value * (signs[Math.floor(i / size)] as number)),
  };
}

/** The same transform, with given signs in the place of those that it draws from its seed. */
export function withSigns(transform: Transform, signs: GoldenTensor['values']): Transform {
  const given = (edit: Edit): Edit => {
    if (edit.op !== 'rotate') return edit;
    const { forward } = edit.map;
    if (forward.kind !== 'hadamard' || forward.seed === undefined) return edit;
    const map = signedMap(linearMapSize(forward), signs);
    return { ...edit, map: { forward: map, inverse: transposeLinearMap(map) } };
  };
  return {
    ...transform,
    async propose(block, context) {
      const proposal = await transform.propose(block, context);
      return { ...proposal, edits: proposal.edits.map(given) };
    },
  };
}

/** How a size is factored, `[K, 2^m]`. */
export function factorOf(size: number): [base: number, power: number] {
  const { base, power } = hadamardOrder(size);
  return [base, power];
}
