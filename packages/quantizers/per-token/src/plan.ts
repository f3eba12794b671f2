import type { Issue, KvPartScheme, KvScheme, ModelInfo, Plan } from '@thinkbits/spec';

/** The halves of a cache that are quantized. */
export function partsOf(scheme: KvScheme): ['key' | 'value', KvPartScheme][] {
  const parts: ['key' | 'value', KvPartScheme | undefined][] = [
    ['key', scheme.key],
    ['value', scheme.value],
  ];
  return parts.filter((part): part is ['key' | 'value', KvPartScheme] => part[1] !== undefined);
}

function partIssues(name: string, part: KvPartScheme, headDim: number): Issue[] {
  const issues: Issue[] = [];
  if (part.axis !== 'token') {
    issues.push({
      severity: 'error',
      code: 'per-token/axis',
      subject: `kv.${name}.axis`,
      message: `The ${name}s ask for a scale per ${part.axis}; per-token gives one per token.`,
      help: 'Leave out the axis, or use a codec that quantizes per channel.',
    });
  }
  if (typeof part.group === 'number' && headDim % part.group !== 0) {
    const divisors = Array.from({ length: headDim }, (_, i) => i + 1).filter(
      (n) => headDim % n === 0,
    );
    issues.push({
      severity: 'error',
      code: 'kv/group-does-not-divide',
      subject: `kv.${name}.group`,
      message: `A group of ${part.group} channels does not divide a head of ${headDim}.`,
      help: `Give "head" or one of ${divisors.join(', ')}.`,
    });
  }
  return issues;
}

/** The dry run: nothing is calibrated, so only what the scheme says can go wrong. */
export function plan(model: ModelInfo, scheme: KvScheme | undefined): Plan {
  const parts = scheme ? partsOf(scheme) : [];
  const issues = parts.flatMap(([name, part]) => partIssues(name, part, model.headDim));
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
