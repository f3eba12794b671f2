import * as tf from '@tensorflow/tfjs-core';
import { createRandom } from '@thinkbits/numerics';
import { hadamard, hadamardOp, quantizeActivations } from '@thinkbits/ops';
import { type ActivationScheme, floatFormats } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { describeEachSet } from '../__fixtures__/describe-each-set.js';
import { expectNear } from '../__fixtures__/expect-within.js';

const random = createRandom(29).fork('activation kernels');

describeEachSet('activation kernels', () => {
  const schemes = [
    { bits: 8, symmetric: false, clip: 1 },
    { bits: 4, symmetric: false, clip: 0.9 },
    { bits: 4, symmetric: true, clip: 1 },
    { bits: 3, symmetric: false, clip: { low: [0.9, 1], high: [0.8, 0.7] } },
    { bits: 4, clip: 1, float: floatFormats.mxfp4 },
    { bits: 4, clip: 0.9, float: { ...floatFormats.mxfp4, scaleRule: 'round' } },
    { bits: 8, clip: 1, float: floatFormats.mxfp8 },
    { bits: 8, clip: 1, float: { element: 'e5m2', scale: 'e8m0', scaleRule: 'floor' } },
    { bits: 4, clip: 1, float: floatFormats.nvfp4 },
    { bits: 4, clip: { low: [0.9, 1], high: [0.8, 0.7] }, float: floatFormats.nvfp4 },
    { bits: 8, clip: 1, float: floatFormats.fp8 },
    { bits: 8, clip: 1, float: { element: 'e5m2', scale: 'float32' } },
  ] as unknown as ActivationScheme[];

  it.each(schemes)('rounds to %o bit for bit as plain TypeScript does', async (scheme) => {
    const data = Float32Array.from({ length: 9 * 96 }, () => random.normal() * 3);
    data.fill(0, 0, 96);
    data.fill(2, 96, 192);
    data.fill(-1, 192, 288);
    data[300] = Number.NaN;
    data[420] = Number.POSITIVE_INFINITY;
    for (let i = 480; i < 576; i++) data[i] = (data[i] as number) * 1e38;
    for (let i = 576; i < 672; i++) data[i] = (data[i] as number) * 1e-39;
    for (let i = 672; i < 768; i++) data[i] = (data[i] as number) * 10 ** ((i % 12) - 9);
    for (let i = 768; i < 864; i++) data[i] = Math.round((data[i] as number) * 2) / 4;
    const results: Float32Array[] = [];
    for (const backend of ['cpu', 'native']) {
      await tf.setBackend(backend);
      const x = tf.tensor2d(data, [9, 96]);
      for (const group of [48, 24]) {
        const y = quantizeActivations(x, scheme, group);
        results.push((y.dataSync() as Float32Array).slice());
        y.dispose();
      }
      x.dispose();
    }
    expect(results[2]).toEqual(results[0]);
    expect(results[3]).toEqual(results[1]);
  });

  it.each([1, 2, 64, 12, 96, 140, 576, 1536])(
    'rotates by a Hadamard matrix of order %i',
    (size) => {
      tf.tidy(() => {
        for (const transposed of [false, true]) {
          const x = tf.randomNormal([5, 2 * size], 0, 1, 'float32', 7) as tf.Tensor2D;
          const y = hadamard(x, { size, transposed });
          const wanted = hadamardOp.compose({ x }, { size, transposed }).dataSync();
          expect(y.shape).toEqual(x.shape);
          expectNear(y.dataSync(), wanted, () => 1e-6);
          const back = hadamard(y, { size, transposed: !transposed });
          expect(tf.max(tf.abs(tf.sub(back, x))).dataSync()[0]).toBeLessThan(1e-5);
        }
      });
    },
  );
});
