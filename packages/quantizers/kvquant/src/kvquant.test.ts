import '@tensorflow/tfjs-backend-cpu';
import { memory, tensor2d } from '@tensorflow/tfjs-core';
import {
  completeKvScheme,
  type KvCalibrationLayer,
  type ModelInfo,
  type StageContext,
} from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { kvquant } from './kvquant.js';
import type { KvquantOptions } from './options.js';

const context = { emit() {} } as Partial<StageContext> as StageContext;
const batches = [
  [
    [1, -3, 390],
    [4, -1, 402],
  ],
  [[-2, -5, 395]],
];

/** The grid of three key channels that saw two batches. */
async function calibrated(options: KvquantOptions, layer: Partial<KvCalibrationLayer> = {}) {
  const codec = kvquant(options);
  const scheme = completeKvScheme({ bits: 4 }, codec.layout);
  const session = codec.open!(scheme, { block: 0, ...layer }, context);
  const before = memory().numTensors;
  for (const rows of batches) {
    const keys = tensor2d(rows);
    await session.observe(keys, keys);
    keys.dispose();
  }
  expect(memory().numTensors).toBe(before);
  const { staticKeys } = await session.finish();
  session.dispose();
  return staticKeys!;
}

describe('grids', () => {
  test('span all tokens of each channel, and 0', async () => {
    const { scales, zeros, offset } = await calibrated({});
    const expected = [6 / 15, 5 / 15, 402 / 15];
    for (const [c, scale] of expected.entries()) expect(scales[c]).toBeCloseTo(scale, 5);
    expect([...zeros]).toEqual([5, 15, 0]); // round(2 / 0.4), round(5 / 0.333…)
    expect(offset).toBeUndefined();
  });

  test('leave the bias out where there is one, which is all that a biased channel needs', async () => {
    const keyBias = Float32Array.of(0, 0, 396);
    const { scales, zeros, offset } = await calibrated({}, { keyBias });
    expect(scales[2]).toBeCloseTo(12 / 15, 6); // [-6, 6]
    expect(zeros[2]).toBe(8); // round(7.5)
    expect(offset).toEqual(keyBias);
    const without = await calibrated({ preBias: false }, { keyBias });
    expect(without.scales[2]).toBeCloseTo(402 / 15, 5);
    expect(without.offset).toBeUndefined();
  });

  test('may span a channel of its own range', async () => {
    const { scales, zeros } = await calibrated({ range: 'min-max' });
    expect(scales[2]).toBeCloseTo(12 / 15, 6);
    expect(zeros[2]).toBeLessThan(-480);
  });

  test('need tokens, and a bias where one is asked for', async () => {
    const codec = kvquant({ preBias: true });
    const scheme = completeKvScheme({ bits: 4 }, codec.layout);
    const open = (layer: KvCalibrationLayer) => codec.open!(scheme, layer, context);
    const none = open({ block: 3, keyBias: new Float32Array(3) }).finish();
    await expect(none).rejects.toMatchObject({ code: 'kvquant/no-inputs' });
    expect(() => open({ block: 3 })).toThrow(
      expect.objectContaining({ code: 'kvquant/no-key-bias' }),
    );
    const session = open({ block: 3, keyBias: new Float32Array(1) });
    const keys = tensor2d([[Number.POSITIVE_INFINITY]]);
    await session.observe(keys, keys);
    keys.dispose();
    await expect(session.finish()).rejects.toMatchObject({ code: 'kvquant/not-finite' });
  });
});

describe('plan', () => {
  const model = (bias: boolean) => {
    const linear = { name: 'model.layers.0.self_attn.k_proj', out: 8, in: 8, bias };
    const blocks = [{ index: 0, stages: [[linear, linear, linear]], folds: [] }];
    return { headDim: 8, kvHeads: 1, blocks } as Partial<ModelInfo> as ModelInfo;
  };
  const codes = (options: KvquantOptions, kv = {}, bias = true) => {
    const codec = kvquant(options);
    const scheme = completeKvScheme({ key: { bits: 4 }, value: { bits: 4 }, ...kv }, codec.layout);
    const schemes = { linears: new Map(), kv: scheme };
    return codec
      .plan(model(bias), schemes, { tokens: 10, bytes: 0 })
      .issues.map(({ code }) => code);
  };

  test('has no issue with its own layout', () => {
    expect(codes({})).toEqual([]);
    expect(codes({ rope: 'after', range: 'min-max' })).toEqual([]);
  });

  test('counts the products of q, k and v, and two comparisons a value', () => {
    const codec = kvquant();
    const schemes = { linears: new Map(), kv: completeKvScheme({ bits: 4 }, codec.layout) };
    const { flops, productFlops } = codec.plan(model(true), schemes, { tokens: 10, bytes: 0 });
    expect(productFlops).toBe(3 * 2 * 10 * 8 * 8);
    expect(flops).toBe(3 * 2 * 10 * 8 * 8 + 2 * 10 * 8);
  });

  test.each<[string, KvquantOptions, object, boolean?]>([
    ['kvquant/no-key-bias', { preBias: true }, {}, false],
    ['kvquant/no-key-bias', { preBias: true, rope: 'after' }, {}],
    ['kvquant/layout', {}, { key: { bits: 4, group: 32 }, window: 32 }],
    ['kvquant/layout', {}, { value: { bits: 4, axis: 'channel' } }],
    ['kvquant/conflict', { range: 'min-max' }, { key: { bits: 4, range: 'zero-inclusive' } }],
    ['kvquant/conflict', { rope: 'before' }, { rope: 'after' }],
    ['kv/group', {}, { value: { bits: 4, group: 3 } }],
  ])('says %s', (code, options, kv, bias = true) => {
    expect(codes(options, kv, bias)).toEqual([code]);
  });
});
