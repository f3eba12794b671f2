import { completeWeightScheme } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { channelScales, meanWeights } from './channel-scales.js';

const means = Float32Array.of(0.5, 2, 0.05, 8);

test.each([
  [0, [1, 1, 1, 1]],
  [0.25, [0.942942, 1.333521, 0.530255, 1.885884]],
  [0.5, [0.88914, 1.778279, 0.281171, 3.556559]],
  [0.95, [0.799913, 2.985383, 0.089752, 11.141842]],
])('ratio %d gives the scales of methods.md §6', (ratio, expected) => {
  for (const [i, scale] of channelScales(means, ratio).entries()) {
    expect(scale).toBeCloseTo(expected[i] as number, 6);
  }
});

test('a channel that is never active keeps a scale above zero, none at ratio 0', () => {
  const silent = Float32Array.of(0, 1);
  expect(Array.from(channelScales(silent, 0))).toEqual([1, 1]);
  // 1e-4 and 1 about their geometric mean, 1e-2
  const [first, second] = channelScales(silent, 0.5);
  expect(first).toBeCloseTo(1e-2, 8);
  expect(second).toBeCloseTo(100, 4);
});

test('duo scaling divides by the weights’ own share', () => {
  const [first, second] = channelScales(Float32Array.of(4, 1), 0.5, Float32Array.of(0.25, 1));
  // 2 / 0.5001 against 1 / 1.0001; their product is 1 after the normalization
  expect((first as number) / (second as number)).toBeCloseTo((2 / 0.5001) * 1.0001, 4);
  expect((first as number) * (second as number)).toBeCloseTo(1, 6);
});

test('weight means are shares of their groups’ largest, ragged groups too, over the rows of all linears', () => {
  const linear = { name: 'q_proj', out: 1, in: 3, bias: false };
  const scheme = completeWeightScheme({ bits: 4, group: 2 });
  const q = { linear, scheme, values: Float32Array.of(1, -2, 5) };
  const k = { linear, scheme, values: Float32Array.of(-3, 3, -4) };
  const found = meanWeights([q, k]);
  for (const [i, expected] of [(0.5 + 1) / 2, 1, 1].entries()) {
    expect(found[i]).toBeCloseTo(expected, 5);
  }
});
