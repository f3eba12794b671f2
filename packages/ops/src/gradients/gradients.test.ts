import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { beforeAll, describe, expect, it } from 'vitest';
import { applyKronecker } from '../apply-kronecker.js';
import { causalAttention, causalMask } from '../attention/causal-attention.js';
import { fakeQuantize } from '../fake-quantize.js';
import { invert } from '../invert.js';
import { rmsNormOp } from '../rms-norm.js';
import { rotaryEmbeddingOp, rotaryTable } from '../rotary-embedding.js';
import { swigluOp } from '../swiglu.js';
import { registerGradients } from './register-gradients.js';

beforeAll(registerGradients);

const draw = (shape: number[], name: string): tf.Tensor => {
  const { normal } = createRandom(name);
  const size = shape.reduce((product, length) => product * length, 1);
  return tf.tensor(Float32Array.from({ length: size }, normal), shape);
};
const table = rotaryTable(Float64Array.of(1, 0.1), 8, 1);
const positions = Int32Array.from([0, 1, 2, 5, 6]);

/** Functions of tensors of these shapes; smooth, so that differences tell their gradients. */
const functions: [string, number[][], (...x: never[]) => tf.Tensor][] = [
  [
    'sums and products with broadcasting',
    [[4, 3], [3], [4, 1]],
    (a: tf.Tensor, b: tf.Tensor, c: tf.Tensor) =>
      tf.div(tf.sub(tf.mul(a, b), c), tf.add(tf.square(b), 1)),
  ],
  [
    'extremes and clamps',
    [
      [4, 6],
      [4, 1],
    ],
    (a: tf.Tensor, b: tf.Tensor) =>
      tf.add(
        tf.maximum(tf.minimum(a, b), tf.min(a, 1, true)),
        tf.mul(tf.max(a), tf.clipByValue(a, -0.5, 0.5)),
      ),
  ],
  [
    'RMSNorm',
    [[5, 6], [6]],
    (x: tf.Tensor2D, weight: tf.Tensor1D) => rmsNormOp.compose({ x, weight }, { epsilon: 1e-5 }),
  ],
  ['SwiGLU', [[5, 6]], (gateUp: tf.Tensor2D) => swigluOp.compose({ gateUp }, {})],
  [
    'the rotary embedding',
    [[5, 8]],
    (x: tf.Tensor2D) => rotaryEmbeddingOp.compose({ x }, { table, positions }),
  ],
  [
    'attention',
    [
      [5, 8],
      [5, 4],
      [5, 4],
    ],
    (q: tf.Tensor2D, k: tf.Tensor2D, v: tf.Tensor2D) =>
      causalAttention(q, k, v, causalMask(5), { heads: 4, kvHeads: 2 }),
  ],
  ['an inverse', [[4, 4]], invert],
  [
    'a Kronecker product',
    [
      [3, 6],
      [2, 2],
      [3, 3],
    ],
    (x: tf.Tensor2D, l: tf.Tensor2D, r: tf.Tensor2D) =>
      applyKronecker(
        x,
        [2, 3],
        (y) => tf.matMul(y, l),
        (y) => tf.matMul(y, r),
      ),
  ],
  ...[0, 1, 2, 3].map((which): (typeof functions)[0] => {
    const [turnA, turnB] = [which % 2 === 1, which >= 2];
    return [
      `batches of products, ${turnA ? 'turned' : 'plain'} by ${turnB ? 'turned' : 'plain'}`,
      [turnA ? [2, 4, 3] : [2, 3, 4], turnB ? [2, 5, 4] : [2, 4, 5]],
      (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b, turnA, turnB),
    ];
  }),
  [
    'joined parts of transposed products',
    [
      [3, 4],
      [3, 5],
    ],
    (a: tf.Tensor2D, b: tf.Tensor2D) =>
      tf.concat(
        tf.split(tf.mean(tf.matMul(a, b, true, false), 0, true), [2, 3], 1).toReversed(),
        1,
      ),
  ],
];

describe.each(['cpu', 'wasm'])('on %s, the gradient of', (backend) => {
  beforeAll(() => tf.setBackend(backend));

  it.each(functions)('%s is what small differences say', (name, shapes, f) => {
    const inputs = shapes.map((shape, i) => draw(shape, `${name} ${i}`));
    const weights = tf.tidy(() =>
      draw((f as (...x: tf.Tensor[]) => tf.Tensor)(...inputs).shape, 'dy'),
    );
    const value = (...x: tf.Tensor[]) =>
      tf.sum(tf.mul((f as (...x: tf.Tensor[]) => tf.Tensor)(...x), weights));
    const gradients = tf.grads(value as never)(inputs);
    const at = (i: number, element: number, step: number) =>
      tf.tidy(() => {
        const moved = inputs.map((input, k) => {
          const values = input.dataSync().slice();
          if (k === i) values[element] = values[element]! + step;
          return tf.tensor(values, input.shape);
        });
        return value(...moved).dataSync()[0]!;
      });
    for (const [i, input] of inputs.entries()) {
      const found = gradients[i]!.dataSync();
      for (let element = 0; element < input.size; element++) {
        const slope = (at(i, element, 2e-3) - at(i, element, -2e-3)) / 4e-3;
        expect(
          Math.abs(found[element]! - slope),
          `${i}, ${element}: ${found[element]} for ${slope}`,
        ).toBeLessThan(0.02 * Math.max(1, Math.abs(slope)));
      }
    }
    tf.dispose([inputs, weights, gradients]);
  });

  it('rounding is 1, of a clamp 1 at and on its bounds, of a scale what its codes say', () => {
    // symmetric, 2 bits: codes of x / s with s = max|x| = 2; 2 · code has the gradient code - x / s in s beside that in x
    const x = tf.tensor3d([[[2, 0.9, -1.9]]]);
    const grid = { bits: 2, symmetric: true, range: 'zero-inclusive' } as const;
    const gradient = tf.grad((y) => tf.sum(fakeQuantize(y as tf.Tensor3D, grid)))(x);
    // Σ code - x / s = (1 + 0 - 1) - (1 + 0.45 - 0.95) = -0.5 goes to the largest
    const expected = [0.5, 1, 1];
    gradient.dataSync().forEach((value, i) => {
      expect(value).toBeCloseTo(expected[i]!, 5);
    });
    tf.dispose([x, gradient]);
  });

  it('the ratios of a clip goes to those of the ends', () => {
    const x = tf.tensor3d([[[-1, 0.2, 3]]]);
    const high = tf.tensor2d([[0.5]]);
    const quantized = (ratio: tf.Tensor) =>
      tf.sum(
        fakeQuantize(x, {
          bits: 8,
          symmetric: false,
          range: 'zero-inclusive',
          clip: { low: 1, high: ratio },
        }),
      );
    const gradient = tf.grad(quantized)(high);
    // the clamped 3 reads back as s · (255 - zero), zero = 102 a constant, s the width 1 + 3 · ratio in 255 steps
    expect(Math.abs(gradient.dataSync()[0]! - (3 * 153) / 255)).toBeLessThan(0.05);
    tf.dispose([x, high, gradient]);
  });
});
