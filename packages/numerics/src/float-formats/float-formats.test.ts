import { completeWeightScheme, floatFormats } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { normalMatrix } from '../__fixtures__/matrices.js';
import { defaultClipSearch } from '../clip-search.js';
import { prepareColumns } from '../compensated-rounding/prepare-columns.js';
import { roundColumns } from '../compensated-rounding/round-columns.js';
import { dequantizeWeight } from '../dequantize-weight.js';
import { packedWeightBytes } from '../packed-weight-bytes.js';
import { dequantizeTokens, quantizeTokens } from '../quantize-tokens.js';
import { relativeSquaredError } from '../relative-error.js';
import { roundToNearest } from '../round-to-nearest.js';
import { encodeFloat } from './encode-float.js';
import { floatElements } from './float-element.js';
import { scaleCode, scaleOfCode } from './float-scale.js';
import { decodePowerScale, powerScaleCode } from './power-scale.js';

const { e2m1, e4m3, e5m2 } = floatElements;
const names = ['e2m1', 'e4m3', 'e5m2'] as const;

describe('elements', () => {
  test('are those of the OCP specifications', () => {
    expect(Array.from(e2m1.values.subarray(0, 8))).toEqual([0, 0.5, 1, 1.5, 2, 3, 4, 6]);
    expect(Object.is(e2m1.values[8], -0)).toBe(true);
    // OFP8 1.0, table 2: largest, smallest normal, smallest subnormal
    expect([e4m3.largest, e4m3.values[0x08], e4m3.values[0x01]]).toEqual([448, 2 ** -6, 2 ** -9]);
    expect([e5m2.largest, e5m2.values[0x04], e5m2.values[0x01]]).toEqual([
      57344,
      2 ** -14,
      2 ** -16,
    ]);
    expect([e4m3.values[0x7f], e4m3.values[0xff]]).toEqual([Number.NaN, Number.NaN]);
    expect([e5m2.values[0x7c], e5m2.values[0xfc], e5m2.values[0x7e]]).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });

  test.each(names)('every code of %s comes back from its value', (name) => {
    const format = floatElements[name];
    for (const [code, value] of format.values.entries()) {
      if (Number.isNaN(value)) continue;
      expect(encodeFloat(value, format, false)).toBe(code);
    }
  });

  test.each(names)(
    'halfway between two values of %s the even code wins, beside it the near one',
    (name) => {
      const format = floatElements[name];
      for (let code = 0; code < format.largestCode; code++) {
        const [low, high] = [format.values[code]!, format.values[code + 1]!];
        const middle = (low + high) / 2;
        const step = (high - low) * 2 ** -10;
        expect(encodeFloat(middle, format)).toBe(code + (code % 2));
        expect(encodeFloat(middle - step, format)).toBe(code);
        expect(encodeFloat(middle + step, format)).toBe(code + 1);
        const sign = 2 ** (format.bits - 1);
        expect(encodeFloat(-middle, format)).toBe(sign + code + (code % 2));
      }
    },
  );

  test('saturate, or overflow to what the format has', () => {
    expect(encodeFloat(7, e2m1)).toBe(7);
    expect(encodeFloat(464, e4m3, false)).toBe(0x7e); // halfway to 480: even
    expect(encodeFloat(464.1, e4m3, false)).toBe(0x7f);
    expect(encodeFloat(Number.NEGATIVE_INFINITY, e4m3)).toBe(0xfe);
    expect(encodeFloat(61440, e5m2, false)).toBe(0x7c);
    expect(encodeFloat(61440, e5m2)).toBe(0x7b);
    expect(e4m3.values[encodeFloat(Number.NaN, e4m3)]).toBeNaN();
  });
});

describe('power-of-two scales', () => {
  test('every code comes back from its power', () => {
    for (let code = 0; code < 255; code++) {
      expect(scaleCode('e8m0', Math.fround(decodePowerScale(code)), 1)).toBe(code);
    }
    expect(decodePowerScale(255)).toBeNaN();
  });

  test.each([
    // max|x|, exponent of the largest element, floor, round
    [1, 2, 125, 125],
    [6, 2, 127, 127],
    [6.99, 2, 127, 127],
    [7, 2, 127, 128],
    [7.99, 2, 127, 128],
    [8, 2, 128, 128],
    [448, 8, 127, 128],
    [447, 8, 127, 127],
    [0, 2, 0, 0],
    [2 ** -140, 2, 0, 0],
    [3.4e38, 2, 252, 253],
  ])('of max|x| = %d and elements up to 2^%d', (largest, exponent, floor, round) => {
    expect(powerScaleCode(largest, exponent, 'floor')).toBe(floor);
    expect(powerScaleCode(largest, exponent, 'round')).toBe(round);
  });
});

describe('weights', () => {
  const mxfp4 = completeWeightScheme({ bits: 4, float: floatFormats.mxfp4 });
  const nvfp4 = completeWeightScheme({ bits: 4, float: floatFormats.nvfp4 });

  test('MXFP4 by hand: 7 saturates under the floor, doubles the scale under the other rule', () => {
    const weight = new Float32Array(32);
    weight.set([7, -2.5, 0.75, 0.25, -0.3]);
    const floor = roundToNearest(weight, 1, 32, mxfp4);
    expect(floor.scales).toEqual(Float32Array.of(1));
    expect(Array.from(floor.codes.subarray(0, 6))).toEqual([7, 8 + 4, 2, 0, 8 + 1, 0]);
    expect(Array.from(dequantizeWeight(floor).subarray(0, 5))).toEqual([6, -2, 1, 0, -0.5]);
    const float = { ...floatFormats.mxfp4, scaleRule: 'round' } as const;
    const round = roundToNearest(weight, 1, 32, { ...mxfp4, float });
    expect(round.scales).toEqual(Float32Array.of(2));
    // 3.5 is a tie between 3 and 4, codes 5 and 6
    expect(Array.from(dequantizeWeight(round).subarray(0, 5))).toEqual([8, -2, 1, 0, -0]);
  });

  test('NVFP4 by hand: the largest value of the tensor takes the largest scale', () => {
    const weight = new Float32Array(32);
    weight[0] = 6;
    weight[16] = 1.5;
    const q = roundToNearest(weight, 1, 32, nvfp4);
    expect(q.globalScale).toBe(448);
    expect(q.scales).toEqual(Float32Array.of(1, 0.25)); // 448 / 448, 112 / 448
    expect([q.codes[0], q.codes[16]]).toEqual([7, 7]);
  });

  test('an empty block has a scale, and reads back as zeros', () => {
    const weight = new Float32Array(48);
    weight[40] = 1;
    for (const scheme of [mxfp4, nvfp4]) {
      const q = roundToNearest(weight, 1, 48, scheme);
      expect(q.scales.every((scale) => scale > 0)).toBe(true);
      expect(dequantizeWeight(q).subarray(0, 32)).toEqual(new Float32Array(32));
    }
  });

  test('one scale serves a whole tensor, of floats and of integers', () => {
    const weight = Float32Array.of(1, 2, 3, 4, -7, 0);
    const fp8 = completeWeightScheme({ bits: 8, float: floatFormats.fp8, group: 'tensor' });
    const q = roundToNearest(weight, 2, 3, fp8);
    expect(q.scales).toEqual(Float32Array.of(1 / 64, 1 / 64));
    expect(dequantizeWeight(q)).toEqual(weight);
    const w8 = completeWeightScheme({ bits: 8, symmetric: true, group: 'tensor' });
    expect(roundToNearest(weight, 2, 3, w8).codes).toEqual(Int8Array.of(18, 36, 54, 73, -127, 0));
  });

  test.each(Object.entries(floatFormats))(
    'with a diagonal Hessian error feedback rounds to nearest: %s',
    async (_, float) => {
      const [rows, columns] = [5, 80];
      const weight = normalMatrix('floats', rows, columns);
      const bits = float.element === 'e2m1' ? 4 : 8;
      const hessian = Float32Array.from({ length: columns ** 2 }, (_, i) =>
        i % (columns + 1) === 0 ? 1 + ((i * 7919) % 97) : 0,
      );
      for (const scheme of [
        completeWeightScheme({ bits, float }),
        completeWeightScheme({ bits, float, group: 'tensor' }),
      ]) {
        for (const staticGroups of [true, false]) {
          const prepared = await prepareColumns(hessian, columns, {
            actOrder: staticGroups,
            damping: 0.01,
            dampingIncrement: 0.01,
            subject: 'a linear',
          });
          const how = { staticGroups, clipSearch: false, blockSize: 16 } as const;
          const rounded = await roundColumns(weight, rows, columns, scheme, prepared, how);
          expect(rounded).toEqual(roundToNearest(weight, rows, columns, scheme));
        }
      }
    },
  );

  test('a clip search does not lose more', () => {
    const weight = normalMatrix('searched', 8, 64);
    for (const float of Object.values(floatFormats)) {
      const bits = float.element === 'e2m1' ? 4 : 8;
      const scheme = completeWeightScheme({ bits, float });
      const search = { clipSearch: { ...defaultClipSearch, norm: 2 } };
      const loss = (options = {}) =>
        relativeSquaredError(
          dequantizeWeight(roundToNearest(weight, 8, 64, scheme, options)),
          weight,
        );
      expect(loss(search)).toBeLessThanOrEqual(loss());
    }
  });

  test('refuses bits that are not those of the elements', () => {
    expect(() => roundToNearest(new Float32Array(32), 1, 32, { ...mxfp4, bits: 8 })).toThrow(
      'e2m1 has 4 bits, not 8',
    );
  });

  test('takes 4.25, 4.5 and 8 bits a weight, scales included', () => {
    const bits = (scheme: typeof mxfp4) => (8 * packedWeightBytes(1024, 4096, scheme)) / 2 ** 22;
    expect(bits(mxfp4)).toBe(4.25);
    expect(bits(nvfp4)).toBeCloseTo(4.5, 4); // and 4 bytes
    const fp8 = completeWeightScheme({ bits: 8, float: floatFormats.fp8, group: 'tensor' });
    expect(bits(fp8)).toBeCloseTo(8, 4);
  });
});

describe('activations', () => {
  const x = normalMatrix('activations', 3, 64);

  test.each(['mxfp4', 'mxfp8'] as const)('%s blocks are those of weights', (name) => {
    const float = floatFormats[name];
    const bits = name === 'mxfp4' ? 4 : 8;
    const q = quantizeTokens(x, 3, 64, { bits, symmetric: true, clip: 1, group: 32, float });
    const weight = roundToNearest(x, 3, 64, completeWeightScheme({ bits, float }));
    expect(q.codes).toEqual(weight.codes);
    expect(dequantizeTokens(q)).toEqual(dequantizeWeight(weight));
  });

  test('an NVFP4 token does not depend on the others', () => {
    const grid = { bits: 4, symmetric: true, clip: 1, group: 16, float: floatFormats.nvfp4 };
    const together = dequantizeTokens(quantizeTokens(x, 3, 64, grid));
    for (let token = 0; token < 3; token++) {
      const row = x.slice(token * 64, (token + 1) * 64);
      const alone = dequantizeTokens(quantizeTokens(row, 1, 64, grid));
      expect(together.slice(token * 64, (token + 1) * 64)).toEqual(alone);
    }
  });

  test('a block that holds NaN decodes to NaN, its neighbours do not', () => {
    const broken = x.slice(0, 64);
    broken[3] = Number.NaN;
    const grid = { bits: 4, symmetric: true, clip: 1, group: 32, float: floatFormats.mxfp4 };
    const back = dequantizeTokens(quantizeTokens(broken, 1, 64, grid));
    expect(back.subarray(0, 32).every(Number.isNaN)).toBe(true);
    expect(back.subarray(32).every(Number.isFinite)).toBe(true);
  });
});

test('E4M3 scales survive being stored', () => {
  for (let code = 1; code <= e4m3.largestCode; code++) {
    for (const tensorScale of [1, 448, 0.3, 12345.678].map(Math.fround)) {
      const scale = scaleOfCode('e4m3', code, tensorScale);
      expect(scaleCode('e4m3', scale, tensorScale)).toBe(code);
    }
  }
});
