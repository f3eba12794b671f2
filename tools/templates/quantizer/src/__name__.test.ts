import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describeQuantizer } from '@thinkbits/conformance';
import { createRandom, dequantizeWeight } from '@thinkbits/numerics';
import { completeWeightScheme, type StageContext } from '@thinkbits/spec';
import { expect, test } from 'vitest';
import { __camel__, quantizer } from './index.js';

describeQuantizer(quantizer, { options: [{}, { keep: 0.9 }] });

// What is yours alone: a computation by hand, or the outputs of a reference implementation.
test('cuts what lies beyond the share that it keeps', async () => {
  const linear = { name: 'q_proj', out: 1, in: 4, bias: false };
  const scheme = completeWeightScheme({ bits: 8 });
  const context = { random: createRandom(0), emit() {} } as Partial<StageContext> as StageContext;
  const session = __camel__({ keep: 0.5 }).open([{ linear, scheme }], context);
  const weight = tf.tensor2d([[-2, 0.5, 1, 2]]);
  const [rounded] = await session.finish([weight]);
  session.dispose();
  weight.dispose();
  const values = Array.from(dequantizeWeight(rounded!.weight));
  for (const [i, expected] of [-1, 0.5, 1, 1].entries()) expect(values[i]).toBeCloseTo(expected, 2);
});
