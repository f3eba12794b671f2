import { tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import {
  createRandom,
  defaultClipSearch,
  type PrepareColumnsOptions,
  prepareColumns,
  quadraticTrace,
  type RoundColumnsOptions,
  roundColumns,
  upperFactorOfInverse,
} from '@thinkbits/numerics';
import { backendKernels, copyValues, joinedProduct } from '@thinkbits/ops';
import { completeWeightScheme, floatFormats, type WeightScheme } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { type Addon, loadAddon } from './addon.js';

const random = createRandom('native algebra');
const loaded = loadAddon();
const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());

/** 2/n Σ XXᵀ of tokens whose columns have one draw in common. */
function correlated(size: number, tokens: number): Float32Array {
  const hessian = new Float32Array(size * size);
  for (let token = 0; token < tokens; token++) {
    const common = random.normal();
    const x = draw(size).map((value) => value + common);
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) hessian[i * size + j]! += (2 / tokens) * x[i]! * x[j]!;
  }
  return hessian;
}

const damped = { actOrder: true, damping: 0.01, dampingIncrement: 0.0015, subject: 'a linear' };
const how = { staticGroups: true, clipSearch: false, blockSize: 128 } as const;
const grid = (scheme: Parameters<typeof completeWeightScheme>[0]) => completeWeightScheme(scheme);

describeEachSet('the algebra', () => {
  it.each([1, 5, 64, 130, 300])('factors %i columns to the bits of plain loops', async (size) => {
    const hessian = correlated(size, 2 * size);
    for (let i = 0; i < size; i++) hessian[i * size + i]! += 0.1;
    const [plain, native] = [hessian.slice(), hessian.slice()];
    expect(await upperFactorOfInverse(plain, size)).toBe(true);
    expect(await upperFactorOfInverse(native, size, backendKernels())).toBe(true);
    expect(native).toEqual(plain);
  });

  it.each([
    [1, 5],
    [400, 130],
    [900, 31],
    [500, 700],
  ])('adds up what %i inputs of %i columns give with each other', (tokens, size) => {
    if ('why' in loaded) throw new Error(loaded.why);
    const [x, before] = [draw(tokens * size), draw(size * size)];
    const sum = before.slice();
    loaded.addon.addGram(x, sum, tokens, size);
    let worst = 0;
    for (let i = 0; i < size; i += size > 200 ? 7 : 1)
      for (let j = i; j < size; j++) {
        let [value, magnitude] = [before[i * size + j] as number, 1];
        for (let at = 0; at < tokens * size; at += size) {
          const term = (x[at + i] as number) * (x[at + j] as number);
          value += term;
          magnitude += Math.abs(term);
        }
        worst = Math.max(worst, Math.abs((sum[i * size + j] as number) - value) / magnitude);
      }
    expect(worst).toBeLessThan(4e-6);
  });

  it('says where a matrix is not positive definite', async () => {
    const indefinite = correlated(150, 20);
    indefinite[7 * 150 + 7] = -1;
    expect(await upperFactorOfInverse(indefinite, 150, backendKernels())).toBe(false);
  });

  it.each<
    [
      string,
      WeightScheme,
      Partial<RoundColumnsOptions>?,
      Partial<PrepareColumnsOptions>?,
      [number, number]?,
    ]
  >([
    ['2 bits', grid({ bits: 2, group: 32 })],
    ['3 bits, symmetric', grid({ bits: 3, group: 50, symmetric: true })],
    ['4 bits, whole rows', grid({ bits: 4 })],
    ['5 bits, of their own range', grid({ bits: 5, group: 10, range: 'min-max' })],
    ['8 bits, of the whole weight', grid({ bits: 8, group: 'tensor' })],
    ['a clip search', grid({ bits: 4, group: 64 }), { clipSearch: defaultClipSearch }],
    ['columns as they stand', grid({ bits: 4, group: 64 }), {}, { actOrder: false }],
    ['dynamic groups', grid({ bits: 4, group: 16 }), { staticGroups: false, blockSize: 40 }],
    [
      'dynamic groups that cross blocks',
      grid({ bits: 3, group: 32 }),
      { staticGroups: false, blockSize: 20 },
      { actOrder: false },
    ],
    [
      'drift',
      grid({ bits: 4, group: 32 }),
      { staticGroups: false, blockSize: 64 },
      { drift: draw(150 * 150).map((value) => value / 100) },
    ],
    ['MXFP4', grid({ bits: 4, float: floatFormats.mxfp4 })],
    ['NVFP4', grid({ bits: 4, float: floatFormats.nvfp4 })],
    ['FP8', grid({ bits: 8, float: floatFormats.fp8 })],
    ['one row', grid({ bits: 4, group: 32 }), {}, {}, [1, 150]],
    ['a block wider than the addon takes', grid({ bits: 4 }), { blockSize: 600 }, {}, [9, 530]],
  ])('rounds to the bits of plain loops: %s', async (_, scheme, options, preparing, shape) => {
    const [rows, columns] = shape ?? [19, 150];
    const weight = draw(rows * columns);
    const hessian = correlated(columns, 80);
    const prepared = await prepareColumns(hessian, columns, { ...damped, ...preparing });
    const round = (kernels: object) =>
      roundColumns(weight, rows, columns, scheme, prepared, { ...how, ...options, ...kernels });
    expect(await round(backendKernels())).toEqual(await round({}));
  });

  it('copies values and finds those that are not finite everywhere', async () => {
    const copied = async (values: Float32Array, into?: Float32Array) => {
      const tensor = tensor1d(values.slice());
      const copy = await copyValues(tensor, into);
      tensor.dispose();
      expect(copy.values.every((value, i) => Object.is(value, values[i]))).toBe(true);
      expect(copy.values.length).toBe(values.length);
      if (into?.length === values.length) expect(copy.values).toBe(into);
      return copy.finite;
    };
    for (const size of [0, 1, 15, 16, 100, 4096, 300_000]) {
      const values = draw(size);
      expect(await copied(values)).toBe(true);
      expect(await copied(values, new Float32Array(size))).toBe(true);
      expect(await copied(values, new Float32Array(size + 1))).toBe(true);
      for (const bad of size > 0 ? [Number.NaN, Number.NEGATIVE_INFINITY] : []) {
        for (const at of [0, size >> 1, size - 1]) {
          const wrong = values.slice();
          wrong[at] = bad;
          expect(await copied(wrong), `${bad} at ${at} of ${size}`).toBe(false);
        }
      }
    }
  });

  it.each([0, 1, 31, 64, 65, 130, 403])(
    'mirrors and reorders a square of %i as plain loops do',
    (size) => {
      const { addon } = loaded as { addon: Addon };
      const square = draw(size * size);
      const order = Int32Array.from({ length: size }, (_, i) => i).sort(
        (a, b) => (square[a * size] as number) - (square[b * size] as number),
      );
      const wanted = square.map((_, at) => {
        const [i, j] = [Math.floor(at / size), at % size];
        return 0.3 * (square[Math.min(i, j) * size + Math.max(i, j)] as number);
      });
      const mirrored = square.slice();
      addon.mirrorScaled(mirrored, size, 0.3);
      expect(mirrored).toEqual(wanted);
      const reordered = new Float32Array(size * size);
      addon.reorderSquare(square, order, reordered);
      const inOrder = square.map(
        (_, at) =>
          square[
            (order[Math.floor(at / size)] as number) * size + (order[at % size] as number)
          ] as number,
      );
      expect(reordered).toEqual(inOrder);
    },
  );

  it.each([
    [0, 5],
    [3, 1],
    [1, 130],
    [385, 127],
    [40, 300],
  ])('takes the quadratic trace of %i rows of %i columns', async (rows, size) => {
    const [matrix, symmetric] = [draw(rows * size), correlated(size, 20)];
    const plain = await quadraticTrace(matrix, rows, symmetric, size);
    const native = await quadraticTrace(matrix, rows, symmetric, size, backendKernels());
    expect(Math.abs(native - plain)).toBeLessThanOrEqual(1e-5 * plain);
  });

  it('multiplies one input with several weights, side by side', async () => {
    for (const [tokens, depth, outs] of [
      [1, 3, [2]],
      [5, 40, [33, 1, 70]],
      [200, 401, [64, 50]],
    ] as const) {
      const x = tensor2d(draw(tokens * depth), [tokens, depth]);
      const weights = outs.map((out) => tensor2d(draw(out * depth), [out, depth]));
      const joined = joinedProduct(x, weights);
      const values = await joined.data();
      const [a, w] = [await x.data(), await Promise.all(weights.map((weight) => weight.data()))];
      const width = outs.reduce<number>((sum, out) => sum + out, 0);
      expect(joined.shape).toEqual([tokens, width]);
      let start = 0;
      for (const [i, out] of outs.entries()) {
        for (const token of [0, tokens - 1]) {
          for (let row = 0; row < out; row++) {
            let sum = 0;
            for (let k = 0; k < depth; k++) sum += a[token * depth + k]! * w[i]![row * depth + k]!;
            expect(values[token * width + start + row]).toBeCloseTo(sum, 3);
          }
        }
        start += out;
      }
      for (const tensor of [x, joined, ...weights]) tensor.dispose();
    }
  });
});
