import '@tensorflow/tfjs-backend-cpu';
import { describeQuantizer } from '@thinkbits/conformance';
import { createRandom, roundToNearest } from '@thinkbits/numerics';
import { completeWeightScheme } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { quantizer } from './index.js';
import { completeOptions } from './options.js';
import { refineGroup } from './refine-group.js';

// What every quantizer promises. The schemes are ours to name: floats are refused in the plan.
describeQuantizer(quantizer, {
  options: [{}, { steps: 0 }, { power: 1, beta: 1 }],
  schemes: [
    completeWeightScheme({ bits: 4, group: 16 }),
    completeWeightScheme({ bits: 3 }),
    completeWeightScheme({ bits: 2, group: 12 }),
    completeWeightScheme({ bits: 8, symmetric: true }),
    completeWeightScheme({ bits: 3, group: 8, symmetric: true }),
  ],
});

// What is ours alone.
describe('a refined group', () => {
  const scheme = completeWeightScheme({ bits: 3 });
  /** 32 weights, two of them outliers; by seed. */
  const group = (seed) => {
    const { normal } = createRandom(seed);
    return Float32Array.from({ length: 32 }, (_, i) => (i < 2 ? 5 : 1) * normal());
  };
  const both = (weights, options) => {
    const { scales, zeros } = roundToNearest(weights, 1, weights.length, scheme);
    const start = { scale: scales[0], zero: zeros[0] };
    const run = (changes) =>
      refineGroup(weights, start, scheme, completeOptions({ ...options, ...changes }));
    return [run({ steps: 0 }), run({})];
  };

  test('is never worse than round-to-nearest, and mostly better where there are outliers', () => {
    const pairs = Array.from({ length: 50 }, (_, seed) => both(group(seed), {}));
    for (const [nearest, refined] of pairs)
      expect(refined.error).toBeLessThanOrEqual(nearest.error);
    const better = pairs.filter(([nearest, refined]) => refined.error < nearest.error);
    expect(better.length).toBeGreaterThan(40);
  });

  test('that is on its grid already stays as it is', () => {
    const weights = Float32Array.from([0, 1, 2, 3, 4, 5, 6, 7]);
    const [nearest, refined] = both(weights, {});
    expect(refined).toEqual(nearest);
    expect(refined.error).toBe(0);
  });
});
