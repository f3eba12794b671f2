import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import type {
  KvCalibrationSession,
  KvCodec,
  KvParameters,
  KvScheme,
  QuantizerModule,
} from '@thinkbits/spec';
import { completeKvScheme, ThinkbitsError } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { expectCaught } from '../expect-caught.js';
import { describeQuantizer, quantizerChecks } from './describe-quantizer.js';

const optionsSchema = { type: 'object', additionalProperties: false };
const needsGroup = {
  severity: 'error',
  code: 'kv/group',
  message: 'The group does not divide the head.',
} as const;

/** Gives the scheme back. */
const plain: KvCodec = {
  specificationVersion: 'v1',
  role: 'kv-codec',
  id: 'plain-cache',
  options: {},
  needs: { calibration: 'none' },
  plan: (model, { kv }) => ({
    issues: [kv?.key, kv?.value].some((part) => model.headDim % Number(part?.group))
      ? [needsGroup]
      : [],
    peakBytes: 0,
    flops: 0,
  }),
  parameters: (scheme) => ({ scheme }),
};

/** Finds the largest key and value of each channel; the static scales are 15 steps of it. */
function calibrate(scheme: KvScheme): KvCalibrationSession {
  let largest: tf.Tensor1D[] = [];
  return {
    observe(keys, values) {
      const seen = [keys, values].map((x, i) =>
        tf.tidy(() => {
          const peak = tf.max<tf.Tensor1D>(tf.abs(x), 0);
          return largest[i] ? tf.maximum<tf.Tensor1D>(largest[i], peak) : peak;
        }),
      );
      tf.dispose(largest);
      largest = seen;
    },
    async finish() {
      const [keys, values] = largest.map((peak) => ({
        scales: peak.dataSync<'float32'>().map((value) => value / 7),
        zeros: new Float32Array(peak.size).fill(7),
      }));
      return { scheme, staticKeys: keys!, staticValues: values! };
    },
    dispose() {
      tf.dispose(largest);
    },
  };
}

const { parameters: _, ...withoutParameters } = plain;
const calibrated: KvCodec = {
  ...withoutParameters,
  needs: { calibration: 'inputs' },
  open: calibrate,
};

const moduleOf = (codec: KvCodec): QuantizerModule => ({
  id: codec.id,
  optionsSchema,
  create: ((options: object) => {
    const [unknown] = Object.keys(options);
    if (unknown === undefined) return codec;
    throw new ThinkbitsError({
      code: 'plain/options',
      message: `${unknown} is not known.`,
      help: 'Leave it out.',
    });
  }) as never,
});

describeQuantizer(moduleOf(plain));
describeQuantizer(moduleOf(calibrated));

const with_ = (change: (scheme: KvScheme) => Partial<KvParameters>) =>
  moduleOf({ ...plain, parameters: (scheme) => ({ scheme, ...change(scheme) }) });
let calls = 0;

/** Codecs that are wrong in one way each, by the check that must catch it. */
const broken: readonly (readonly [check: string, how: string, module: QuantizerModule])[] = [
  [
    'gives parameters that fit the model',
    'another scheme than asked for',
    with_(() => ({ scheme: completeKvScheme({ bits: 8 }) })),
  ],
  [
    'gives parameters that fit the model',
    'static scales of another width',
    with_(() => ({
      staticKeys: { scales: new Float32Array(3).fill(1), zeros: new Float32Array(3) },
    })),
  ],
  [
    'gives parameters that fit the model',
    'a static scale of 0',
    with_(() => ({ staticValues: { scales: new Float32Array(16), zeros: new Float32Array(16) } })),
  ],
  ['gives parameters that fit the model', 'no parameters', moduleOf(withoutParameters)],
  [
    'gives the same parameters again, in whatever order blocks come',
    'parameters that depend on the call',
    with_((scheme) => ({ scheme: { ...scheme, window: calls++ } })),
  ],
  [
    'frees its tensors',
    'a tensor left behind',
    moduleOf({
      ...calibrated,
      open: (scheme) => ({ ...calibrate(scheme), dispose() {} }),
    }),
  ],
  [
    'plans an error for a group that does not divide the head',
    'a plan without issues',
    moduleOf({ ...plain, plan: () => ({ issues: [], peakBytes: 0, flops: 0 }) }),
  ],
];

describe('kvCodecChecks', () => {
  test.each(broken)('"%s" catches %s', async (name, _, module) => {
    await expectCaught(quantizerChecks(module), name);
  });

  test('every check of codecs has a failing example', () => {
    const names = quantizerChecks(moduleOf(plain)).map(({ name }) => name);
    expect([...new Set(broken.map(([name]) => name))]).toEqual(names.slice(4));
  });
});
