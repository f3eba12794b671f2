import { describe, expect, test } from 'vitest';
import { channelGrids, encodeChannelGroup, encodeOnGrids } from './channel-grids.js';
import { encodeGroup } from './encode-group.js';

const grid = { bits: 4, symmetric: false, clip: 1 } as const;
const floats = (...values: number[]) => Float32Array.from(values);

describe('channelGrids', () => {
  test('a channel far from 0 wastes its levels on the way there, unless its range is its own', () => {
    const zeroInclusive = channelGrids(floats(396), floats(408), grid);
    expect(zeroInclusive.scales[0]).toBeCloseTo(408 / 15, 5);
    expect(zeroInclusive.zeros[0]).toBe(0);
    const own = channelGrids(floats(396), floats(408), { ...grid, range: 'min-max' });
    expect(own.scales[0]).toBeCloseTo(12 / 15, 6);
    expect(own.zeros[0]).toBe(-495); // -396 / 0.8, far outside the codes
  });

  test('constant and empty channels come back', () => {
    for (const range of ['zero-inclusive', 'min-max', 'float-minimum'] as const) {
      for (const value of [0.7, -400, 0]) {
        const grids = channelGrids(floats(value), floats(value), { ...grid, range });
        const codes = new Uint8Array(1);
        encodeOnGrids(floats(value), 0, 1, grids, 0, grid, codes, 0);
        const read = grids.scales[0]! * (codes[0]! - grids.zeros[0]!) + (grids.offset?.[0] ?? 0);
        expect(read).toBeCloseTo(value, 4);
      }
    }
  });

  test('clips each end by its own ratio', () => {
    const clip = { low: 0.5, high: 0.9 };
    const { scales, zeros } = channelGrids(floats(-8), floats(10), { ...grid, clip });
    expect(scales[0]).toBeCloseTo(13 / 15, 6); // [-4, 9]
    expect(zeros[0]).toBe(5); // round(4.6)
  });

  test('the minimum of KIVI is kept as a float', () => {
    const { scales, zeros, offset } = channelGrids(floats(5.25), floats(8.25), {
      bits: 2,
      symmetric: false,
      clip: 1,
      range: 'float-minimum',
    });
    expect([scales[0], zeros[0], offset?.[0]]).toEqual([1, 0, 5.25]);
  });

  test('an infinite end shows', () => {
    const { scales } = channelGrids(floats(0), floats(Number.POSITIVE_INFINITY), grid);
    expect(scales[0]).toBeNaN();
  });
});

test('encodeOnGrids subtracts the offset, rounds half to even and clamps', () => {
  const grids = { scales: floats(1, 2, 1), zeros: floats(3, 0, 0), offset: floats(10, 0, 0) };
  const codes = new Uint8Array(3);
  encodeOnGrids(floats(12.5, 5, 99), 0, 3, grids, 0, grid, codes, 0);
  expect(Array.from(codes)).toEqual([5, 2, 15]); // 2.5 → 2, + 3; 2.5 → 2; clamped
});

test('a group of tokens per channel is a group per token of the transpose', () => {
  const [tokens, channels] = [6, 5];
  const values = Float32Array.from({ length: 30 }, (_, i) => Math.sin(i) * (1 + (i % 5)) + (i % 5));
  for (const range of ['zero-inclusive', 'float-minimum'] as const) {
    const codes = new Uint8Array(30);
    const grids = encodeChannelGroup(values, 0, tokens, channels, { ...grid, range }, codes);
    for (let c = 0; c < channels; c++) {
      const column = Float32Array.from({ length: tokens }, (_, t) => values[t * channels + c]!);
      const expected = new Uint8Array(tokens);
      const parameters = new Float32Array(2);
      encodeGroup(column, 0, tokens, { ...grid, range }, expected, 0, parameters, 0);
      expect(Array.from({ length: tokens }, (_, t) => codes[t * channels + c])).toEqual([
        ...expected,
      ]);
      const second = grids.offset ?? grids.zeros;
      expect([grids.scales[c], second[c]]).toEqual([...parameters]);
    }
  }
});
