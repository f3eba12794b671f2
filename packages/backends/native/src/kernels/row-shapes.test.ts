import { type Tensor2D, tensor2d, tidy } from '@tensorflow/tfjs-core';
import { findHadamardOrder } from '@thinkbits/numerics';
import { hadamard } from '@thinkbits/ops';
import { expect, it } from 'vitest';
import { describeEachSet } from '../__fixtures__/describe-each-set.js';
import { expectWithin, unit, wantedOf } from '../__fixtures__/expect-within.js';
import { randomShapes, shapeCount } from '../__fixtures__/random-shapes.js';
import { type Addon, loadAddon } from '../addon.js';

const { random, chosen, upTo, size, normals, spoil } = randomShapes('row shapes');
const loaded = loadAddon();

/** Below it floats have fewer bits, so that a result is off by that much too. */
const smallest = 2 ** -149;

/** Some rows of many sizes, not finite in places now and then. */
function anyRows(rows: number, width: number): Float32Array {
  const scale = chosen(1, 1, 1e-6, 30, 1e6);
  const x = normals(rows * width).map((value) => value * scale);
  if (random.integer(6) === 0) x.fill(chosen(0, -2, 1e-30), 0, width);
  if (random.integer(6) === 0) spoil(x);
  return x;
}

describeEachSet('rows of random shapes', () => {
  const { addon } = loaded as { addon: Addon };
  // what nobody writes stays no number
  const nothing = (count: number) => new Float32Array(count).fill(Number.NaN);

  it('are divided by their root mean square, 1 200 times', () => {
    for (let i = 0; i < shapeCount(1200); i++) {
      const [rows, width] = [size(12), size(i % 20 === 0 ? 900 : 70)];
      const [x, weight, epsilon] = [anyRows(rows, width), normals(width), chosen(1e-6, 1e-5)];
      const wanted = wantedOf(rows * width);
      for (let row = 0; row < rows; row++) {
        let squares = 0;
        for (let j = 0; j < width; j++) squares += (x[row * width + j] as number) ** 2;
        const root = Math.sqrt(squares / width + epsilon);
        for (let j = 0; j < width; j++) {
          const at = row * width + j;
          const value = ((x[at] as number) / root) * (weight[j] as number);
          wanted.values[at] = value;
          // epsilon, half of it, the scale and two products are rounded
          wanted.room[at] = 4 * unit * Math.abs(value) + 2 * smallest;
        }
      }
      const out = nothing(rows * width);
      addon.rmsNorm(x, weight, out, rows, width, epsilon);
      expectWithin(out, wanted, { rows, width, epsilon });
    }
  });

  it('are turned to their positions, 1 200 times', () => {
    for (let i = 0; i < shapeCount(1200); i++) {
      const [tokens, heads, half, known] = [
        size(9),
        upTo(5),
        upTo(i % 20 === 0 ? 80 : 20),
        upTo(30),
      ];
      const x = anyRows(tokens, heads * 2 * half);
      const angles = Float32Array.from({ length: known * half }, () => 7 * random.next());
      const [cosines, sines] = [angles.map(Math.cos), angles.map(Math.sin)];
      const positions = Int32Array.from({ length: tokens }, () => random.integer(known));
      const wanted = wantedOf(x.length);
      for (let at = 0; at < x.length; at++) {
        const channel = at % (2 * half);
        const token = Math.floor(at / (heads * 2 * half));
        const angle = (positions[token] as number) * half + (channel % half);
        const isFirst = channel < half;
        const other = x[isFirst ? at + half : at - half] as number;
        const own = (x[at] as number) * (cosines[angle] as number);
        const turned = other * (sines[angle] as number);
        wanted.values[at] = isFirst ? own - turned : own + turned;
        // two products and their sum
        wanted.room[at] = 2.01 * unit * (Math.abs(own) + Math.abs(turned)) + 2 * smallest;
      }
      const out = nothing(x.length);
      addon.rotate(x, out, positions, cosines, sines, heads, half);
      expectWithin(out, wanted, { tokens, heads, half, known });
    }
  });

  it('are gated, 1 200 times', () => {
    for (let i = 0; i < shapeCount(1200); i++) {
      const [rows, width] = [size(12), size(i % 20 === 0 ? 500 : 50)];
      const x = anyRows(rows, 2 * width);
      const wanted = wantedOf(rows * width);
      for (let at = 0; at < rows * width; at++) {
        const from = at + Math.floor(at / width) * width;
        const [gate, up] = [x[from] as number, x[from + width] as number];
        const value = (gate / (1 + Math.exp(-gate))) * up;
        wanted.values[at] = value;
        // a power within four units, a sum, a quotient, a product; powers end at those of 88 and -87
        const ends = Math.min(Math.abs(gate), 88) * Math.abs(up) * Math.exp(-87);
        wanted.room[at] = 8 * unit * Math.abs(value) + ends + 2 * smallest;
      }
      const out = nothing(rows * width);
      addon.swiglu(x, out, rows, width);
      expectWithin(out, wanted, { rows, width }, { anyKind: true });
    }
  });

  it('become shares of their powers, 1 200 times', () => {
    for (let i = 0; i < shapeCount(1200); i++) {
      const [rows, width] = [size(12), size(i % 20 === 0 ? 900 : 70)];
      const x = anyRows(rows, width);
      const wanted = wantedOf(rows * width);
      for (let row = 0; row < rows; row++) {
        const own = x.subarray(row * width, (row + 1) * width);
        const high = own.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
        const powers = Float64Array.from(own, (value) => Math.exp(value - high));
        const sum = powers.reduce((before, power) => before + power, 0);
        for (const [j, power] of powers.entries()) {
          wanted.values[row * width + j] = power / sum;
          // a power, those of the sum, its inverse and the product are rounded
          wanted.room[row * width + j] = (4.01 * unit * power) / sum + 2 * smallest;
        }
      }
      const out = nothing(rows * width);
      addon.softmax(x, out, rows, width);
      expectWithin(out, wanted, { rows, width });
    }
  });

  it('are mixed by orthogonal matrices whose elements are of one size, of every order up to 120 and some beyond', () => {
    for (const order of [...Array(121).keys(), 128, 140, 172, 256, 384]) {
      if (order === 0 || !findHadamardOrder(order)) continue;
      const apply = (x: Float32Array, transposed = false) =>
        tidy(() =>
          hadamard(tensor2d(x, [x.length / order, order]) as Tensor2D, {
            size: order,
            transposed,
          }).dataSync(),
        ) as Float32Array;
      // rows are columns of the matrix
      const ones = new Float32Array(order * order);
      for (let j = 0; j < order; j++) ones[j * order + j] = 1;
      const columns = apply(ones);
      const isOfOneSize = (value: number) => Math.abs(value) === Math.fround(1 / Math.sqrt(order));
      expect(columns.every(isOfOneSize), `order ${order}`).toBe(true);
      const backwards = apply(ones, true);
      expect(
        backwards.every(
          (value, at) => value === columns[(at % order) * order + Math.floor(at / order)],
        ),
      ).toBe(true);
      const signs = columns.map(Math.sign);
      for (let times = shapeCount(20); times > 0; times--) {
        const [left, right] = [random.integer(order), random.integer(order)];
        let product = 0;
        for (let j = 0; j < order; j++)
          product += (signs[left * order + j] as number) * (signs[right * order + j] as number);
        expect(product).toBe(left === right ? order : 0);
      }
      for (let times = shapeCount(5); times > 0; times--) {
        const rows = chosen(0, 1, 2, 3, 5);
        const x = normals(rows * order);
        if (random.integer(4) === 0) spoil(x);
        const wanted = wantedOf(rows * order);
        for (let at = 0; at < rows * order; at++) {
          const [first, channel] = [at - (at % order), at % order];
          let [value, magnitude] = [0, 0];
          for (let j = 0; j < order; j++) {
            const term = (x[first + j] as number) * (signs[j * order + channel] as number);
            value += term;
            magnitude += Math.abs(term);
          }
          wanted.values[at] = value / Math.sqrt(order);
          // rounded once; sums in float64 are off by a unit of it an element
          wanted.room[at] =
            (unit * Math.abs(value) + 2 * order * 2 ** -53 * magnitude) / Math.sqrt(order);
        }
        expectWithin(apply(x), wanted, { rows, order }, { anyKind: true });
      }
    }
  });
});
