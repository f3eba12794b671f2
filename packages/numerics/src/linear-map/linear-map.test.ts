import type { LinearMap } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.js';
import {
  applyLinearMap,
  denseLinearMap,
  invertLinearMap,
  linearMapSize,
  transposeLinearMap,
} from './linear-map.js';

const random = createRandom('linear maps');
const draw = (length: number) => Float32Array.from({ length }, () => random.normal());
const dense = (size: number): LinearMap => ({ kind: 'dense', size, values: draw(size * size) });

const maps: [string, LinearMap][] = [
  ['diagonal', { kind: 'diagonal', values: draw(6) }],
  ['dense', dense(5)],
  ['kronecker', { kind: 'kronecker', left: dense(3), right: dense(4) }],
  ['blocks', { kind: 'block-diagonal', blocks: [dense(2), { kind: 'diagonal', values: draw(3) }] }],
  ['hadamard of 16', { kind: 'hadamard', size: 16 }],
  ['hadamard of 24, seeded', { kind: 'hadamard', size: 24, seed: 7 }],
  ['hadamard of 28, seeded, transposed', { kind: 'hadamard', size: 28, seed: 7, transposed: true }],
  [
    'kronecker of all kinds',
    {
      kind: 'kronecker',
      left: { kind: 'diagonal', values: draw(3) },
      right: { kind: 'kronecker', left: dense(2), right: { kind: 'hadamard', size: 12, seed: 1 } },
    },
  ],
];

const multiply = (a: Float32Array, b: Float32Array, size: number): number[] =>
  Array.from({ length: (a.length / size) * size }, (_, index) => {
    const [row, column] = [Math.floor(index / size), index % size];
    let sum = 0;
    for (let i = 0; i < size; i++) sum += a[row * size + i]! * b[i * size + column]!;
    return sum;
  });
const close = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(a[i]).toBeCloseTo(b[i]!, 4);
};

describe.each(maps)('%s', (_, map) => {
  const size = linearMapSize(map);
  const x = draw(3 * size);

  it('applied to rows is a product with its matrix', () => {
    close(applyLinearMap(map, x, 3, size), multiply(x, denseLinearMap(map), size));
  });

  it('gives a row the same values, to the bit, whatever rows come with it', () => {
    const apart = [0, 1, 2].flatMap((row) =>
      Array.from(applyLinearMap(map, x.slice(row * size, (row + 1) * size), 1, size)),
    );
    expect(Array.from(applyLinearMap(map, x, 3, size))).toEqual(apart);
  });

  it('transposed is the transpose of its matrix', () => {
    const [matrix, other] = [denseLinearMap(map), denseLinearMap(transposeLinearMap(map))];
    close(
      other,
      Array.from(matrix, (_, i) => matrix[(i % size) * size + Math.floor(i / size)]!),
    );
    close(denseLinearMap(transposeLinearMap(transposeLinearMap(map))), matrix);
  });

  it('and its inverse undo each other', () => {
    const back = applyLinearMap(invertLinearMap(map), applyLinearMap(map, x, 3, size), 3, size);
    const largest = Math.max(...x.map(Math.abs));
    close(
      back.map((value) => value / largest),
      x.map((value) => value / largest),
    );
  });
});

it('a Kronecker product has the entries of its definition', () => {
  const map: LinearMap = {
    kind: 'kronecker',
    left: { kind: 'dense', size: 2, values: Float32Array.of(1, 2, 3, 4) },
    right: { kind: 'dense', size: 2, values: Float32Array.of(0, 5, 6, 7) },
  };
  expect(Array.from(denseLinearMap(map))).toEqual([
    0, 5, 0, 10, 6, 7, 12, 14, 0, 15, 0, 20, 18, 21, 24, 28,
  ]);
});

it('a rotation and its transpose undo each other', () => {
  const map: LinearMap = { kind: 'hadamard', size: 140, seed: 3 };
  const x = draw(2 * 140);
  close(applyLinearMap(transposeLinearMap(map), applyLinearMap(map, x, 2, 140), 2, 140), x);
});
