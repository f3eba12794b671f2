import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { memory, setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { blockOf, createRandom, subtractProduct } from '@thinkbits/numerics';
import { describe, expect, test } from 'vitest';
import { backendProduct } from './backend-product.js';
import { observeInputs } from './input-products.js';

describe.each(['cpu', 'wasm'])('on the backend %s', (name) => {
  test('products of blocks are those of plain loops', async () => {
    await setBackend(name);
    const random = createRandom('product');
    const draw = (size: number) => Float32Array.from({ length: size }, () => random.normal());
    const [m, k, n, width] = [130, 100, 110, 150]; // enough multiplications for the backend
    const [a, b, c] = [draw(m * width), draw(width * width), draw(m * width)];
    for (const transposed of [false, true]) {
      const expected = c.slice();
      const actual = c.slice();
      const right = transposed
        ? blockOf(b, width, [9, 9 + n], [7, 7 + k])
        : blockOf(b, width, [9, 9 + k], [7, 7 + n]);
      const left = blockOf(a, width, [0, m], [3, 3 + k]);
      subtractProduct(blockOf(expected, width, [0, m], [5, 5 + n]), left, right, transposed);
      await backendProduct(blockOf(actual, width, [0, m], [5, 5 + n]), left, right, transposed);
      for (const [i, value] of actual.entries()) expect(value).toBeCloseTo(expected[i]!, 3);
      expect(actual[4], 'outside the block').toBe(c[4]);
    }
  });

  test('the Hessian is 2/n Σ XXᵀ, the drift 2/n Σ (X̃ - X)Xᵀ', async () => {
    await setBackend(name);
    const observer = observeInputs();
    const see = async (rows: number[][], float: number[][]) => {
      const seen = [tensor2d(rows), tensor2d(float)] as const;
      await observer.observe(...seen);
      for (const tensor of seen) tensor.dispose();
    };
    await see([[1, 2]], [[2, 2]]); // ΔX = [1, 0]
    await see(
      [
        [0, 1],
        [3, 0],
      ],
      [
        [0, 1],
        [3, -1],
      ],
    ); // ΔX = [0, 0], [0, -1]
    const { hessian, drift } = observer.take()!;
    expect(Array.from(hessian)).toEqual([10, 2, 2, 5]); // [[1, 2], [2, 4]] + [[9, 0], [0, 1]]
    expect(Array.from(drift!)).toEqual([1, 2, -3, 0]); // [[1, 2], [0, 0]] + [[0, 0], [-3, 0]]
    expect(observer.take(), 'taken').toBeUndefined();
  });

  test('a wide Hessian, of several products, is symmetric and that of plain loops', async () => {
    await setBackend(name);
    const [tokens, size] = [7, 530];
    const random = createRandom('wide');
    const values = Float32Array.from({ length: tokens * size }, () => random.normal());
    const observer = observeInputs();
    const before = memory().numTensors;
    const input = tensor2d(values, [tokens, size]);
    await observer.observe(input);
    input.dispose();
    expect(memory().numTensors).toBe(before);
    const { hessian } = observer.take()!;
    for (const [i, j] of [
      [0, 0],
      [3, 529],
      [529, 3],
      [511, 512],
      [529, 529],
    ] as const) {
      let sum = 0;
      for (let t = 0; t < tokens; t++) sum += 2 * values[t * size + i]! * values[t * size + j]!;
      expect(hessian[i * size + j]).toBeCloseTo(sum, 4);
      expect(hessian[j * size + i]).toBe(hessian[i * size + j]);
    }
  });
});
