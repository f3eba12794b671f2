import { engine } from '@tensorflow/tfjs-core';
import { createRandom, dequantizeWeight } from '@thinkbits/numerics';
import { LinearWeight } from '@thinkbits/ops';
import type { WeightScheme } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { apply, expectProduct, reference, weightsOf } from './__fixtures__/random-weight.js';
import type { NativeBackend } from './native-backend.js';

const random = createRandom(5).fork('linear-product');
const randomWeight = weightsOf(random);

/** Of float32 beside which errors are counted. */
const unit = 2 ** -24;

describeEachSet('packed weights with kernels', tests, { integers: true });

function tests() {
  const schemes: (Partial<WeightScheme> & Pick<WeightScheme, 'bits'>)[] = [
    ...([2, 3, 4, 5, 6, 7, 8] as const).map((bits) => ({ bits, group: 64 })),
    { bits: 4 },
    { bits: 3, group: 128 },
    { bits: 4, group: 32, symmetric: true },
    { bits: 8, symmetric: true },
    { bits: 4, group: 48 },
    { bits: 4, group: 16, float: { element: 'e2m1', scale: 'e8m0' } as never, symmetric: true },
  ];

  it.each(schemes)('multiplies with codes of %o as with what they stand for', (scheme) => {
    for (const [columns, rows] of [
      [256, 40],
      [96, 7],
      [200, 33],
      [1024, 65],
    ] as const)
      for (const tokens of [1, 2, 13, 70]) {
        const parts = [randomWeight(rows, columns, scheme), randomWeight(3, columns, scheme)];
        const x = Float32Array.from({ length: tokens * columns }, () => random.normal());
        const linear = new LinearWeight(parts);
        const y = apply(linear, x, tokens);
        expectProduct(y, x, tokens, parts);
        // bit-identical whatever else is in the batch
        const last = apply(linear, x.slice((tokens - 1) * columns), 1);
        expect(last).toEqual(y.slice((tokens - 1) * linear.out));
        linear.dispose();
      }
  });

  it('multiplies many rows alike where it holds floats for them, which is where codes are slower', () => {
    const parts = [randomWeight(40, 256, { bits: 4, group: 64 })];
    const x = Float32Array.from({ length: 70 * 256 }, () => random.normal());
    const linear = new LinearWeight(parts, { manyRows: true });
    const { dotsOfBytes } = engine().findBackend('native') as NativeBackend;
    expect(linear.bytes.held === linear.bytes.float).toBe(!dotsOfBytes);
    expectProduct(apply(linear, x, 70), x, 70, parts);
    linear.dispose();
  });

  it('follows groups that are not consecutive', () => {
    const weight = randomWeight(64, 256, { bits: 4, group: 64 }, true);
    const other = {
      ...randomWeight(32, 256, { bits: 4, group: 64 }),
      groupIndex: weight.groupIndex as Int32Array,
    };
    const x = Float32Array.from({ length: 5 * 256 }, () => random.normal());
    const linear = new LinearWeight([weight, other]);
    expectProduct(apply(linear, x, 5), x, 5, [weight, other]);
    linear.dispose();
  });

  it('holds zeros as bytes where they are integers, and as floats where not', () => {
    const weight = randomWeight(64, 256, { bits: 4, group: 64 });
    const whole = new LinearWeight([weight]);
    expect(whole.bytes.held).toBe((64 * 256) / 2 + 64 * 4 * (4 + 1));
    whole.dispose();
    const zeros = (weight.zeros as Float32Array).map((zero, i) => zero + (i % 3) / 4);
    const between = { ...weight, zeros };
    const linear = new LinearWeight([between]);
    expect(linear.bytes.held).toBe(linear.bytes.packed);
    for (const rows of [1, 5]) {
      const x = Float32Array.from({ length: rows * 256 }, () => random.normal());
      expectProduct(apply(linear, x, rows), x, rows, [between]);
    }
    linear.dispose();
  });

  it('expands codes that have no common layout, and says so', () => {
    const parts = [
      randomWeight(4, 64, { bits: 4, group: 32 }),
      randomWeight(4, 64, { bits: 3, group: 32 }),
    ];
    const linear = new LinearWeight(parts);
    expect(linear.bytes.held).toBe(linear.bytes.float);
    linear.dispose();
  });

  it.each([
    ['as they come', () => 1],
    ['with one of a hundred a thousand times as large', () => (random.integer(100) ? 1 : 1000)],
    ['near 1e-28', () => 1e-28],
    ['near 1e30', () => 1e30],
    ['from 1e-12 to 1e12', () => 10 ** (random.integer(25) - 12)],
  ])('is as exact as float32 with inputs %s', (_, size) => {
    // a piece is off by a unit of its largest input, wherever that is, and sums by some of theirs
    const [rows, columns, group, tokens] = [40, 1024, 128, 7];
    const weight = randomWeight(rows, columns, { bits: 4, group });
    const dense = dequantizeWeight(weight);
    const x = Float32Array.from({ length: tokens * columns }, () => random.normal() * size());
    const linear = new LinearWeight([weight]);
    const wanted = reference(x, tokens, [weight]);
    apply(linear, x, tokens).forEach((value, i) => {
      const [token, row] = [Math.floor(i / rows), i % rows];
      let bound = 0;
      for (let start = 0; start < columns; start += group) {
        const [inputs, weights] = [
          x.subarray(token * columns + start, token * columns + start + group),
          dense.subarray(row * columns + start, row * columns + start + group),
        ];
        const largest = inputs.reduce((high, input) => Math.max(high, Math.abs(input)), 0);
        bound += largest * weights.reduce((sum, some) => sum + Math.abs(some), 0);
      }
      const { value: want } = wanted[i] as (typeof wanted)[0];
      expect(Math.abs(value - want)).toBeLessThan(2 * unit * bound);
    });
    linear.dispose();
  });

  it.each([2, 4] as const)('of %i bits holds where sums are as large as they get', (bits) => {
    const [rows, columns] = [20, 1024];
    const most = 2 ** bits - 1;
    const weight = {
      ...randomWeight(rows, columns, { bits, group: 256 }),
      codes: new Uint8Array(rows * columns).fill(most),
      scales: new Float32Array(4 * rows).fill(1),
      zeros: new Float32Array(4 * rows),
    };
    const linear = new LinearWeight([weight]);
    // inputs of 24 bits: as bytes 127 and 126, or 126 and twice -128, beside the largest
    for (const other of [8_355_710, 126 * 65_536 - 128 * 257])
      for (const sign of [1, -1]) {
        const x = new Float32Array(18 * columns).fill(sign * other);
        for (let k = 0; k < x.length; k += 32) x[k] = sign * 8_355_710;
        const value = ((sign * most * columns) / 32) * (8_355_710 + 31 * other);
        for (const tokens of [1, 2, 18])
          for (const y of apply(linear, x.subarray(0, tokens * columns), tokens))
            expect(Math.abs(y - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -20);
      }
    linear.dispose();
  });

  it('gives what is no number to the rows that have one, and 0 for zeros', () => {
    const [rows, columns, tokens] = [40, 256, 9];
    const linear = new LinearWeight([randomWeight(rows, columns, { bits: 4, group: 64 })]);
    const x = Float32Array.from({ length: tokens * columns }, () => random.normal());
    x.fill(0, columns, 2 * columns);
    const before = apply(linear, x, tokens);
    x[3 * columns + 70] = Number.NaN;
    x[5 * columns + 200] = Number.POSITIVE_INFINITY;
    x[6 * columns] = Number.NEGATIVE_INFINITY;
    const y = apply(linear, x, tokens);
    for (let token = 0; token < tokens; token++) {
      const row = y.subarray(token * rows, (token + 1) * rows);
      if ([3, 5, 6].includes(token)) expect(row.some(Number.isFinite)).toBe(false);
      else expect(row).toEqual(before.subarray(token * rows, (token + 1) * rows));
    }
    expect(y.subarray(rows, 2 * rows).every((value) => Math.abs(value) === 0)).toBe(true);
    linear.dispose();
  });
}
