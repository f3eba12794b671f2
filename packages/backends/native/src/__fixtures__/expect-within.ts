import { expect } from 'vitest';

/** Half a unit in the last place of 1 in float32: what one rounding loses, relative to its result. */
export const unit = 2 ** -24;

/** Results in float64, and how far from each float32 may be. */
export interface Wanted {
  readonly values: Float64Array;
  readonly room: Float64Array;
}

export const wantedOf = (size: number): Wanted => ({
  values: new Float64Array(size),
  room: new Float64Array(size),
});

/**
 * Expects every value within its room; what is not finite is expected to be so too, and to be the same unless `anyKind`. One
 * expectation an element would take a hundred times as long as what is tested.
 * @param shape for the message
 */
export function expectWithin(
  actual: Float32Array,
  { values, room }: Wanted,
  shape: object,
  { anyKind = false } = {},
): void {
  expectNear(actual, values, (_, i) => room[i] as number, { shape, anyKind });
}

/**
 * {@link expectWithin} of what is wanted in any array.
 * @param room of element i, from what is wanted there
 */
export function expectNear(
  actual: ArrayLike<number>,
  wanted: ArrayLike<number>,
  room: (want: number, i: number) => number,
  { shape = {}, anyKind = false }: { shape?: object; anyKind?: boolean } = {},
): void {
  expect(actual.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) {
    const [value, want] = [actual[i] as number, wanted[i] as number];
    const isRight = Number.isFinite(want)
      ? Math.abs(value - want) <= room(want, i)
      : Object.is(value, want) || (anyKind && !Number.isFinite(value));
    if (!isRight)
      expect.fail(`${JSON.stringify(shape)}: ${value} at ${i}, not ${want} within ${room(want, i)}`);
  }
}
