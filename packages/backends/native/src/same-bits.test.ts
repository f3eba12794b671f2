import { type LinearPart, LinearWeight } from '@thinkbits/ops';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { randomShapes } from './__fixtures__/random-shapes.js';
import { apply, weightsOf } from './__fixtures__/random-weight.js';
import { expectRows, onThreads, shared } from './__fixtures__/same-bits.js';
import { type Addon, loadAddon } from './addon.js';

const { random, normals } = randomShapes('same bits of products');
const randomWeight = weightsOf(random);
const loaded = loadAddon();

describeEachSet(
  'products on any number of threads, with any rows beside',
  (kernels) => {
    const { addon } = loaded as { addon: Addon };

    it.each([
      [false, false],
      [false, true],
      [true, false],
      [true, true],
    ])('of floats have the same bits, transposed: %s, %s', async (turnA, turnB) => {
      // deeper and wider than blocks of the kernels
      for (const [m, k, n] of [
        [21, 800, 150],
        [7, 800, 140],
        [12, 200, 290],
        [150, 70, 65],
        [1, 1000, 700],
      ] as const) {
        expect(m * k * n).toBeGreaterThan(shared);
        const [a, b] = [normals(m * k), normals(k * n)];
        const times = (x: Float32Array, rows: number) => {
          const c = new Float32Array(rows * n);
          addon.matmul(x, b, c, 1, rows, k, n, turnA, turnB, 0, 0);
          return c;
        };
        const whole = await onThreads(kernels, () => times(a, m));
        expectRows(whole, n, (from, to) => {
          const rows = to - from;
          const own = turnA
            ? Float32Array.from({ length: rows * k }, (_, at) => {
                const [depth, row] = [Math.floor(at / rows), from + (at % rows)];
                return a[depth * m + row] as number;
              })
            : a.slice(from * k, to * k);
          return times(own, rows);
        });
      }
    });

    it('of a batch have the same bits', async () => {
      const [batch, m, k, n] = [5, 20, 90, 130];
      const [a, b] = [normals(batch * m * k), normals(batch * k * n)];
      const whole = await onThreads(kernels, () => {
        const c = new Float32Array(batch * m * n);
        addon.matmul(a, b, c, batch, m, k, n, false, false, m * k, k * n);
        return c;
      });
      expectRows(whole, m * n, (from, to) => {
        const c = new Float32Array((to - from) * m * n);
        const [left, right] = [
          a.slice(from * m * k, to * m * k),
          b.slice(from * k * n, to * k * n),
        ];
        addon.matmul(left, right, c, to - from, m, k, n, false, false, m * k, k * n);
        return c;
      });
    });

    it('of inputs with each other have the same bits', async () => {
      const [tokens, width] = [90, 300];
      const [x, before] = [normals(tokens * width), normals(width * width)];
      await onThreads(kernels, () => {
        const total = before.slice();
        addon.addGram(x, total, tokens, width);
        for (let row = 0; row < width; row++) total.fill(0, row * width, row * width + row);
        return total;
      });
    });

    it.each([2, 3, 4, 5, 6, 7, 8, 32] as const)(
      'with weights of %i bits have the same bits',
      async (bits) => {
        const [rows, columns, tokens] = [150, 352, 37];
        expect(rows * columns * tokens).toBeGreaterThan(shared);
        const weight: LinearPart =
          bits === 32
            ? { rows, columns, values: normals(rows * columns) }
            : randomWeight(rows, columns, { bits, group: 64 });
        const x = normals(tokens * columns);
        const whole = await onThreads(kernels, () => {
          const linear = new LinearWeight([weight]);
          const y = apply(linear, x, tokens);
          linear.dispose();
          return y;
        });
        const linear = new LinearWeight([weight]);
        expectRows(whole, rows, (from, to) =>
          apply(linear, x.slice(from * columns, to * columns), to - from),
        );
        linear.dispose();
      },
    );
  },
  { integers: true },
);
