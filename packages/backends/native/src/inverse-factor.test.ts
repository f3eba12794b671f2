import { upperFactorOfInverse } from '@thinkbits/numerics';
import { backendKernels } from '@thinkbits/ops';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { expectWithin, unit, wantedOf } from './__fixtures__/expect-within.js';
import { randomShapes, shapeCount } from './__fixtures__/random-shapes.js';

const { random, chosen, size, normals } = randomShapes('inverse factors');

/** XᵀX / tokens of columns that have something in common, and something on the diagonal. */
function anyPositive(width: number): Float32Array {
  const tokens = width + random.integer(20);
  const common = chosen(0, 1, 3);
  const x = normals(tokens * width);
  for (let t = 0; t < tokens; t++) {
    const shift = common * random.normal();
    for (let j = 0; j < width; j++) x[t * width + j] = (x[t * width + j] as number) + shift;
  }
  const matrix = new Float32Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = 0; j <= i; j++) {
      let sum = i === j ? chosen(0.1, 1) * tokens : 0;
      for (let at = 0; at < tokens * width; at += width)
        sum += (x[at + i] as number) * (x[at + j] as number);
      matrix[i * width + j] = matrix[j * width + i] = sum / tokens;
    }
  return matrix;
}

/** The upper triangular V with A = V Vᵀ, column by column from the last one, in float64. */
function upperFactor(matrix: Float32Array, width: number): Float64Array {
  const upper = new Float64Array(width * width);
  for (let j = width - 1; j >= 0; j--)
    for (let i = j; i >= 0; i--) {
      let value = matrix[i * width + j] as number;
      for (let k = j + 1; k < width; k++)
        value -= (upper[i * width + k] as number) * (upper[j * width + k] as number);
      upper[i * width + j] = i === j ? Math.sqrt(value) : value / (upper[j * width + j] as number);
    }
  return upper;
}

/** a b, or a bᵀ, in float64. */
function product(a: ArrayLike<number>, b: ArrayLike<number>, width: number, turned = false) {
  const out = new Float64Array(width * width);
  for (let i = 0; i < width; i++)
    for (let j = 0; j < width; j++) {
      let sum = 0;
      for (let k = 0; k < width; k++)
        sum += (a[i * width + k] as number) * (b[turned ? j * width + k : k * width + j] as number);
      out[i * width + j] = sum;
    }
  return out;
}

describeEachSet('factors of inverses', () => {
  it('turn 150 random matrices into identities, to the bits of plain loops', async () => {
    for (let i = 0; i < shapeCount(150); i++) {
      // factors are made in blocks of 128 columns
      const width = i % 50 === 0 ? 128 + random.integer(40) : size(50);
      const matrix = anyPositive(width);
      const [native, plain] = [matrix.slice(), matrix.slice()];
      expect(await upperFactorOfInverse(native, width, backendKernels())).toBe(true);
      expect(await upperFactorOfInverse(plain, width)).toBe(true);
      expect(native).toEqual(plain);
      // what lies below the diagonal is no part of it
      const upper = native.map((value, at) => (at % width < Math.floor(at / width) ? 0 : value));
      const factor = upperFactor(matrix, width).map(Math.abs);
      const magnitudes = product(upper.map(Math.abs), factor, width);
      const wanted = wantedOf(width * width);
      for (let j = 0; j < width; j++) wanted.values[j * width + j] = 1;
      // A is off by the roundings of its factor, the factor's inverse by its own from either side: each a unit of their magnitudes
      // for every column
      product(magnitudes, magnitudes, width, true).forEach((magnitude, at) => {
        wanted.room[at] = 3 * (width + 3) * unit * magnitude;
      });
      const identity = product(product(upper, matrix, width), upper, width, true);
      expectWithin(Float32Array.from(identity), wanted, { width });
    }
  });

  it('do not exist where 100 random matrices are not positive', async () => {
    for (let i = 0; i < shapeCount(100); i++) {
      const width = 1 + size(50);
      const matrix = anyPositive(width);
      const at = random.integer(width);
      matrix[at * width + at] = chosen(-1, 0, Number.NaN, Number.NEGATIVE_INFINITY);
      expect(await upperFactorOfInverse(matrix, width, backendKernels())).toBe(false);
    }
  });
});
