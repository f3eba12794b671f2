import { rtn } from '@thinkbits/quantizer-rtn';
import type { KvCodec, KvScheme, Rounder, Transform, WeightScheme } from '@thinkbits/spec';

const base = {
  specificationVersion: 'v1',
  options: {},
  needs: { calibration: 'none' },
  plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
} as const;

/** A rounder that has to see calibration inputs. */
export const calibrated: Rounder = {
  ...base,
  role: 'rounder',
  id: 'calibrated',
  needs: { calibration: 'inputs' },
  open: () => {
    throw new Error('never opened');
  },
};

/** A transform that proposes nothing. */
export const transform: Transform = { ...base, role: 'transform', id: 'transform', propose: async () => ({ edits: [] }) };

/** A codec that clips the last decoder layer harder than the others. */
export const codec = (defaultScheme?: KvScheme): KvCodec => ({
  ...base,
  role: 'kv-codec',
  id: 'codec',
  ...(defaultScheme && { defaultScheme }),
  parameters: (scheme, block) => ({
    scheme: block === 0 || !scheme.key ? scheme : { ...scheme, key: { ...scheme.key, clip: 0.5 } },
  }),
});

/** Round to nearest that fails on every group that has a linear of this name. */
export function failing(part: string, error: Error, defaultScheme?: WeightScheme): Rounder {
  const inner = rtn();
  return {
    ...base,
    role: 'rounder',
    id: 'failing',
    ...(defaultScheme && { defaultScheme }),
    open: (targets, context) => {
      const session = inner.open(targets, context);
      const fails = targets.some(({ linear }) => linear.name.includes(part));
      return {
        finish: (weights) => (fails ? Promise.reject(error) : session.finish(weights)),
        dispose: () => session.dispose(),
      };
    },
  };
}
