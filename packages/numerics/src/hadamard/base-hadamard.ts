import { type FiniteField, finiteField } from './quadratic-character.js';

/** Paley's first construction, I + C with C skew: order q + 1 for q ≡ 3 (mod 4). */
function paleyOne(field: FiniteField): Int8Array {
  const order = field.size + 1;
  return Int8Array.from({ length: order * order }, (_, index) => {
    const [row, column] = [Math.floor(index / order), index % order];
    if (row === column) return 1;
    if (row === 0) return 1;
    return column === 0 ? -1 : field.character(row - 1, column - 1);
  });
}

/** Paley's second construction, S ⊗ [[1, 1], [1, -1]] + I ⊗ [[1, -1], [-1, -1]]: order 2 (q + 1) for q ≡ 1 (mod 4). */
function paleyTwo(field: FiniteField): Int8Array {
  const half = field.size + 1;
  const order = 2 * half;
  const symmetric = (row: number, column: number): number => {
    if (row === column) return 0;
    return row === 0 || column === 0 ? 1 : field.character(row - 1, column - 1);
  };
  return Int8Array.from({ length: order * order }, (_, index) => {
    const [row, column] = [Math.floor(index / order), index % order];
    const [block, other] = [row >> 1, column >> 1];
    const corner = (row & 1) === 1 && (column & 1) === 1;
    if (block === other) return (row & 1) === 0 && (column & 1) === 0 ? 1 : -1;
    return symmetric(block, other) * (corner ? -1 : 1);
  });
}

/**
 * A Hadamard matrix of ±1, H Hᵀ = order · I, `[order, order]` row-major, by Paley's constructions over prime fields and their
 * squares (methods.md §2.2); undefined where neither applies.
 */
export function baseHadamard(order: number): Int8Array | undefined {
  if (order === 1) return Int8Array.of(1);
  if (order % 4 !== 0) return undefined;
  const first = finiteField(order - 1); // order ≡ 0, so that q ≡ 3 (mod 4)
  if (first) return paleyOne(first);
  const second = (order / 2 - 1) % 4 === 1 ? finiteField(order / 2 - 1) : undefined;
  return second && paleyTwo(second);
}
