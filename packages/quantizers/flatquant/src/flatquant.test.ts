import { completeActivationScheme, completeKvScheme, completeWeightScheme } from '@thinkbits/spec';
import { describe, expect, it, test } from 'vitest';
import { AdamW, cosineRate } from './adamw.js';
import { flatquant } from './index.js';
import { firstDiagonal } from './parameters.js';

test('the first diagonal balances weights and inputs', () => {
  const weights = Float32Array.of(0.2, 1, 0.05);
  const diagonal = firstDiagonal({ weights, inputs: Float32Array.of(10, 0.5, 3) }, 0.3);
  for (const [i, value] of [0.16245, 1.231144, 0.088337].entries())
    expect(diagonal[i]).toBeCloseTo(value, 5); // methods.md §6
});

describe('AdamW', () => {
  it('takes a whole step along the sign of the first gradient, and decays the weight apart from it', () => {
    const values = Float32Array.of(1, -2);
    new AdamW(0.01).update('w', values, [1e-3, -50], 0.1);
    // w (1 - 0.1 · 0.01) ∓ 0.1
    expect(values[0]).toBeCloseTo(0.999 - 0.1, 5);
    expect(values[1]).toBeCloseTo(-1.998 + 0.1, 5);
  });

  it('remembers gradients: after +1 and -1 the mean is nearly 0', () => {
    const values = Float32Array.of(0);
    const optimizer = new AdamW(0);
    optimizer.update('w', values, [1], 0.1);
    optimizer.update('w', values, [-1], 0.1);
    // m = 0.9 · 0.1 - 0.1 = -0.01, corrected by 1 - 0.81; v corrected is 1
    expect(values[0]).toBeCloseTo(-0.1 + (0.1 * 0.01) / 0.19, 6);
  });
});

test('rates fall along a cosine', () => {
  expect(cosineRate(0, 6, 5e-3, 5e-6)).toBeCloseTo(5e-3, 12);
  expect(cosineRate(1, 6, 5e-3, 5e-6)).toBeCloseTo(0.00466539845, 10);
  expect(cosineRate(6, 6, 5e-3, 5e-6)).toBeCloseTo(5e-6, 12);
});

describe('a plan', () => {
  const linear = (name: string, columns: number) => ({ name, out: 8, in: columns, bias: false });
  const stages = [
    ['q_proj', 'k_proj', 'v_proj'].map((name) => linear(name, 64)),
    [linear('o_proj', 64)],
    ['gate_proj', 'up_proj'].map((name) => linear(name, 64)),
    [linear('down_proj', 96)],
  ];
  const block = { index: 0, stages, folds: [] };
  const model = { blocks: [block, block], heads: 4, kvHeads: 2, headDim: 16 } as never;
  const plan = (
    options: Parameters<typeof flatquant>[0],
    schemes: { group?: number; kv?: Parameters<typeof completeKvScheme>[0]; slices?: number } = {},
    budget = { tokens: 4096, windowTokens: 512, bytes: 0 },
  ) => {
    const { group = 32, kv = { bits: 4 }, slices = 1 } = schemes;
    const scheme = {
      weight: completeWeightScheme({ bits: 4, group }),
      activation: completeActivationScheme({ bits: 4, tensorParallel: slices }),
    };
    const linears = new Map(stages.flat().map(({ name }) => [name, scheme]));
    return flatquant(options).plan(model, { linears, kv: completeKvScheme(kv) }, budget);
  };
  const codes = (...given: Parameters<typeof plan>) =>
    plan(...given).issues.map(({ code }) => code);

  it('has nothing to say of what can be trained for', () => {
    expect(codes({})).toEqual([]);
  });

  it.each([
    ['ranks that do not divide the heads', { tensorParallel: 3 }, {}, 'flatquant/tensor-parallel'],
    ['ranks of the activation scheme', {}, { slices: 8 }, 'flatquant/tensor-parallel'],
    ['ragged groups', {}, { group: 40 }, 'flatquant/ragged-groups'],
    ['keys by channel', {}, { kv: { key: { bits: 4, axis: 'channel' } } }, 'flatquant/kv-scheme'],
    [
      'keys before rotation',
      {},
      { kv: { key: { bits: 4 }, rope: 'before' } },
      'flatquant/kv-scheme',
    ],
  ] as const)('refuses %s', (_, options, schemes, code) => {
    expect(codes(options, schemes as never)).toContain(code);
  });

  it('warns of a step that is too large for the wasm backend', () => {
    const large = { tokens: 2 ** 20, windowTokens: 8192, bytes: 0 };
    expect(codes({}, {}, large)).toEqual(['flatquant/large-step']);
    expect(codes({ batch: 1 }, {}, { ...large, windowTokens: 512 })).toEqual([]);
  });

  it('grows with epochs in arithmetic, with the batch in memory', () => {
    expect(plan({ epochs: 30 }).flops / plan({ epochs: 15 }).flops).toBeCloseTo(2, 1);
    expect(plan({ batch: 8 }).peakBytes).toBeGreaterThan(plan({ batch: 4 }).peakBytes);
  });
});

test.each([
  [{ epoch: 5 }, 'did you mean "epochs"?'],
  [{ diagonal: 2 }, 'diagonal'],
  [{ sites: ['head'] }, 'sites'],
])('refuses %j', (options, message) => {
  expect(() => flatquant(options as never)).toThrow(message);
});
