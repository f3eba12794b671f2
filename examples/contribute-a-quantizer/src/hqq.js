import {
  dequantizeWeight,
  groupIssues,
  groupSize,
  relativeSquaredError,
  roundToNearest,
} from '@thinkbits/numerics';
import { allLinears, throwIfAborted } from '@thinkbits/spec';
import { completeOptions } from './options.js';
import { refineGroup } from './refine-group.js';

/** What cannot be refined: floats, and a scale that all rows share. */
function schemeIssues(linear, { float, group }) {
  if (!float && group !== 'tensor') return [];
  const message = `hqq fits integer grids of rows and groups, and ${linear.name} is to have ${float ? 'floats' : 'one scale'}.`;
  const help = 'Take rtn for this scheme.';
  return [{ severity: 'error', code: 'hqq/scheme', subject: linear.name, message, help }];
}

/** Every group of a weight, refined. @param {Float32Array} values `[rows, columns]` */
function refine(values, start, { linear, scheme }, options, signal) {
  const size = groupSize(linear.in, scheme.group);
  const groups = Math.ceil(linear.in / size);
  const [codes, scales] = [start.codes.slice(), start.scales.slice()];
  const zeros = start.zeros?.slice();
  for (let row = 0; row < linear.out; row++) {
    throwIfAborted(signal);
    for (let group = 0; group < groups; group++) {
      const from = row * linear.in + group * size;
      const length = Math.min(size, linear.in - group * size);
      const at = row * groups + group;
      const grid = { scale: scales[at], zero: zeros?.[at] ?? 0 };
      const found = refineGroup(values.subarray(from, from + length), grid, scheme, options);
      codes.set(found.codes, from);
      scales[at] = found.scale;
      if (zeros) zeros[at] = found.zero;
    }
  }
  return { ...start, codes, scales, ...(zeros && { zeros }) };
}

/**
 * HQQ: round to nearest, then move each group's grid to where the weights lose least in a norm that forgives outliers. Looks at
 * weights alone: no calibration.
 * @throws ThinkbitsError `hqq/options`
 */
export function hqq(options = {}) {
  const complete = completeOptions(options);
  return {
    specificationVersion: 'v1',
    role: 'rounder',
    id: 'hqq',
    options: { ...complete },
    needs: { calibration: 'none' },

    plan(model, { linears }) {
      const planned = allLinears(model).flatMap((linear) => {
        const scheme = linears.get(linear.name)?.weight;
        return scheme ? [{ linear, scheme, weights: linear.out * linear.in }] : [];
      });
      return {
        issues: planned.flatMap(({ linear, scheme }) => [
          ...groupIssues(linear, scheme),
          ...schemeIssues(linear, scheme),
        ]),
        // the float values, the values read back, codes twice
        peakBytes: Math.max(0, ...planned.map(({ weights }) => 10 * weights)),
        flops: planned.reduce((sum, { weights }) => sum + 30 * complete.steps * weights, 0),
      };
    },

    open(targets, { signal }) {
      return {
        async finish(weights) {
          const rounded = [];
          for (const [index, target] of targets.entries()) {
            throwIfAborted(signal);
            const { linear, scheme, hints } = target;
            const values = await weights[index].data(); // [out, in]
            const clip = hints?.clip ? { clip: hints.clip } : {};
            const start = roundToNearest(values, linear.out, linear.in, scheme, clip);
            // Bounds that a transform searched for are its own optimum: the grid inside them stays.
            const weight = hints?.clip ? start : refine(values, start, target, complete, signal);
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
