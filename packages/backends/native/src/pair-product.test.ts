import { createRandom } from '@thinkbits/numerics';
import { type LinearPart, LinearWeight } from '@thinkbits/ops';
import type { WeightScheme } from '@thinkbits/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apply, expectProduct, weightsOf } from './__fixtures__/random-weight.js';
import { loadAddon } from './addon.js';
import { openNative } from './open-native.js';

const random = createRandom(6).fork('pair-product');
const randomWeight = weightsOf(random);

/** The nearest bfloat16 of each value, ties to even, by float64 arithmetic. */
function nearest(x: Float32Array): Float32Array {
  return x.map((value) => {
    if (value === 0 || !Number.isFinite(value)) return value;
    const unit = 2 ** (Math.floor(Math.log2(Math.abs(value))) - 7);
    const steps = value / unit;
    const down = Math.floor(steps);
    const half = steps - down;
    const up = half > 0.5 || (half === 0.5 && down % 2 !== 0) ? 1 : 0;
    return (down + up) * unit;
  });
}

function expectPairs(
  linear: LinearWeight,
  x: Float32Array,
  rows: number,
  parts: readonly LinearPart[],
): void {
  const y = apply(linear, x, rows);
  expectProduct(y, nearest(x), rows, parts);
  // bit-identical whatever else is in the batch
  const last = apply(linear, x.slice((rows - 1) * linear.in), 1);
  expect(last).toEqual(y.slice((rows - 1) * linear.out));
}

const loaded = loadAddon();
const sets = 'why' in loaded ? [] : loaded.addon.configure(1, '', false).sets;
const pairSets: readonly string[] = sets.filter((set) => set === 'amx' || set === 'avx512bf16');

describe.each(pairSets)('products in bf16 for %s', (kernels) => {
  beforeAll(async () => {
    const opened = await openNative({ kernels, compute: 'bf16', threads: 2 });
    expect(opened).toMatchObject({ pairs: true, set: kernels });
  });
  afterAll(async () => {
    await openNative();
  });

  const schemes: (Partial<WeightScheme> & Pick<WeightScheme, 'bits'>)[] = [
    ...([2, 3, 4, 5, 6, 7, 8] as const).map((bits) => ({ bits, group: 64 })),
    { bits: 4 },
    { bits: 3, group: 128 },
    { bits: 8, symmetric: true },
    { bits: 4, group: 48 },
    { bits: 4, group: 16, float: { element: 'e2m1', scale: 'e8m0' } as never, symmetric: true },
  ];
  it.each(schemes)('round inputs alone where weights are codes of %o', (scheme) => {
    for (const [columns, rows] of [
      [256, 40],
      [96, 7],
      [1024, 65],
    ] as const)
      for (const tokens of [1, 2, 13, 49]) {
        const permuted = typeof scheme.group === 'number' && tokens === 13;
        const parts = [randomWeight(rows, columns, scheme, permuted)];
        const x = Float32Array.from({ length: tokens * columns }, () => random.normal());
        const linear = new LinearWeight(parts);
        expectPairs(linear, x, tokens, parts);
        linear.dispose();
      }
  });

  it('round weights that are no codes, and hold them in half the memory', () => {
    for (const [columns, rows] of [
      [256, 40],
      [97, 7],
      [1000, 65],
      [1, 1],
    ] as const)
      for (const tokens of [1, 5, 49]) {
        const values = Float32Array.from({ length: rows * columns }, () => random.normal());
        const linear = new LinearWeight([{ rows, columns, values }]);
        expect(linear.bytes.held).toBe(2 * rows * columns);
        const x = Float32Array.from({ length: tokens * columns }, () => random.normal());
        expectPairs(linear, x, tokens, [{ rows, columns, values: nearest(values) }]);
        linear.dispose();
      }
  });

  it('are the same on any number of threads', async () => {
    const [columns, rows, tokens] = [800, 300, 41];
    const values = Float32Array.from({ length: rows * columns }, () => random.normal());
    const parts = [{ rows, columns, values }, randomWeight(rows, columns, { bits: 4, group: 32 })];
    const x = Float32Array.from({ length: tokens * columns }, () => random.normal());
    for (const part of parts) {
      const results: Float32Array[] = [];
      for (const threads of [1, 2, 3]) {
        await openNative({ kernels, compute: 'bf16', threads });
        const linear = new LinearWeight([part]);
        results.push(apply(linear, x, tokens));
        linear.dispose();
      }
      await openNative({ kernels, compute: 'bf16', threads: 2 });
      expect(results[1]).toEqual(results[0]);
      expect(results[2]).toEqual(results[0]);
    }
  });

  it('add up what inputs give with each other, right of the diagonal', () => {
    if ('why' in loaded) throw new Error(loaded.why);
    for (const [tokens, size] of [
      [40, 100],
      [1, 33],
      [37, 300],
      [65, 1],
      [0, 8],
    ] as const) {
      const x = Float32Array.from({ length: tokens * size }, () => random.normal());
      const before = Float32Array.from({ length: size * size }, () => random.normal());
      const sum = before.slice();
      loaded.addon.addGram(x, sum, tokens, size);
      const rounded = nearest(x);
      for (let i = 0; i < size; i++)
        for (let j = i; j < size; j++) {
          let [value, magnitude] = [before[i * size + j] as number, 1];
          for (let t = 0; t < tokens; t++) {
            const term = (rounded[t * size + i] as number) * (rounded[t * size + j] as number);
            value += term;
            magnitude += Math.abs(term);
          }
          expect(Math.abs((sum[i * size + j] as number) - value)).toBeLessThan(1e-6 * magnitude);
        }
    }
  });

  it('let numbers that are not finite through', () => {
    const linear = new LinearWeight([randomWeight(3, 64, { bits: 4, group: 32 })]);
    const x = new Float32Array(3 * 64);
    x[5] = Number.NaN;
    x[64 + 7] = Number.POSITIVE_INFINITY;
    const y = apply(linear, x, 3);
    expect([...y.slice(0, 6)].every((value) => !Number.isFinite(value))).toBe(true);
    expect([...y.slice(6)].every(Number.isFinite)).toBe(true);
    linear.dispose();
  });
});

describe('a processor without bf16', () => {
  it('is told so, and nothing else computes in its place', async () => {
    const kernels = sets.find((set) => !pairSets.includes(set));
    if (!kernels) return; // no binary: the loader's tests say why
    const opened = await openNative({ kernels, compute: 'bf16' });
    expect(opened).toMatchObject({ available: false });
    expect(opened).toHaveProperty('why', expect.stringContaining('AVX512_BF16'));
    await openNative();
  });
  if (pairSets.length === 0)
    it.skip('skipped: neither AMX nor AVX512_BF16 is here, so that products in bf16 are not tested', () => {});
});
