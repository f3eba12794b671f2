import '@tensorflow/tfjs-backend-wasm';
import { backend, engine, matMul, setBackend, tensor, util } from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { beforeAll, expect, it } from 'vitest';
import { installHostKernels } from '../install-kernels.js';

const random = createRandom('products on wasm');
const upTo = (most: number): number => 1 + random.integer(most);
const { sizeFromShape } = util;

beforeAll(async () => {
  installHostKernels();
  installHostKernels(); // once more does no harm
  await setBackend('wasm');
});

/** A matrix of a batch, `[rows, columns]`, as its rows lie or transposed; a batch of one serves all. */
function matrixOf(
  values: Float32Array,
  pair: number,
  rows: number,
  columns: number,
  turned: boolean,
) {
  const first = (pair * rows * columns) % values.length;
  return (row: number, column: number): number =>
    values[first + (turned ? column * rows + row : row * columns + column)] as number;
}

it('multiplies batches and transposed factors as plain loops do, and keeps nothing', () => {
  const held = () => [engine().memory().numTensors, backend().numDataIds()];
  const before = held();
  for (let i = 0; i < 300; i++) {
    const [m, k, n] = [upTo(20), upTo(20), upTo(20)];
    const outer = Array.from({ length: random.integer(3) }, () => upTo(3));
    const ones = outer.map(() => 1).slice(0, random.integer(outer.length + 1));
    const [outerA, outerB] = [
      [outer, outer],
      [ones, outer],
      [outer, ones],
    ][random.integer(3)] as [number[], number[]];
    const [turnA, turnB] = [random.integer(2) === 1, random.integer(2) === 1];
    const shapeA = [...outerA, ...(turnA ? [k, m] : [m, k])];
    const shapeB = [...outerB, ...(turnB ? [n, k] : [k, n])];
    const [a, b] = [shapeA, shapeB].map((shape) =>
      Float32Array.from({ length: sizeFromShape(shape) }, () => random.normal()),
    ) as [Float32Array, Float32Array];
    const factors = [tensor(a, shapeA), tensor(b, shapeB)] as const;
    const product = matMul(...factors, turnA, turnB);
    expect(product.shape.slice(-2)).toEqual([m, n]);
    expect(product.size).toBe(sizeFromShape(outer) * m * n);
    const values = product.dataSync();
    let worst = 0;
    for (let pair = 0; pair < sizeFromShape(outer); pair++) {
      const left = matrixOf(a, pair, m, k, turnA);
      const right = matrixOf(b, pair, k, n, turnB);
      for (let row = 0; row < m; row++)
        for (let column = 0; column < n; column++) {
          let sum = 0;
          for (let j = 0; j < k; j++) sum += left(row, j) * right(j, column);
          const actual = values[(pair * m + row) * n + column] as number;
          worst = Math.max(worst, Math.abs(actual - sum));
        }
    }
    expect(worst, `${shapeA} ${turnA} by ${shapeB} ${turnB}`).toBeLessThan(2e-5);
    for (const one of [product, ...factors]) one.dispose();
  }
  expect(held()).toEqual(before);
});

it('leaves what it does not serve to tfjs', () => {
  const ones = (...shape: number[]) =>
    tensor(new Float32Array(sizeFromShape(shape)).fill(1), shape);
  const [a, b, none] = [ones(2, 3, 4), ones(2, 5, 4), ones(2, 0, 4)];
  expect(() => matMul(a, b)).toThrow('inner shapes');
  const empty = matMul(none, b, false, true);
  expect(empty.shape).toEqual([2, 0, 5]);
  for (const one of [a, b, none, empty]) one.dispose();
});
