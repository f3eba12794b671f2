import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { LinearWeight } from '@thinkbits/ops';
import type { ActivationScheme, QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { apply, weightsOf } from './__fixtures__/random-weight.js';
import { loadAddon } from './addon.js';
import { openNative } from './open-native.js';

const random = createRandom(52).fork('tile-product');
const randomWeight = weightsOf(random);
const loaded = loadAddon();
const sets = 'why' in loaded ? [] : loaded.addon.configure(1, '', false).sets;
const others = sets.filter((set) => set === 'avx512vnni' || set === 'avx512');

describe.runIf(sets.includes('amx'))('products by tiles', () => {
  afterAll(async () => {
    await openNative();
  });

  const tokenCounts = [1, 6, 7, 16, 17, 33, 64, 71];
  const shapes: { columns: number; rows: number; scheme: Partial<WeightScheme> }[] = [
    { columns: 96, rows: 32, scheme: { group: 32 } },
    { columns: 256, rows: 40, scheme: { group: 64 } },
    { columns: 192, rows: 33, scheme: { group: 96 } },
    { columns: 576, rows: 100, scheme: {} },
    { columns: 544, rows: 7, scheme: { symmetric: true } },
  ];
  const roundings: (ActivationScheme & { readonly group: number })[] = [
    { bits: 8, symmetric: false, clip: 1, tensorParallel: 1, group: 0 },
    { bits: 8, symmetric: false, clip: 0.9, tensorParallel: 1, group: 32 },
    { bits: 8, symmetric: true, clip: 1, tensorParallel: 1, group: 0 },
    { bits: 4, symmetric: false, clip: 1, tensorParallel: 1, group: 0 },
  ] as never;

  /**
   * What a set gives for all roundings that it multiplies in integers and numbers of rows, one behind the other; on three threads. Other
   * roundings are followed by a product in float32, which sets do not share to the bit.
   */
  async function rounded(kernels: string, weight: QuantizedWeight, x: Float32Array) {
    const opened = await openNative({ kernels, threads: 3 });
    expect(opened).toMatchObject({ available: true, set: kernels });
    const linear = new LinearWeight([weight]);
    const served = roundings.filter(({ group, ...scheme }) =>
      linear.held?.rounds?.({ scheme, group: group || linear.in }),
    );
    expect(served.length).toBeGreaterThan(1);
    const results = served.flatMap(({ group, ...scheme }) =>
      tokenCounts.map((tokens) =>
        tf.tidy(() => {
          const inputs = tf.tensor2d(x.subarray(0, tokens * linear.in), [tokens, linear.in]);
          return linear
            .applyRounded(inputs, scheme, group || linear.in)
            .dataSync()
            .slice();
        }),
      ),
    );
    linear.dispose();
    return Buffer.concat(results.map((result) => new Uint8Array(result.buffer)));
  }

  it('are held against other sets', () => {
    expect(others).toContain('avx512');
  });

  it.each([2, 3, 4, 5, 8] as const)(
    'of integers and codes of %i bits are, bit for bit, those of sets without tiles',
    async (bits) => {
      for (const [i, { columns, rows, scheme }] of shapes.entries()) {
        const permuted = typeof scheme.group === 'number' && i % 2 === bits % 2;
        const weight = randomWeight(rows, columns, { ...scheme, bits }, permuted);
        const tokens = Math.max(...tokenCounts);
        const x = Float32Array.from({ length: tokens * columns }, () => random.normal() + 1);
        const byTiles = await rounded('amx', weight, x);
        for (const other of others) {
          const equal = byTiles.equals(await rounded(other, weight, x));
          expect(equal, `${other}, ${rows} x ${columns}`).toBe(true);
        }
      }
    },
  );

  /** What the instruction for bfloat16 does by Intel's manual with one row and one column, a unit of 32 inputs after the other. */
  function sumOfUnits(x: Float32Array, w: Float32Array): number {
    let sum = 0;
    for (let from = 0; from < x.length; from += 32) {
      const halves = [0, 0] as [number, number];
      for (let k = from; k < Math.min(from + 32, x.length); k++) {
        const half = (k % 2) as 0 | 1;
        // a product of two bfloat16 is exact in float64, and what is lost of the sum there is far below half a unit of float32
        halves[half] = Math.fround(halves[half] + (x[k] as number) * (w[k] as number));
      }
      sum = Math.fround(sum + Math.fround(halves[0] + halves[1]));
    }
    return sum;
  }

  it('of bfloat16 are summed in the order of the instruction', async () => {
    expect(await openNative({ kernels: 'amx', compute: 'bf16' })).toMatchObject({ set: 'amx' });
    for (const [columns, rows] of [
      [31, 33],
      [416, 40],
      [1000, 5],
    ] as const)
      for (const tokens of [1, 20, 49]) {
        // eight bits each: bfloat16 as they are
        const some = () => (random.integer(256) - 128) * 2 ** -random.integer(12);
        const x = Float32Array.from({ length: tokens * columns }, some);
        const values = Float32Array.from({ length: rows * columns }, some);
        const linear = new LinearWeight([{ rows, columns, values }]);
        const y = apply(linear, x, tokens);
        linear.dispose();
        y.forEach((value, i) => {
          const [token, row] = [Math.floor(i / rows), i % rows];
          const left = x.subarray(token * columns, (token + 1) * columns);
          expect(value).toBe(sumOfUnits(left, values.subarray(row * columns, (row + 1) * columns)));
        });
      }
  });

  it('of bfloat16 take denormals for zeros', async () => {
    await openNative({ kernels: 'amx', compute: 'bf16' });
    const linear = new LinearWeight([{ rows: 2, columns: 2, values: Float32Array.of(1, 1, 4, 0) }]);
    // an input that is none, and a sum of two that is none
    expect([...apply(linear, Float32Array.of(2 ** -127, 0), 1)]).toEqual([0, 0]);
    expect([...apply(linear, Float32Array.of(2 ** -126, -1.5 * 2 ** -126), 1)]).toEqual([
      0,
      2 ** -124,
    ]);
    linear.dispose();
  });
});

if (!sets.includes('amx'))
  it.skip('skipped: AMX is not here, nor its emulation, which scripts/sanitize.mjs builds', () => {});
