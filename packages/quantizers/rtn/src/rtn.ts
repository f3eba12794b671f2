import type { Tensor2D } from '@tensorflow/tfjs-core';
import { dequantizeWeight, relativeSquaredError, roundToNearest } from '@thinkbits/numerics';
import {
  completeWeightScheme,
  type QuantizedWeight,
  type RoundedLinear,
  type Rounder,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import { checkOptions, clipSearchOf, type RtnOptions } from './options.js';
import { createOutputError } from './output-error.js';
import { plan } from './plan.js';

/** A rounder that can also be handed a single matrix. */
export interface Rtn extends Rounder {
  /**
   * Rounds one weight, `[out, in]`; the caller keeps the tensor.
   * @throws ThinkbitsError `rtn/no-bits` when the options name no bits; what `roundToNearest` throws
   */
  round(weight: Tensor2D): Promise<QuantizedWeight>;
}

/**
 * Round to nearest: every weight goes to the closest level of its group's grid, ŵ = s · (clamp(⌊w / s⌉ + z) - z)
 * (methods.md §1.0a-d, §1.1). Needs no calibration and depends on no order.
 * @throws ThinkbitsError `rtn/options`
 */
export function rtn(options: RtnOptions = {}): Rtn {
  const { clipSearch: _, ...grid } = checkOptions(options);
  const clipSearch = clipSearchOf(options);
  const { bits } = grid;
  const defaultScheme = bits === undefined ? undefined : completeWeightScheme({ ...grid, bits });
  const search = clipSearch ? { clipSearch } : {};
  return {
    specificationVersion: 'v1',
    role: 'rounder',
    id: 'rtn',
    options: { ...defaultScheme, clipSearch: clipSearch ? { ...clipSearch } : false },
    needs: { calibration: 'none' },
    ...(defaultScheme && { defaultScheme }),
    plan: (model, schemes) =>
      plan(model, schemes, clipSearch ? Math.trunc(clipSearch.grid * clipSearch.shrink) : 1),

    open(targets, context) {
      const outputError = createOutputError();
      return {
        observe: outputError.observe,
        async finish(weights) {
          const rounded: RoundedLinear[] = [];
          for (const [index, { scheme, hints }] of targets.entries()) {
            throwIfAborted(context.signal);
            const weight = weights[index] as Tensor2D; // [out, in]
            const [rows, columns] = weight.shape;
            const values = (await weight.data()) as Float32Array;
            const clip = hints?.clip ? { clip: hints.clip } : {};
            const q = roundToNearest(values, rows, columns, scheme, { ...search, ...clip });
            const back = dequantizeWeight(q);
            const relativeOutputError = await outputError.relative(weight, back);
            const report = {
              relativeWeightError: relativeSquaredError(back, values),
              ...(relativeOutputError !== undefined && { relativeOutputError }),
            };
            rounded.push({ weight: q, report });
          }
          return rounded;
        },
        dispose: outputError.dispose,
      };
    },

    async round(weight) {
      if (!defaultScheme) {
        throw new ThinkbitsError({
          code: 'rtn/no-bits',
          category: 'usage',
          message: 'rtn() names no bits to round this weight to.',
          help: 'Say how many, for example rtn({ bits: 4 }).round(weight).',
        });
      }
      const [rows, columns] = weight.shape;
      return roundToNearest(
        (await weight.data()) as Float32Array,
        rows,
        columns,
        defaultScheme,
        search,
      );
    },
  };
}
