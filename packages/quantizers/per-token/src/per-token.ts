import { type KvCodec, type KvParameters, type KvScheme, ThinkbitsError } from '@thinkbits/spec';
import { checkOptions, completeOptions, type PerTokenOptions, schemeOf } from './options.js';
import { partsOf, plan } from './plan.js';

/** A codec whose parameters need no calibration. */
export interface PerToken extends KvCodec {
  /** @throws ThinkbitsError `per-token/axis` */
  parameters(scheme: KvScheme, block: number): KvParameters;
}

/**
 * Quantizes each key and value as it arrives, with a scale and zero point of its own per token, head and group of channels
 * (methods.md §1.0d, §1.6 without the rotation). The range is found from the values themselves: nothing is calibrated.
 * @throws ThinkbitsError `per-token/options`
 */
export function perToken(options: PerTokenOptions = {}): PerToken {
  const defaultScheme = schemeOf(checkOptions(options));
  return {
    specificationVersion: 'v1',
    role: 'kv-codec',
    id: 'per-token',
    options: defaultScheme ? completeOptions(defaultScheme) : {},
    needs: { calibration: 'none' },
    ...(defaultScheme && { defaultScheme }),
    plan: (model, schemes) => plan(model, schemes.kv ?? defaultScheme),
    parameters(scheme) {
      for (const [name, { axis }] of partsOf(scheme)) {
        if (axis === 'token') continue;
        throw new ThinkbitsError({
          code: 'per-token/axis',
          category: 'usage',
          message: `The ${name}s ask for a scale per ${axis}; per-token gives one per token.`,
          help: 'Leave out the axis, or use a codec that quantizes per channel.',
        });
      }
      return { scheme };
    },
  };
}
