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
 * Expects every value within its room; what is not finite is expected to be so too, and to be the same unless `anyKind`.
 * @param shape for the message
 */
export function expectWithin(
  actual: Float32Array,
  { values, room }: Wanted,
  shape: object,
  { anyKind = false } = {},
): void {
  expect(actual.length).toBe(values.length);
  for (let i = 0; i < values.length; i++) {
    const [value, want] = [actual[i] as number, values[i] as number];
    const isRight = Number.isFinite(want)
      ? Math.abs(value - want) <= (room[i] as number)
      : Object.is(value, want) || (anyKind && !Number.isFinite(value));
    if (!isRight)
      expect.fail(`${JSON.stringify(shape)}: ${value} at ${i}, not ${want} within ${room[i]}`);
  }
}
