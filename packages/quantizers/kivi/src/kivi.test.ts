import { completeKvScheme, type ModelInfo } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { kivi } from './kivi.js';

const model = { headDim: 64 } as Partial<ModelInfo> as ModelInfo;
const codes = (kv: Parameters<typeof completeKvScheme>[0], codec = kivi()) => {
  const schemes = { linears: new Map(), kv: completeKvScheme(kv, codec.layout) };
  return codec.plan(model, schemes, { tokens: 0, bytes: 0 }).issues.map(({ code }) => code);
};

test('k2v2 of a recipe is keys per channel, values per token, and the residual of the paper', () => {
  expect(completeKvScheme({ key: { bits: 2 }, value: { bits: 2 } }, kivi().layout)).toEqual({
    key: { bits: 2, axis: 'channel', group: 32, symmetric: false, range: 'float-minimum', clip: 1 },
    value: { bits: 2, axis: 'token', group: 32, symmetric: false, range: 'float-minimum', clip: 1 },
    window: 128,
    rope: 'after',
  });
});

test('plans its own layout without an issue, and says what departs from it', () => {
  expect(codes({ bits: 2 })).toEqual([]);
  expect(codes({ key: { bits: 2, axis: 'token' } })).toEqual(['kivi/layout']);
  expect(codes({ key: { bits: 2, group: 'head' } })).toEqual(['kivi/layout']);
  expect(codes({ value: { bits: 2, axis: 'channel' } })).toEqual(['kivi/layout']);
  expect(codes({ key: { bits: 2 }, rope: 'before' })).toEqual(['kivi/layout']);
  expect(codes({ bits: 2 }, kivi({ group: 48, window: 96 }))).toEqual(['kv/group']); // of 64 channels
  expect(codes({ bits: 2 }, kivi({ window: 100 }))).toEqual(['kv/window']);
});

test('gives the scheme back, and refuses what it is not', () => {
  const codec = kivi({ key: 2 });
  const scheme = codec.defaultScheme!;
  expect(scheme.value).toBeUndefined();
  expect(codec.parameters(scheme, 0)).toEqual({ scheme });
  expect(() => codec.parameters(completeKvScheme({ bits: 2 }), 0)).toThrow(
    expect.objectContaining({ code: 'kivi/layout' }),
  );
});
