import { completeWeightScheme, type ModelInfo } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { awq } from './awq.js';

const linear = (name: string, out: number, columns: number) => ({
  name,
  out,
  in: columns,
  bias: false,
});
const stages = [
  [linear('q_proj', 8, 8), linear('k_proj', 4, 8), linear('v_proj', 4, 8)],
  [linear('o_proj', 8, 8)],
  [linear('gate_proj', 12, 8), linear('up_proj', 12, 8)],
  [linear('down_proj', 8, 12)],
];
const folds = [
  { from: 'input_layernorm', into: ['q_proj', 'k_proj', 'v_proj'], kind: 'norm' },
  { from: 'post_attention_layernorm', into: ['gate_proj', 'up_proj'], kind: 'norm' },
  { from: 'up_proj', into: ['down_proj'], kind: 'linear' },
];
const model = { blocks: [{ index: 0, stages, folds }] } as unknown as ModelInfo;
const weight = completeWeightScheme({ bits: 4, group: 5, range: 'min-max' });
const schemes = { linears: new Map(stages.flat().map(({ name }) => [name, { weight }])) };
const budget = (tokens: number) => ({ tokens, bytes: 0 });

test('counts a pass of all tokens through half a layer for each ratio and one to compare with', () => {
  const none = awq({ clip: false }).plan(model, schemes, budget(0));
  const { issues, flops, productFlops } = awq({ clip: false }).plan(model, schemes, budget(100));
  expect(issues).toEqual([]);
  const [attention, feedForward] = [8 * 8 + 2 * 4 * 8 + 8 * 8, 2 * 12 * 8 + 8 * 12];
  const products = 2 * 100 * 12 ** 2;
  expect(flops - none.flops).toBe(2 * 100 * 21 * (attention + feedForward) + products);
  // what is no product: 8 operations to round each of 128 + 192 + 96 weights at each of 20 ratios
  expect(flops - (productFlops ?? 0)).toBe(8 * 20 * (128 + 192 + 96));
});

test('adds what clips cost, and nothing for what stays in float', () => {
  const off = awq({ clip: false }).plan(model, schemes, budget(100));
  expect(awq().plan(model, schemes, budget(100)).flops).toBeGreaterThan(off.flops);
  const nothing = awq().plan(model, { linears: new Map() }, budget(100));
  expect(nothing).toEqual({ issues: [], peakBytes: 0, flops: 0, productFlops: 0 });
});

test('knows the names that are not to be clipped', () => {
  const { issues } = awq({ unclipped: ['q_proj', 'query'] }).plan(model, schemes, budget(1));
  expect(issues).toMatchObject([
    { severity: 'error', code: 'awq/unknown-linear', subject: 'query' },
  ]);
});
