import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { expect, it } from 'vitest';
import { describeEachSet } from './__fixtures__/describe-each-set.js';
import { expectNear } from './__fixtures__/expect-within.js';
import { shapeCount } from './__fixtures__/random-shapes.js';

const random = createRandom(17).fork('native');

const integer = (most: number): number => 1 + Math.floor(random.next() * most);
const values = (size: number): Float32Array =>
  Float32Array.from({ length: size }, () => 4 * random.next() - 2);
const tensorOf = (shape: readonly number[]) => {
  const data = values(shape.reduce((a, b) => a * b, 1));
  return () => tf.tensor(data, [...shape]);
};

/** Runs on both backends and compares. */
async function compare(run: () => tf.Tensor | tf.Tensor[], tolerance = 1e-5): Promise<void> {
  const results: { shape: number[]; data: Float32Array }[][] = [];
  for (const backend of ['cpu', 'native']) {
    await tf.setBackend(backend);
    const before = tf.memory().numTensors;
    const outputs = tf.tidy(run);
    const list = Array.isArray(outputs) ? outputs : [outputs];
    results.push(
      list.map((tensor) => ({
        shape: tensor.shape,
        data: (tensor.dataSync() as Float32Array).slice(),
      })),
    );
    tf.dispose(outputs);
    expect(tf.memory().numTensors).toBe(before);
  }
  const [expected, actual] = results as [(typeof results)[0], (typeof results)[0]];
  expect(actual.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  actual.forEach(({ data }, i) => {
    const { data: all, shape } = expected[i] as (typeof expected)[0];
    const wanted = all.subarray(0, tf.util.sizeFromShape(shape)); // cpu has elements for an empty batch
    expectNear(data, wanted, (want) => tolerance * Math.max(1, Math.abs(want)), { shape });
  });
}

describeEachSet('native kernels', () => {
  it('multiplies matrices of any shape, transposed or not, batched or not', async () => {
    for (let i = 0; i < shapeCount(60); i++) {
      const [m, k, n] = [integer(i % 3 ? 30 : 230), integer(i % 4 ? 40 : 500), integer(80)];
      const [transposeA, transposeB] = [random.next() < 0.5, random.next() < 0.5];
      const batches = [[], [3], [2, 3]][i % 3] as number[];
      const a = tensorOf([...batches, ...(transposeA ? [k, m] : [m, k])]);
      const b = tensorOf([...(i % 2 ? batches : []), ...(transposeB ? [n, k] : [k, n])]);
      await compare(() => tf.matMul(a(), b(), transposeA, transposeB), 1e-4);
    }
  });

  it('multiplies by so many columns that rows are packed once for all of them', async () => {
    for (let i = 0; i < shapeCount(6); i++) {
      const [m, k, n] = [20 + integer(200), integer(900), 600 + integer(300)];
      const [transposeA, transposeB] = [i % 2 === 0, i % 3 === 0];
      const a = tensorOf(transposeA ? [k, m] : [m, k]);
      const b = tensorOf(transposeB ? [n, k] : [k, n]);
      await compare(() => tf.matMul(a(), b(), transposeA, transposeB), 1e-4);
    }
  });

  it('has nothing to do for an empty batch', async () => {
    await compare(() => tf.transpose(tf.zeros([0, 2, 3]), [0, 2, 1]));
    await compare(() => tf.matMul(tf.zeros([0, 2, 3]), tf.ones([1, 3, 4])));
    await compare(() => tf.matMul(tf.zeros([0, 2, 3]), tf.ones([0, 3, 4])));
  });

  it('computes element by element, with every way to broadcast', async () => {
    const operations = [
      tf.add,
      tf.sub,
      tf.mul,
      tf.div,
      tf.maximum,
      tf.minimum,
      tf.squaredDifference,
    ];
    const shapes = [
      [
        [5, 7],
        [5, 7],
      ],
      [[5, 7], []],
      [[], [5, 7]],
      [[5, 7], [7]],
      [[7], [5, 7]],
      [
        [5, 7],
        [5, 1],
      ],
      [
        [5, 1],
        [5, 7],
      ],
      [[5, 1], [7]],
      [
        [2, 5, 7],
        [5, 7],
      ],
      [
        [2, 5, 7],
        [2, 1, 1],
      ],
      [
        [2, 5, 7],
        [2, 1, 7],
      ],
      [[1], [1, 1]],
      [[33], [33]],
    ] as const;
    for (const operation of operations)
      for (const [left, right] of shapes) {
        const [a, b] = [tensorOf(left), tensorOf(right)];
        await compare(() => operation(a(), b()));
      }
  });

  it('compares with every way to broadcast, chooses, clips and casts', async () => {
    const comparisons = [tf.equal, tf.notEqual, tf.less, tf.lessEqual, tf.greater, tf.greaterEqual];
    const shapes = [
      [
        [5, 7],
        [5, 7],
      ],
      [[5, 7], []],
      [[7], [5, 7]],
      [
        [5, 7],
        [5, 1],
      ],
      [
        [1, 7],
        [5, 1],
      ],
    ] as const;
    const rough = (shape: readonly number[]) => {
      const data = values(shape.reduce((a, b) => a * b, 1)).map(Math.round);
      data[0] = Number.NaN;
      return () => tf.tensor(data, [...shape]);
    };
    for (const comparison of comparisons)
      for (const [left, right] of shapes) {
        const [a, b] = [rough(left), rough(right)];
        await compare(() => tf.cast(comparison(a(), b()), 'float32'));
        await compare(() => comparison(a(), b()));
      }
    const [a, b] = [tensorOf([5, 7]), tensorOf([5, 7])];
    await compare(() => tf.where(tf.less(a(), b()), a(), b()));
    await compare(() =>
      tf.where(tf.logicalAnd(tf.less(a(), b()), tf.less(a(), 0)), a(), tf.zerosLike(b())),
    );
    await compare(() =>
      tf.clipByValue(tf.tensor1d([-3, -1, 0, 2, 9, Number.POSITIVE_INFINITY]), -1, 2),
    );
    await compare(() =>
      tf.pad(a(), [
        [1, 2],
        [0, 3],
      ]),
    );
    await compare(() =>
      tf.pad(
        a(),
        [
          [0, 0],
          [2, 1],
        ],
        7,
      ),
    );
  });

  it('computes each element as plain JavaScript does, non-finite ones too', async () => {
    const operations = [
      tf.neg,
      tf.abs,
      tf.square,
      tf.sqrt,
      tf.rsqrt,
      tf.exp,
      tf.sigmoid,
      tf.reciprocal,
      tf.relu,
      tf.round,
      tf.floor,
      tf.ceil,
      tf.sign,
    ];
    const edges = [
      0,
      0.5,
      1.5,
      2.5,
      -0.5,
      -2.5,
      90,
      -90,
      200,
      -200,
      1e-30,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ];
    for (const operation of operations) {
      const data = [...edges, ...values(40)];
      await compare(() => operation(tf.tensor1d(data)), 2e-6);
    }
    for (const operation of [tf.maximum, tf.minimum])
      await compare(() => operation(tf.tensor1d(edges), tf.tensor1d([...edges].reverse())));
  });

  it('reduces rows, columns and everything', async () => {
    for (const shape of [
      [7, 33],
      [1, 5],
      [3, 4, 5],
      [130, 70],
    ]) {
      const x = tensorOf(shape);
      for (const axis of [[0], [shape.length - 1], undefined, [0, 1]])
        for (const keepDims of [false, true]) {
          await compare(() => tf.sum(x(), axis, keepDims), 1e-4);
          await compare(() => tf.mean(x(), axis, keepDims));
          await compare(() => tf.max(x(), axis, keepDims));
          await compare(() => tf.min(x(), axis, keepDims));
        }
      await compare(() => tf.softmax(x()));
    }
    await compare(() => tf.max(tf.tensor2d([1, Number.NaN, 3, 4], [2, 2]), 1));
  });

  it('slices, splits, joins, transposes and gathers', async () => {
    const x = tensorOf([6, 5, 4]);
    await compare(() => tf.slice(x(), [1, 0, 0], [3, 5, 4]));
    await compare(() => tf.slice(x(), [1, 2, 0], [3, 2, 4]));
    await compare(() => tf.slice(x(), [1, 0, 1], [3, 5, 2]));
    await compare(() => tf.slice(x(), [1, 1, 1], [3, 2, 2]));
    await compare(() => tf.split(x(), 2, 0));
    await compare(() => tf.split(x(), [1, 4], 1));
    await compare(() => tf.split(x(), 2, 2));
    for (const axis of [0, 1, 2]) await compare(() => tf.concat([x(), x()], axis));
    for (const permutation of [
      [0, 1, 2],
      [1, 0, 2],
      [0, 2, 1],
      [2, 0, 1],
      [1, 2, 0],
      [2, 1, 0],
    ])
      await compare(() => tf.transpose(x(), permutation));
    await compare(() => tf.transpose(tf.reshape(x(), [2, 3, 5, 4]), [0, 2, 1, 3]));
    await compare(() => tf.gather(x(), tf.tensor1d([5, 0, 0, 3], 'int32')));
    await compare(() => tf.gather(x(), tf.tensor2d([1, 2, 0, 1], [2, 2], 'int32')));
  });

  it('does not use memory again that was read or handed in', async () => {
    await tf.setBackend('native');
    const first = tf.add(tf.tensor1d([1, 2, 3]), 1);
    const read = first.dataSync();
    const view = tf.slice(first, [0], [3]);
    first.dispose();
    const others = [0, 1, 2].map(() => tf.mul(tf.tensor1d([7, 7, 7]), 3));
    expect([...read]).toEqual([2, 3, 4]);
    expect([...view.dataSync()]).toEqual([2, 3, 4]);
    tf.dispose([view, others]);
  });
});
