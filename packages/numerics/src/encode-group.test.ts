import type { RangeRule } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { encodeGroup } from './encode-group.js';
import type { Grid } from './grid.js';
import { dequantizeTokens, quantizeTokens } from './quantize-tokens.js';
import { createRandom } from './random.js';

type OneClip = Grid & { readonly clip: number; readonly range?: RangeRule };
const grid = (more: Partial<OneClip> = {}): OneClip => ({
  bits: 4,
  symmetric: false,
  clip: 1,
  ...more,
});

function encode(values: number[], more?: Partial<OneClip>) {
  const codes = new Uint8Array(values.length);
  const parameters = new Float32Array(2);
  encodeGroup(Float32Array.from(values), 0, values.length, grid(more), codes, 0, parameters, 0);
  return { codes: Array.from(codes), scale: parameters[0]!, zero: parameters[1]! };
}

describe('encodeGroup', () => {
  test('the example of methods.md §6, plain and clipped', () => {
    const values = [-1, 0.5, 2, 0.1, -0.35, 1.25];
    expect(encode(values)).toEqual({
      codes: [0, 7, 15, 5, 3, 11],
      scale: Math.fround(0.2),
      zero: 5,
    });
    const clipped = encode(values, { clip: 0.9 });
    expect(clipped).toMatchObject({ codes: [0, 8, 15, 6, 3, 12], zero: 5 });
    expect(clipped.scale).toBeCloseTo(0.18, 7);
  });

  test('reads, and writes, where it is told and nowhere else', () => {
    const codes = new Uint8Array(6).fill(99);
    const parameters = new Float32Array(6).fill(99);
    encodeGroup(Float32Array.of(50, 0, 15, 50), 1, 2, grid(), codes, 3, parameters, 2);
    expect(Array.from(codes)).toEqual([99, 99, 99, 0, 15, 99]);
    expect(Array.from(parameters)).toEqual([99, 99, 1, 0, 99, 99]);
  });

  test('an empty group has the range [-1, 1], or scale 1 when symmetric, and reads back as 0', () => {
    const asymmetric = encode([0, 0]);
    expect(asymmetric.scale).toBeCloseTo(2 / 15, 7);
    expect(asymmetric.codes).toEqual([asymmetric.zero, asymmetric.zero]);
    expect(encode([0, 0], { symmetric: true })).toEqual({ codes: [0, 0], scale: 1, zero: 0 });
  });

  test('a range below the least float32 counts as empty, not as a division by 0', () => {
    const least = 2 ** -149;
    expect(encode([least, 0]).scale).toBeCloseTo(2 / 15, 7);
    expect(encode([least, 0], { symmetric: true })).toEqual({ codes: [0, 0], scale: 1, zero: 0 });
  });

  test('the min-max range does not reach for 0', () => {
    expect(encode([-1, 14], { range: 'min-max' })).toEqual({ codes: [0, 15], scale: 1, zero: 1 });
    expect(encode([4, 19], { range: 'min-max' })).toEqual({ codes: [4, 15], scale: 1, zero: 0 }); // zero point clamped
  });

  test('symmetric codes are two’s complement bytes', () => {
    expect(encode([7, -7, -1], { symmetric: true }).codes).toEqual([7, 256 - 7, 255]);
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY], [Number.NEGATIVE_INFINITY]])(
    '%d makes the scale NaN, so that the group reads back as NaN',
    (wrong) => {
      for (const more of [{}, { symmetric: true }, { range: 'min-max' as const }]) {
        expect(encode([1, wrong, 2], more).scale).toBeNaN();
      }
    },
  );
});

describe('quantizeTokens', () => {
  const random = createRandom('tokens');
  const x = Float32Array.from({ length: 3 * 10 }, () => random.normal());

  test('a token is quantized the same whatever comes before it', () => {
    const all = quantizeTokens(x, 3, 10, { ...grid(), group: 5 });
    const last = quantizeTokens(x.slice(20), 1, 10, { ...grid(), group: 5 });
    expect(all.codes.slice(20)).toEqual(last.codes);
    expect(all.scales.slice(4)).toEqual(last.scales);
    expect(all.zeros.slice(4)).toEqual(last.zeros);
  });

  test('reads back within half a step, ragged last group included', () => {
    for (const symmetric of [false, true]) {
      const q = quantizeTokens(x, 3, 10, { ...grid({ bits: 8, symmetric }), group: 4 });
      expect(q.scales.length).toBe(9);
      const back = dequantizeTokens(q);
      const worst = x.reduce((most, value, i) => {
        const scale = q.scales[Math.floor(i / 10) * 3 + Math.floor((i % 10) / 4)]!;
        return Math.max(most, Math.abs(back[i]! - value) / scale);
      }, 0);
      expect(worst).toBeLessThan(symmetric ? 0.5001 : 1.0001); // an asymmetric end may lie half a step outside
      expect(worst).toBeGreaterThan(0.1);
    }
  });

  test('shrinks each end of each group by its own ratio', () => {
    const tokens = Float32Array.of(-2, 2, -4, 8);
    const clip = { low: [0.5, 1], high: [1, 0.25] };
    const q = quantizeTokens(tokens, 1, 4, { bits: 4, symmetric: false, clip, group: 2 });
    expect([...q.scales]).toEqual([Math.fround(3 / 15), Math.fround(6 / 15)]); // [-1, 2], [-4, 2]
    expect([...q.codes]).toEqual([0, 15, 0, 15]);
  });

  test('refuses what it cannot group', () => {
    const run = (group: number) => () => quantizeTokens(x, 3, 10, { ...grid(), group });
    expect(run(11)).toThrow(expect.objectContaining({ code: 'group/larger-than-row' }));
    expect(run(0)).toThrow(expect.objectContaining({ code: 'group/size' }));
  });
});
