import type { Tensor2D } from '@tensorflow/tfjs-core';
import {
  dequantizeWeight,
  groupIssues,
  groupSize,
  relativeSquaredError,
  roundToNearest,
} from '@thinkbits/numerics';
import { allLinears, type ClipBounds, type Rounder, throwIfAborted } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { type __Pascal__Options, optionsSchema } from './options.js';

/**
 * Bounds that keep a share of the largest magnitude of each group.
 * @param values `[rows, columns]`
 * @returns `[rows, groups]` each
 */
function clipOf(values: Float32Array, columns: number, size: number, keep: number): ClipBounds {
  const groups = Math.ceil(columns / size);
  const high = new Float32Array((values.length / columns) * groups);
  for (const [i, value] of values.entries()) {
    const row = Math.floor(i / columns);
    const at = row * groups + Math.floor((i % columns) / size);
    high[at] = Math.max(high[at] as number, keep * Math.abs(value));
  }
  return { low: high.map((bound) => -bound), high };
}

/**
 * TODO: say what it does in one sentence, and its source (paper, equation).
 *
 * As written it clips each group to a share of its range and rounds to nearest: a rounder with one option that works, to be
 * replaced from the inside. A method that needs inputs says so in `needs` and collects them in `observe`.
 * @throws ThinkbitsError `__name__/options`
 */
export function __camel__(options: __Pascal__Options = {}): Rounder {
  const { keep = 1 } = validate<__Pascal__Options>(optionsSchema, options, '__name__', {
    code: '__name__/options',
  });
  return {
    specificationVersion: 'v1',
    role: 'rounder',
    id: '__name__',
    options: { keep },
    needs: { calibration: 'none' },

    plan(model, schemes) {
      const planned = allLinears(model).flatMap((linear) => {
        const scheme = schemes.linears.get(linear.name)?.weight;
        return scheme ? [{ linear, scheme, weights: linear.out * linear.in }] : [];
      });
      return {
        issues: planned.flatMap(({ linear, scheme }) => groupIssues(linear, scheme)),
        // the float values, the values read back, the codes
        peakBytes: Math.max(0, ...planned.map(({ weights }) => 9 * weights)),
        flops: planned.reduce((sum, { weights }) => sum + 8 * weights, 0),
      };
    },

    open(targets, context) {
      return {
        async finish(weights) {
          const rounded = [];
          for (const [index, { linear, scheme, hints }] of targets.entries()) {
            throwIfAborted(context.signal);
            const values = (await (weights[index] as Tensor2D).data()) as Float32Array; // [out, in]
            const size = groupSize(linear.in, scheme.group);
            // bounds that a transform searched for go first
            const clip = hints?.clip ?? clipOf(values, linear.in, size, keep);
            const weight = roundToNearest(values, linear.out, linear.in, scheme, { clip });
            const relativeWeightError = relativeSquaredError(dequantizeWeight(weight), values);
            rounded.push({ weight, report: { relativeWeightError } });
          }
          return rounded;
        },
        dispose() {},
      };
    },
  };
}
