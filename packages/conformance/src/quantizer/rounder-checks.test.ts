import '@tensorflow/tfjs-backend-cpu';
import { type Tensor2D, zeros } from '@tensorflow/tfjs-core';
import { dequantizeWeight, relativeSquaredError, roundToNearest } from '@thinkbits/numerics';
import {
  type QuantizerModule,
  type RoundedLinear,
  type Rounder,
  throwIfAborted,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { describe, expect, test } from 'vitest';
import { expectCaught } from '../expect-caught.js';
import {
  describeQuantizer,
  type QuantizerConformance,
  quantizerChecks,
} from './describe-quantizer.js';

const optionsSchema = {
  type: 'object',
  additionalProperties: false,
  properties: { level: { type: 'integer' } },
};

interface Options {
  readonly level?: number;
}

/** Rounds to nearest; `finish` may be made to fail in one way. */
function plain(
  options: Options,
  change: (rounded: RoundedLinear) => RoundedLinear = (same) => same,
): Rounder {
  validate(optionsSchema, options, 'plain');
  return {
    specificationVersion: 'v1',
    role: 'rounder',
    id: 'plain',
    options: { level: 0, ...options },
    needs: { calibration: 'none' },
    plan: (_, { linears }) => {
      const tooLarge = [...linears.values()].some(({ weight }) => Number(weight?.group) > 1000);
      const issue = {
        severity: 'error',
        code: 'group/larger-than-row',
        message: 'The group is too large.',
      } as const;
      return { issues: tooLarge ? [issue] : [], peakBytes: 0, flops: 0 };
    },
    open: (targets, { signal }) => ({
      async finish(weights) {
        return targets.map(({ linear, scheme }, index) => {
          throwIfAborted(signal);
          const values = (weights[index] as Tensor2D).dataSync() as Float32Array;
          const weight = roundToNearest(values, linear.out, linear.in, scheme);
          const relativeWeightError = relativeSquaredError(dequantizeWeight(weight), values);
          return change({ weight, report: { relativeWeightError } });
        });
      },
      dispose() {},
    }),
  };
}

const moduleOf = (create: (options: Options) => Rounder): QuantizerModule => ({
  id: 'plain',
  optionsSchema,
  create: create as QuantizerModule['create'],
});
const promises: QuantizerConformance = { roundsToNearest: true, beatsRoundingToNearest: true };

describeQuantizer(moduleOf(plain), { ...promises, options: [{}, { level: 3 }] });

/** Changes the codes of a result. */
const codes = (to: (code: number, index: number) => number) =>
  moduleOf((options) =>
    plain(options, ({ weight, report }) => ({
      weight: { ...weight, codes: weight.codes.map(to) },
      report,
    })),
  );

let calls = 0;

/** Rounders that are wrong in one way each, by the check that must catch it. */
const broken: { readonly [check: string]: QuantizerModule } = {
  'says what it is': moduleOf((options) => ({ ...plain(options), id: 'another' })),
  'completes its options and is made again from them': moduleOf((options) => ({
    ...plain(options),
    options: { level: (options.level ?? 0) + 1 },
  })),
  'refuses options that it does not know': moduleOf(() => plain({})),
  'plans at once, without tensors, without touching the model': moduleOf((options) => {
    const stage = plain(options);
    return {
      ...stage,
      plan(...arguments_) {
        zeros([2]);
        return stage.plan(...arguments_);
      },
    };
  }),
  'gives codes, scales and zero points of the scheme': moduleOf((options) =>
    plain(options, ({ weight, report }) => ({
      weight: { ...weight, scales: weight.scales.slice(1) },
      report,
    })),
  ),
  'packs and unpacks to the same codes': codes(() => 100),
  'reports the error that it made': moduleOf((options) =>
    plain(options, (rounded) => ({ ...rounded, report: { relativeWeightError: 0 } })),
  ),
  'gives the same bytes again, in whatever order layers come': codes((code, index) =>
    index === 0 ? calls++ % 2 : code,
  ),
  'frees its tensors and none of the caller’s': moduleOf((options) => {
    const stage = plain(options);
    return {
      ...stage,
      open(...arguments_) {
        zeros([2]);
        return stage.open(...arguments_);
      },
    };
  }),
  'stops when it is aborted, and frees its tensors then too': moduleOf((options) => {
    const stage = plain(options);
    return {
      ...stage,
      open: (targets, { signal: _, ...context }) => stage.open(targets, context),
    };
  }),
  'refuses weights that are not finite': moduleOf((options) => {
    const stage = plain(options);
    return {
      ...stage,
      open(targets, context) {
        const session = stage.open(targets, context);
        return {
          ...session,
          finish: (weights) =>
            session.finish(
              weights.map((weight) => ({
                dataSync: () =>
                  weight.dataSync().map((value) => (Number.isFinite(value) ? value : 0)),
              })) as never,
            ),
        };
      },
    };
  }),
  'plans an error for a group that no row can fill': moduleOf((options) => ({
    ...plain(options),
    plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
  })),
  'rounds to the nearest level': codes((code) => (code > 0 ? code - 1 : code)),
  'loses no more on the outputs than rounding to nearest': codes((code) =>
    code > 0 ? code - 1 : code,
  ),
};

describe('rounderChecks', () => {
  test.each(Object.entries(broken))(
    '"%s" catches a rounder that breaks it',
    async (name, module) => {
      await expectCaught(quantizerChecks(module, promises), name);
    },
  );

  test('codes outside their range are caught', async () => {
    await expectCaught(
      quantizerChecks(
        codes(() => 100),
        promises,
      ),
      'gives codes, scales and zero points of the scheme',
    );
  });

  test('a weight of the caller that is disposed is caught', async () => {
    const module = moduleOf((options) => {
      const stage = plain(options);
      return {
        ...stage,
        open(targets, context) {
          const session = stage.open(targets, context);
          return {
            ...session,
            async finish(weights) {
              const rounded = await session.finish(weights);
              weights[0]?.dispose();
              return rounded;
            },
          };
        },
      };
    });
    await expectCaught(quantizerChecks(module), 'frees its tensors and none of the caller’s');
  });

  test('every check has a failing example', () => {
    const names = quantizerChecks(moduleOf(plain), promises).map(({ name }) => name);
    expect(Object.keys(broken).toSorted()).toEqual(names.toSorted());
  });
});
