import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { expectWithin, unit, type Wanted, wantedOf } from './__fixtures__/expect-within.js';
import { randomShapes, shapeCount } from './__fixtures__/random-shapes.js';
import { type Addon, loadAddon } from './addon.js';

const { random, chosen, size, normals, integers, spoil } = randomShapes('matrix shapes');
const loaded = loadAddon();

/** Where element (row, column) of a matrix lies. */
type Place = readonly [start: number, row: number, column: number];

/** A matrix within a larger one, with room before and between its rows. */
function within(rows: number, columns: number): { length: number; place: Place } {
  const [start, stride] = [random.integer(5), columns + random.integer(4)];
  return { length: start + rows * stride, place: [start, stride, 1] };
}

/**
 * Adds sign · a b to `wanted` in float64. A sum of n products is off by n units of the sum of their magnitudes at most, in any
 * order and fused or not; one more is for what is added to it, and one for the higher powers of the unit. Integers are exact.
 */
function addProduct(
  wanted: Wanted,
  [c, a, b]: readonly [Place, Place, Place],
  [left, right]: readonly [Float32Array, Float32Array],
  { m, k, n, exact }: { m: number; k: number; n: number; exact: boolean },
  sign = 1,
): void {
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) {
      const at = c[0] + i * c[1] + j * c[2];
      let value = wanted.values[at] as number;
      let magnitude = Math.abs(value);
      for (let l = 0; l < k; l++) {
        const term =
          (left[a[0] + i * a[1] + l * a[2]] as number) *
          (right[b[0] + l * b[1] + j * b[2]] as number);
        value += sign * term;
        magnitude += Math.abs(term);
      }
      wanted.values[at] = value;
      wanted.room[at] = exact ? 0 : (k + 2) * unit * magnitude;
    }
}

/** Depths beyond a block of the kernels come now and then, and columns beyond several. */
function anyShape(i: number) {
  const isLarge = i % 25 === 0;
  const [m, k] = isLarge ? [size(60), size(1000)] : [size(24), size(40)];
  const n = size(i % 75 === 0 ? 500 : isLarge ? 150 : 40);
  const exact = random.integer(2) === 0;
  return { m, k, n, exact, draw: exact ? integers : normals };
}

describeEachSet('matrices of random shapes', () => {
  const { addon } = loaded as { addon: Addon };

  it('are multiplied where rows are packed once, for more columns and rows than a task takes', () => {
    const [m, k, n] = [4100, 5, 1700];
    const [a, b, c] = [integers(m * k), integers(k * n), new Float32Array(m * n)];
    addon.matmul(a, b, c, 1, m, k, n, false, false, 0, 0);
    const wanted = new Float32Array(m * n);
    for (let i = 0; i < m; i++)
      for (let l = 0; l < k; l++)
        for (let j = 0; j < n; j++)
          wanted[i * n + j] =
            (wanted[i * n + j] as number) + (a[i * k + l] as number) * (b[l * n + j] as number);
    expect(c.findIndex((value, at) => value !== wanted[at])).toBe(-1);
  });

  it('are multiplied as plain loops do, 1 500 times', () => {
    for (let i = 0; i < shapeCount(1500); i++) {
      const { draw, ...shape } = anyShape(i);
      const { m, k, n, exact } = shape;
      const batch = i % 25 === 0 ? 1 : chosen(1, 1, 2, 3, 0);
      const [transposeA, transposeB] = [chosen(true, false), chosen(true, false)];
      // one matrix for the whole batch, or one for each entry
      const [aBatch, bBatch] = [chosen(0, m * k), chosen(0, k * n)];
      const length = (stride: number, one: number) =>
        (batch && (batch - 1) * stride + one) as number;
      const [a, b] = [draw(length(aBatch, m * k)), draw(length(bBatch, k * n))];
      if (random.integer(6) === 0) spoil(chosen(a, b));
      // what nobody writes stays no number
      const c = new Float32Array(batch * m * n).fill(Number.NaN);
      addon.matmul(a, b, c, batch, m, k, n, transposeA, transposeB, aBatch, bBatch);
      const wanted = wantedOf(c.length);
      for (let entry = 0; entry < batch; entry++) {
        const left: Place = transposeA ? [entry * aBatch, 1, m] : [entry * aBatch, k, 1];
        const right: Place = transposeB ? [entry * bBatch, 1, k] : [entry * bBatch, n, 1];
        addProduct(wanted, [[entry * m * n, n, 1], left, right], [a, b], { m, k, n, exact });
      }
      expectWithin(c, wanted, { ...shape, batch, transposeA, transposeB, aBatch, bBatch });
    }
  });

  it('are multiplied into columns of a wider one, which keeps its others, 500 times', () => {
    for (let i = 0; i < shapeCount(500); i++) {
      const { draw, ...shape } = anyShape(i);
      const { m, k, n } = shape;
      const start = random.integer(9);
      const width = start + n + random.integer(9);
      const [x, weight] = [draw(m * k), draw(n * k)];
      if (random.integer(6) === 0) spoil(chosen(x, weight));
      const wanted = wantedOf(m * width);
      wanted.values.fill(7);
      for (let row = 0; row < m; row++)
        wanted.values.fill(0, row * width + start, row * width + start + n);
      const places = [
        [start, width, 1],
        [0, k, 1],
        [0, 1, k],
      ] as const;
      addProduct(wanted, places, [x, weight], shape);
      const y = new Float32Array(m * width).fill(7);
      addon.joinProduct(x, weight, y, m, k, n, start, width);
      expectWithin(y, wanted, { ...shape, start, width });
    }
  });

  it('are subtracted from blocks of larger ones, which keep the rest, 500 times', () => {
    for (let i = 0; i < shapeCount(500); i++) {
      const { draw, ...shape } = anyShape(i);
      const { m, k, n } = shape;
      const transposed = chosen(true, false);
      const c = within(m, n);
      const a = within(m, k);
      const b = transposed ? within(n, k) : within(k, n);
      const [sum, left, right] = [draw(c.length), draw(a.length), draw(b.length)];
      if (random.integer(6) === 0) spoil(chosen(sum, left, right));
      const wanted = wantedOf(c.length);
      wanted.values.set(sum);
      const [start, stride] = b.place;
      const bPlace: Place = transposed ? [start, 1, stride] : b.place;
      addProduct(wanted, [c.place, a.place, bPlace], [left, right], shape, -1);
      const [cStart, cRow] = c.place;
      const [aStart, aRow] = a.place;
      const blocks = [sum, cStart, cRow, left, aStart, aRow, right, start, stride] as const;
      addon.subtractProduct(...blocks, m, k, n, transposed);
      expectWithin(sum, wanted, { ...shape, transposed, strides: [cRow, aRow, stride] });
    }
  });

  it('are multiplied with themselves right of the diagonal, 600 times', () => {
    for (let i = 0; i < shapeCount(600); i++) {
      const isLarge = i % 30 === 0;
      const [tokens, width] = isLarge ? [size(900), size(140)] : [size(40), size(40)];
      const exact = random.integer(2) === 0;
      const draw = exact ? integers : normals;
      const [x, sum] = [draw(tokens * width), draw(width * width)];
      if (random.integer(6) === 0) spoil(chosen(x, sum));
      const wanted = wantedOf(width * width);
      wanted.values.set(sum);
      const shape = { m: width, k: tokens, n: width, exact };
      const places = [
        [0, width, 1],
        [0, 1, width],
        [0, width, 1],
      ] as const;
      addProduct(wanted, places, [x, x], shape);
      addon.addGram(x, sum, tokens, width);
      // what lies left of it is anybody's
      for (let row = 0; row < width; row++) {
        sum.fill(0, row * width, row * width + row);
        wanted.values.fill(0, row * width, row * width + row);
        wanted.room.fill(0, row * width, row * width + row);
      }
      expectWithin(sum, wanted, shape);
    }
  });

  it('have the quadratic traces that plain loops add up, 500 times', () => {
    for (let i = 0; i < shapeCount(500); i++) {
      const [rows, width] = i % 25 === 0 ? [size(400), size(140)] : [size(20), size(30)];
      const exact = random.integer(2) === 0;
      const draw = exact ? integers : normals;
      const [d, h] = [draw(rows * width), draw(width * width)];
      for (let j = 0; j < width; j++)
        for (let k = 0; k < j; k++) h[k * width + j] = h[j * width + k] as number;
      if (random.integer(6) === 0) spoil(d);
      let [trace, magnitude] = [0, 0];
      for (let row = 0; row < rows; row++)
        for (let j = 0; j < width; j++)
          for (let k = 0; k < width; k++) {
            const term =
              (d[row * width + j] as number) *
              (h[j * width + k] as number) *
              (d[row * width + k] as number);
            trace += term;
            magnitude += Math.abs(term);
          }
      const actual = addon.quadraticTrace(d, h, rows, width);
      if (!Number.isFinite(trace)) expect(Number.isFinite(actual)).toBe(false);
      else
        expect(Math.abs(actual - trace), `${rows} rows of ${width}`).toBeLessThanOrEqual(
          exact ? 0 : (width + 2) * unit * magnitude,
        );
    }
  });

  it('are turned, 500 times', () => {
    for (let i = 0; i < shapeCount(500); i++) {
      const [batch, rows, columns] = [chosen(0, 1, 2, 3), size(70), size(70)];
      const x = normals(batch * rows * columns);
      const out = new Float32Array(x.length);
      addon.transpose(x, out, batch, rows, columns);
      const wanted = wantedOf(x.length);
      for (const [at, value] of x.entries()) {
        const [entry, row, column] = [
          Math.floor(at / (rows * columns)),
          Math.floor(at / columns) % rows,
          at % columns,
        ];
        wanted.values[entry * rows * columns + column * rows + row] = value;
      }
      expectWithin(out, wanted, { batch, rows, columns });
    }
  });
});
