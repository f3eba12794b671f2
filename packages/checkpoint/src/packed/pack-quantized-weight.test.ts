import { packedWeightBytes, roundToNearest } from '@thinkbits/numerics';
import {
  completeWeightScheme,
  floatElementBits,
  floatFormats,
  type QuantizedWeight,
  type WeightBits,
} from '@thinkbits/spec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { packQuantizedWeight } from './pack-quantized-weight.js';
import type { TensorData } from './tensor-data.js';
import { type PackedTensors, unpackQuantizedWeight } from './unpack-quantized-weight.js';

const byPart = (tensors: readonly TensorData[]): PackedTensors =>
  Object.fromEntries(tensors.map((tensor) => [tensor.name.split('.').at(-1), tensor]));

const signed: QuantizedWeight = {
  rows: 1,
  columns: 8,
  scheme: { bits: 4, group: 'channel', symmetric: true, range: 'zero-inclusive' },
  codes: Int8Array.of(-8, -7, -1, 0, 1, 2, 6, 7),
  scales: Float32Array.of(0.5),
};

test('packs signed 4-bit codes into the word of the format (formats.md §3)', () => {
  const tensors = packQuantizedWeight('model.layers.0.mlp.up_proj', signed);
  expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['model.layers.0.mlp.up_proj.weight_packed', 'I32', [1, 1]],
    ['model.layers.0.mlp.up_proj.weight_scale', 'F32', [1, 1]],
    ['model.layers.0.mlp.up_proj.weight_shape', 'I64', [2]],
  ]);
  const [packed, scale, shape] = tensors.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
  expect(packed).toBe('1087a9fe'); // fea98710, little-endian
  expect(scale).toBe('0000003f');
  expect(shape).toBe('01000000000000000800000000000000');
});

test('stores zero points in float32 and the group of each column', () => {
  const weight: QuantizedWeight = {
    rows: 2,
    columns: 5,
    scheme: { bits: 3, group: 2, symmetric: false, range: 'min-max' },
    codes: Uint8Array.of(0, 1, 2, 3, 4, 7, 6, 5, 4, 3),
    scales: Float32Array.of(1, 2, 3, 4, 5, 6),
    zeros: Float32Array.of(0, 1, 7, 3, 4, 5),
    groupIndex: Int32Array.of(2, 0, 1, 0, 1),
  };
  const tensors = packQuantizedWeight('x', weight);
  expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['x.weight_packed', 'I32', [2, 1]],
    ['x.weight_scale', 'F32', [2, 3]],
    ['x.weight_zero_point', 'F32', [2, 3]],
    ['x.weight_g_idx', 'I32', [5]],
    ['x.weight_shape', 'I64', [2]],
  ]);
  // 0 + 1·8 + 2·64 + 3·512 + 4·4096 = 18056 = 0x4688
  expect(
    Buffer.from(tensors[0]?.bytes ?? [])
      .subarray(0, 4)
      .toString('hex'),
  ).toBe('88460000');
  expect(unpackQuantizedWeight('x', weight.scheme, byPart(tensors))).toEqual(weight);
});

test('what is packed comes back to the bit, for every width, group and symmetry', () => {
  const shape = fc.record({
    rows: fc.integer({ min: 1, max: 5 }),
    columns: fc.integer({ min: 1, max: 70 }),
    bits: fc.integer({ min: 2, max: 8 }),
    groupShare: fc.double({ min: 0, max: 1, noNaN: true }),
    symmetric: fc.boolean(),
    seed: fc.integer({ min: 1, max: 1000 }),
  });
  fc.assert(
    fc.property(shape, ({ rows, columns, bits, groupShare, symmetric, seed }) => {
      const weight = Float32Array.from({ length: rows * columns }, (_, i) =>
        Math.sin(seed * (i + 1)),
      );
      const group = groupShare > 0.8 ? 'channel' : 1 + Math.floor(groupShare * (columns - 1));
      const scheme = {
        bits: bits as WeightBits,
        group,
        symmetric,
        range: 'zero-inclusive',
      } as const;
      const quantized = roundToNearest(weight, rows, columns, scheme);
      const tensors = byPart(packQuantizedWeight('x', quantized));
      expect(unpackQuantizedWeight('x', scheme, tensors)).toEqual(quantized);
    }),
    { numRuns: 100, seed: 3 },
  );
});

test('packs floats as compressed-tensors does: low nibble first, scales in a byte (formats.md §4.3)', () => {
  const weight = new Float32Array(32);
  weight.set([0, 0.5, 1, 6, -6, -0.5, 3, -3]); // codes 0 1 2 7 15 9 5 13 (formats.md §3)
  const scheme = completeWeightScheme({ bits: 4, float: floatFormats.mxfp4 });
  const tensors = packQuantizedWeight('x', roundToNearest(weight, 1, 32, scheme));
  expect(tensors.map(({ name, dtype, shape }) => [name, dtype, shape])).toEqual([
    ['x.weight_packed', 'I32', [1, 4]],
    ['x.weight_scale', 'U8', [1, 1]],
    ['x.weight_shape', 'I64', [2]],
  ]);
  const [packed, scale] = tensors.map(({ bytes }) => Buffer.from(bytes).toString('hex'));
  expect(packed?.slice(0, 8)).toBe('10729fd5');
  expect(scale).toBe('7f'); // 2^0
});

test.each(Object.entries(floatFormats))(
  '%s comes back to the bit, and takes the bytes that are said',
  (_, float) => {
    const weight = Float32Array.from({ length: 5 * 80 }, (_, i) => Math.sin(i * i));
    for (const group of [undefined, 'channel', 'tensor'] as const) {
      const bits = floatElementBits[float.element];
      const scheme = completeWeightScheme({ bits, float, ...(group && { group }) });
      const quantized = roundToNearest(weight, 5, 80, scheme);
      const tensors = packQuantizedWeight('x', quantized);
      expect(unpackQuantizedWeight('x', scheme, byPart(tensors))).toEqual(quantized);
      const bytes = tensors.reduce((sum, tensor) => sum + tensor.bytes.length, 0);
      expect(bytes).toBe(packedWeightBytes(5, 80, scheme) + 16); // the shape
    }
  },
);

test('refuses scales that their format cannot hold, and codes that are no numbers', async () => {
  const scheme = completeWeightScheme({ bits: 8, float: floatFormats.mxfp8 });
  const quantized = roundToNearest(new Float32Array(32).fill(1), 1, 32, scheme);
  const scales = Float32Array.of(0.3);
  const error = await errorOf(() => packQuantizedWeight('x', { ...quantized, scales }));
  expect(error.code).toBe('checkpoint/scale-format');
  const tensors = byPart(
    packQuantizedWeight('x', { ...quantized, codes: new Uint8Array(32).fill(0x7f) }),
  );
  const second = await errorOf(() => unpackQuantizedWeight('x', scheme, tensors));
  expect(second.message).toContain('the code 127, which is no number');
});

describe('refuses tensors that contradict the scheme', () => {
  const good = byPart(packQuantizedWeight('x', signed));
  const { weight_scale: scale, weight_shape: shape } = good as Required<PackedTensors>;
  const wrongShape = (rows: bigint, columns: bigint) => ({
    ...shape,
    bytes: new Uint8Array(BigInt64Array.of(rows, columns).buffer),
  });
  const index = (group: number): TensorData => ({
    name: 'x.weight_g_idx',
    dtype: 'I32',
    shape: [8],
    bytes: new Uint8Array(Int32Array.of(0, 0, 0, 0, 0, 0, 0, group).buffer),
  });
  const { weight_shape: _, ...withoutShape } = good;
  test.each<[says: string, tensors: PackedTensors, scheme?: Partial<QuantizedWeight['scheme']>]>([
    ['weight_shape is missing', withoutShape],
    ['weight_shape says [0, 8]', { ...good, weight_shape: wrongShape(0n, 8n) }],
    ['weight_shape says [-1, 8]', { ...good, weight_shape: wrongShape(-1n, 8n) }],
    [
      'weight_packed is I32 of shape [1, 1], not I32 of shape [2, 1]',
      { ...good, weight_shape: wrongShape(2n, 8n) },
    ],
    ['weight_packed is I32 of shape [1, 1], not I32 of shape [1, 2]', good, { bits: 5 }],
    ['weight_scale is F32 of shape [1, 1], not F32 of shape [1, 2]', good, { group: 4 }],
    ['weight_scale is F16', { ...good, weight_scale: { ...scale, dtype: 'F16' } }],
    ['weight_zero_point is missing', good, { symmetric: false }],
    ['there is a weight_zero_point', { ...good, weight_zero_point: scale }],
    ['weight_g_idx has group 1; there are 1', { ...good, weight_g_idx: index(1) }],
    ['weight_g_idx has group -1', { ...good, weight_g_idx: index(-1) }],
  ])('%s', async (says, tensors, scheme) => {
    const full = { ...signed.scheme, ...scheme };
    const error = await errorOf(() => unpackQuantizedWeight('x', full, tensors));
    expect(error.code).toBe('checkpoint/bad-packed');
    expect(error.message).toContain(says);
  });
});
