import { type KvCodec, type KvParameters, type KvScheme, ThinkbitsError } from '@thinkbits/spec';
import { type KiviOptions, layoutOf, readOptions, schemeOf } from './options.js';
import { layoutIssues, plan } from './plan.js';

/** A codec whose parameters need no calibration. */
export interface Kivi extends KvCodec {
  /** @throws ThinkbitsError `kivi/layout` */
  parameters(scheme: KvScheme, block: number): KvParameters;
}

/**
 * KIVI (arXiv 2402.02750): keys have channels of large magnitude, so each channel gets a grid of its own over a group of
 * tokens; values have none, so each token does. With G the group and R the residual window, after T tokens
 *
 * - keys: the first ⌊T / R⌋ · R are codes, quantized R at a time, G consecutive tokens of a channel sharing a grid;
 * - values: all but the last R are codes, G consecutive channels of a token sharing a grid;
 * - grid: s = (max x - min x) / (2ᵇ - 1), code = round((x - min x) / s), x̂ = s · code + min x.
 *
 * What is stored is a function of T alone, however the tokens came. The core owns codes and attention; this says how.
 * @throws ThinkbitsError `kivi/options`
 */
export function kivi(options: KiviOptions = {}): Kivi {
  const complete = readOptions(options);
  const layout = layoutOf(complete);
  const defaultScheme = schemeOf(complete, layout);
  return {
    specificationVersion: 'v1',
    role: 'kv-codec',
    id: 'kivi',
    options: { ...complete },
    needs: { calibration: 'none' },
    layout,
    ...(defaultScheme && { defaultScheme }),
    plan: (model, schemes) => plan(model, schemes.kv ?? defaultScheme),
    parameters(scheme) {
      const [wrong] = layoutIssues(scheme);
      if (!wrong) return { scheme };
      const { code, message, help = 'Leave the layout to the codec.' } = wrong;
      throw new ThinkbitsError({ code, category: 'usage', message, help });
    },
  };
}
