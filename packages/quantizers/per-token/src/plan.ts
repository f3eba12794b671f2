import { kvSchemeIssues } from '@thinkbits/numerics';
import type { Issue, KvPartScheme, KvScheme, ModelInfo, Plan } from '@thinkbits/spec';

/** The halves of a cache that are quantized. */
export function partsOf(scheme: KvScheme): ['key' | 'value', KvPartScheme][] {
  const parts: ['key' | 'value', KvPartScheme | undefined][] = [
    ['key', scheme.key],
    ['value', scheme.value],
  ];
  return parts.filter((part): part is ['key' | 'value', KvPartScheme] => part[1] !== undefined);
}

/** The dry run: nothing is calibrated, so only what the scheme says can go wrong. */
export function plan(model: ModelInfo, scheme: KvScheme | undefined): Plan {
  const parts = scheme ? partsOf(scheme) : [];
  const issues = parts.flatMap(([name, { axis }]): Issue[] =>
    axis === 'token'
      ? []
      : [
          {
            severity: 'error',
            code: 'per-token/axis',
            subject: `kv.${name}.axis`,
            message: `The ${name}s ask for a scale per ${axis}; per-token gives one per token.`,
            help: 'Leave out the axis, or use a codec that quantizes per channel.',
          },
        ],
  );
  if (scheme && issues.length === 0) issues.push(...kvSchemeIssues(scheme, model.headDim));
  if (parts.length === 0) {
    issues.push({
      severity: 'warning',
      code: 'kv/no-scheme',
      message: 'per-token has nothing to do: neither keys nor values have bits.',
      help: 'Give the recipe a kv scheme, for example kv4.',
    });
  }
  return { issues, peakBytes: 0, flops: 0 };
}
