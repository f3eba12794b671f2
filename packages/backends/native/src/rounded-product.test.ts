import * as tf from '@tensorflow/tfjs-core';
import {
  createRandom,
  dequantizeTokens,
  dequantizeWeight,
  quantizeTokens,
} from '@thinkbits/numerics';
import { LinearWeight, quantizeActivations } from '@thinkbits/ops';
import type { ActivationScheme, QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { shapeCount } from './__fixtures__/random-shapes.js';
import { loadAddon } from './addon.js';
import { openNative } from './open-native.js';

const random = createRandom(41).fork('rounded products');
const chosen = <T>(...values: readonly T[]): T => values[random.integer(values.length)] as T;

interface Shape {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly group: number;
  readonly symmetric?: boolean;
  /** Groups of columns that do not follow each other, as after GPTQ in the order of activations. */
  readonly permuted?: boolean;
}

/** Random codes; scales and zeros are powers of two and integers, so that a group's share is exact in float64. */
function randomWeight({ rows, columns, bits, group, symmetric = false, permuted }: Shape) {
  const groups = Math.ceil(columns / group);
  const count = 2 ** bits;
  const codes = Array.from({ length: rows * columns }, () => random.integer(count));
  const grid = (make: () => number) => Float32Array.from({ length: rows * groups }, make);
  const scheme = { bits, group, symmetric, range: 'zero-inclusive' } as WeightScheme;
  const weight: QuantizedWeight = {
    rows,
    columns,
    scheme,
    codes: symmetric ? Int8Array.from(codes, (code) => code - count / 2) : Uint8Array.from(codes),
    scales: grid(() => 2 ** -random.integer(5)),
    ...(!symmetric && { zeros: grid(() => random.integer(count)) }),
    ...(permuted && {
      groupIndex: Int32Array.from({ length: columns }, (_, k) => (k * 7 + 3) % groups),
    }),
  };
  return weight;
}

function activationScheme(bits: number, symmetric: boolean, slices: number): ActivationScheme {
  const ratios = () => Array.from({ length: slices }, () => chosen(1, 1, 0.9, 0.75));
  const clip = slices === 1 ? chosen(1, 0.9) : { low: ratios(), high: ratios() };
  return { bits, symmetric, clip, tensorParallel: 1 } as unknown as ActivationScheme;
}

function activations(rows: number, columns: number): Float32Array {
  const shift = chosen(0, 0, 1, -3);
  const x = Float32Array.from(
    { length: rows * columns },
    () => random.normal() * (random.integer(40) === 0 ? 30 : 1) + shift,
  );
  if (random.integer(6) === 0) x.fill(chosen(0, 2, -1), 0, columns);
  return x;
}

const applied = (linear: LinearWeight, x: Float32Array, scheme: ActivationScheme, group: number) =>
  tf
    .tidy(() =>
      linear
        .applyRounded(tf.tensor2d(x, [x.length / linear.in, linear.in]), scheme, group)
        .dataSync(),
    )
    .slice() as Float32Array;

/** What the codes of x and of the weight stand for, multiplied in float64. */
function expectProduct(
  y: Float32Array,
  x: Float32Array,
  weight: QuantizedWeight,
  scheme: ActivationScheme,
  group: number,
): void {
  const { rows, columns } = weight;
  const tokens = x.length / columns;
  const rounded = dequantizeTokens(quantizeTokens(x, tokens, columns, { ...scheme, group }));
  const dense = dequantizeWeight(weight);
  for (let token = 0; token < tokens; token++)
    for (let row = 0; row < rows; row++) {
      let [wanted, magnitude] = [0, 0];
      for (let k = 0; k < columns; k++) {
        const term =
          (rounded[token * columns + k] as number) * (dense[row * columns + k] as number);
        wanted += term;
        magnitude += Math.abs(term);
      }
      const error = Math.abs((y[token * rows + row] as number) - wanted);
      if (!(error <= 2e-6 * magnitude + 1e-12))
        expect(error, `token ${token}, output ${row}: ${wanted}`).toBeLessThan(2e-6 * magnitude);
    }
}

describeEachSet(
  'products with rounded activations and kernels',
  (kernels) => {
    it('are those of what the codes stand for, in 1 400 random shapes, a row alone as in a batch', () => {
      let inIntegers = 0;
      const shapes = shapeCount(1400);
      const before = tf.memory().numTensors;
      for (let i = 0; i < shapes; i++) {
        const group = chosen(16, 32, 48, 64, 128, 1000);
        const columns = group === 1000 ? 1 + random.integer(200) : group * (1 + random.integer(3));
        const shape = {
          rows: 1 + random.integer(i % 10 === 0 ? 70 : 12),
          columns,
          bits: 2 + (i % 7),
          group,
          symmetric: random.integer(2) === 0,
          permuted: random.integer(4) === 0,
        };
        const weight = randomWeight(shape);
        // codes of few bits are spread over bytes for many rows
        const tokens = random.integer(i % 50 === 2 ? 70 : i % 10 === 1 ? 20 : 5);
        const wanted = chosen(columns, columns, group, 2 * group, 32, 16);
        const inputs = columns % wanted === 0 ? wanted : columns;
        const slices = chosen(1, columns / inputs);
        const bits = chosen(8, 8, 2 + random.integer(7));
        const scheme = activationScheme(bits, random.integer(2) === 0, slices);
        const x = activations(tokens, columns);
        const linear = new LinearWeight([weight]);
        const y = applied(linear, x, scheme, inputs);
        expectProduct(y, x, weight, scheme, inputs);
        if (tokens > 0) {
          const at = random.integer(tokens);
          const alone = x.slice(at * columns, (at + 1) * columns);
          expect(applied(linear, alone, scheme, inputs)).toEqual(
            y.slice(at * weight.rows, (at + 1) * weight.rows),
          );
        }
        if (linear.held?.rounds?.({ scheme, group: inputs })) inIntegers++;
        linear.dispose();
      }
      expect(tf.memory().numTensors).toBe(before);
      expect(inIntegers).toBeGreaterThan((5 / 7) * shapes);
    });

    it('are the same on any number of threads', async () => {
      const weight = randomWeight({ rows: 300, columns: 768, bits: 4, group: 64 });
      const x = activations(29, 768);
      const schemes = [activationScheme(8, false, 12), activationScheme(7, true, 12)];
      const results: Float32Array[] = [];
      for (const threads of [1, 2, 3, 4]) {
        await openNative({ kernels, threads });
        const linear = new LinearWeight([weight]);
        for (const scheme of schemes) results.push(applied(linear, x, scheme, 64));
        linear.dispose();
      }
      await openNative({ kernels, threads: 2 });
      results.forEach((y, i) => {
        expect(y.every((value, at) => value === results[i % 2]?.[at])).toBe(true);
      });
    });

    it.each([2, 4, 8])(
      'of codes of %i bits stay exact where sums are as large as they get',
      (bits) => {
        // 17 000 inputs at the ends of their range: more than one segment of a group, sums near 2^30
        const columns = 17_024;
        const most = 2 ** bits - 1;
        const weight = {
          ...randomWeight({ rows: 3, columns, bits, group: columns }),
          codes: new Uint8Array(3 * columns).fill(most),
          zeros: Float32Array.of(0, most, 2 ** (bits - 1)),
          scales: Float32Array.of(1, 1, 1),
        };
        for (const symmetric of [false, true])
          for (const sign of [1, -1]) {
            const scheme = { bits: 8, symmetric, clip: 1, tensorParallel: 1 } as ActivationScheme;
            const x = new Float32Array(2 * columns).fill(127 * sign);
            const linear = new LinearWeight([weight]);
            const y = applied(linear, x, scheme, columns);
            const value = 127 * sign * columns;
            [value * most, 0, value * (most - 2 ** (bits - 1))].forEach((wanted, i) => {
              expect(Math.abs((y[i] as number) - wanted)).toBeLessThanOrEqual(
                Math.abs(wanted) * 1e-6,
              );
            });
            linear.dispose();
          }
      },
    );

    it('are no numbers where activations are none, and only there', () => {
      const weight = randomWeight({ rows: 5, columns: 128, bits: 4, group: 64 });
      const x = activations(6, 128);
      x[130] = Number.NaN;
      x[300] = Number.POSITIVE_INFINITY;
      const linear = new LinearWeight([weight]);
      for (const symmetric of [false, true])
        for (const group of [128, 64]) {
          const scheme = activationScheme(8, symmetric, 1);
          // a range that float32 does not hold, of values that it holds
          if (!symmetric) x.fill(3e38, 512, 514).fill(-3e38, 514, 516);
          else x.fill(0, 512, 516);
          const y = applied(linear, x, scheme, group);
          const composed = tf.tidy(() =>
            linear.apply(quantizeActivations(tf.tensor2d(x, [6, 128]), scheme, group)).dataSync(),
          );
          y.forEach((value, i) => {
            const wanted = composed[i] as number;
            if (!Number.isFinite(wanted)) expect(value).toBe(wanted);
            else expect(Math.abs(value - wanted)).toBeLessThan(1e-4 * (1 + Math.abs(wanted)));
          });
        }
      linear.dispose();
    });

    it('are composed where groups cross, and where codes stand for floats', () => {
      const scheme = activationScheme(8, false, 1);
      const float = { element: 'e2m1', scale: 'e8m0' } as const;
      const crossing = randomWeight({ rows: 4, columns: 192, bits: 4, group: 64 });
      const { zeros, ...plain } = randomWeight({ rows: 4, columns: 192, bits: 4, group: 32 });
      const floats: QuantizedWeight = {
        ...plain,
        scheme: {
          bits: 4,
          group: 32,
          symmetric: true,
          range: 'zero-inclusive',
          float,
        } as WeightScheme,
      };
      const x = activations(3, 192);
      for (const [weight, group] of [
        [crossing, 48],
        [floats, 192],
      ] as const) {
        const linear = new LinearWeight([weight]);
        expectProduct(applied(linear, x, scheme, group), x, weight, scheme, group);
        linear.dispose();
      }
    });
  },
  { integers: true },
);

/** Sets that differ from another in how they multiply integers alone. */
const basesOf = { neondot: 'baseline', avx2vnni: 'avx2', avx512vnni: 'avx512' };

it('are those of the set that one builds upon, bit for bit', async () => {
  const loaded = loadAddon();
  if ('why' in loaded) return;
  const { sets } = loaded.addon.configure(1, '', false);
  for (const [kernels, base] of Object.entries(basesOf)) {
    if (!sets.includes(kernels)) continue;
    for (let i = 0; i < 140; i++) {
      const weight = randomWeight({ rows: 37, columns: 384, bits: 2 + (i % 7), group: 64 });
      const x = activations(1 + (i % 19), 384);
      const scheme = activationScheme(8, i % 2 === 0, 3);
      const results: Float32Array[] = [];
      for (const each of [kernels, base]) {
        await openNative({ kernels: each, threads: 1 });
        const linear = new LinearWeight([weight]);
        results.push(applied(linear, x, scheme, 128));
        linear.dispose();
      }
      expect(results[0], `${kernels}, ${weight.scheme.bits} bits`).toEqual(results[1]);
    }
  }
});

it('refuse a rounding that does not fit the weight', () => {
  const loaded = loadAddon();
  if ('why' in loaded) return;
  const { addon } = loaded;
  addon.configure(1, '', false);
  const f = (size: number) => new Float32Array(size);
  const weight = addon.createCodes(96, 4, 4, 3, 32, new Int32Array(), f(0), true);
  const apply = (group: number, bits: number, grids: number) =>
    addon.applyRounded(weight, f(192), f(8), 2, group, bits, false, f(grids), f(grids));
  apply(96, 8, 1);
  apply(32, 8, 3);
  expect(() => apply(32, 8, 2)).toThrow(TypeError);
  expect(() => apply(96, 9, 1)).toThrow(TypeError);
  expect(() => apply(36, 8, 3)).toThrow('do not divide');
  expect(() => apply(48, 8, 2)).toThrow('does not multiply');
  addon.disposeLinear(weight);
});
