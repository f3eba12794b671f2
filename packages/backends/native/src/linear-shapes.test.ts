import { memory } from '@tensorflow/tfjs-core';
import { dequantizeWeight } from '@thinkbits/numerics';
import { isQuantized, type LinearPart, LinearWeight } from '@thinkbits/ops';
import type { QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { expectWithin, unit, type Wanted, wantedOf } from './__fixtures__/expect-within.js';
import { randomShapes, shapeCount } from './__fixtures__/random-shapes.js';
import { apply, weightsOf } from './__fixtures__/random-weight.js';

const { random, chosen, upTo, size, normals, spoil } = randomShapes('linear shapes');
const randomWeight = weightsOf(random);

/** One weight or two that share an input. */
function anyParts(i: number, columns: number): LinearPart[] {
  const rows = () => Math.max(1, size(70));
  if (i % 8 === 7) {
    const dense = rows();
    return [{ rows: dense, columns, values: normals(dense * columns) }];
  }
  const bits = (2 + (i % 8)) as WeightScheme['bits'];
  const float = bits === 4 && random.integer(3) === 0;
  const group = chosen<WeightScheme['group']>('channel', 16, 32, 48, 64, 100);
  const scheme = {
    ...{ bits, group, symmetric: float || chosen(true, false) },
    ...(float && { float: { element: 'e2m1', scale: 'float32' } as const }),
  };
  const permuted = typeof group === 'number' && random.integer(4) === 0;
  const first = randomWeight(rows(), columns, scheme as typeof scheme & { bits: 4 }, permuted);
  // zeros between integers are held in another way
  if (first.zeros && random.integer(4) === 0)
    for (const [at, zero] of first.zeros.entries()) first.zeros[at] = zero + random.next();
  const { groupIndex } = first;
  const another = randomWeight(rows(), columns, scheme as typeof scheme & { bits: 4 });
  return chosen(true, false) ? [first] : [first, { ...another, ...(groupIndex && { groupIndex }) }];
}

/** The group of each column and, by row and group, how far levels and zeros reach from the middle code at most. */
function gridOf(weight: QuantizedWeight) {
  const { rows, columns, scheme, scales, zeros, groupIndex } = weight;
  const groups = scales.length / rows;
  const length = typeof scheme.group === 'number' ? scheme.group : columns;
  const middle = 2 ** (scheme.bits - 1);
  const reach = scales.map(
    (scale, at) => scale * (middle + (zeros ? Math.abs((zeros[at] as number) - middle) : 0)),
  );
  const groupOf =
    groupIndex ?? Int32Array.from({ length: columns }, (_, k) => Math.floor(k / length));
  return { groups, reach, groupOf };
}

/**
 * x Ŵᵀ in float64. Sums of levels and of zeros are each off by a unit of their magnitudes for every input, and some for the
 * scales; where inputs become digits, each is off by a unit of the largest of its group (docs/decisions/0008).
 */
function productOf(x: Float32Array, tokens: number, parts: readonly LinearPart[]): Wanted {
  const out = parts.reduce((sum, { rows }) => sum + rows, 0);
  const wanted = wantedOf(tokens * out);
  let first = 0;
  for (const part of parts) {
    const { rows, columns } = part;
    const weight = isQuantized(part) ? dequantizeWeight(part) : part.values;
    const grid = isQuantized(part) ? gridOf(part) : undefined;
    const groups = grid?.groups ?? 1;
    const groupOf = grid?.groupOf ?? new Int32Array(columns);
    for (let token = 0; token < tokens; token++) {
      const input = x.subarray(token * columns, (token + 1) * columns);
      const largest = new Float64Array(groups);
      for (let k = 0; k < columns; k++) {
        const group = groupOf[k] as number;
        largest[group] = Math.max(largest[group] as number, Math.abs(input[k] as number));
      }
      for (let row = 0; row < rows; row++) {
        let [value, magnitude, digits] = [0, 0, 0];
        for (let k = 0; k < columns; k++) {
          const [given, own] = [input[k] as number, weight[row * columns + k] as number];
          const group = groupOf[k] as number;
          const reach = grid ? (grid.reach[row * groups + group] as number) : Math.abs(own);
          value += given * own;
          magnitude += Math.abs(given) * reach;
          digits += (largest[group] as number) * Math.abs(own);
        }
        const at = token * out + first + row;
        wanted.values[at] = value;
        wanted.room[at] = ((columns + 8) * magnitude + (grid ? 1.1 * digits : 0)) * unit;
      }
    }
    first += rows;
  }
  return wanted;
}

describeEachSet(
  'packed weights of random shapes',
  () => {
    it('are multiplied as plain loops do, 1 000 times, a row alone as in a batch', () => {
      const before = memory().numTensors;
      for (let i = 0; i < shapeCount(1000); i++) {
        const columns = Math.max(1, size(i % 20 === 0 ? 700 : 200));
        const parts = anyParts(i, columns);
        const tokens = i % 10 === 0 ? upTo(40) : chosen(0, 1, 1, 2, 3, upTo(9));
        const x = normals(tokens * columns).map((value) =>
          random.integer(30) === 0 ? 40 * value : value,
        );
        if (random.integer(6) === 0) x.fill(0, 0, columns);
        if (random.integer(6) === 0) spoil(x);
        const linear = new LinearWeight(parts);
        const y = apply(linear, x, tokens);
        const schemes = parts.map((part) => isQuantized(part) && part.scheme);
        const shape = { tokens, columns, rows: parts.map(({ rows }) => rows), schemes };
        expectWithin(y, productOf(x, tokens, parts), shape, { anyKind: true });
        if (tokens > 0) {
          const [token, { out }] = [random.integer(tokens), linear];
          const alone = apply(linear, x.slice(token * columns, (token + 1) * columns), 1);
          expect(alone).toEqual(y.slice(token * out, (token + 1) * out));
        }
        linear.dispose();
      }
      expect(memory().numTensors).toBe(before);
    });
  },
  { integers: true },
);
