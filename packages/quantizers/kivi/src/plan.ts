import { kvSchemeIssues } from '@thinkbits/numerics';
import type { Issue, KvScheme, ModelInfo, Plan } from '@thinkbits/spec';

/** Where a scheme departs from what KIVI is. */
export function layoutIssues({ key, value, rope }: KvScheme): Issue[] {
  const issue = (subject: string, message: string, help: string): Issue => ({
    severity: 'error',
    code: 'kivi/layout',
    subject,
    message,
    help,
  });
  const issues: Issue[] = [];
  if (key && (key.axis !== 'channel' || typeof key.group !== 'number')) {
    const how = key.axis === 'channel' ? 'per channel over all tokens' : 'per token';
    issues.push(
      issue(
        'kv.key',
        `Keys are asked for ${how}; KIVI quantizes them per channel in groups of tokens.`,
        'Leave axis and group out, or give axis "channel" and a number of tokens.',
      ),
    );
  }
  if (value && value.axis !== 'token') {
    issues.push(
      issue(
        'kv.value',
        'Values are asked for per channel; KIVI quantizes them per token.',
        'Leave axis out.',
      ),
    );
  }
  if (key && rope !== 'after') {
    issues.push(
      issue(
        'kv.rope',
        'Keys are asked for before the rotary embedding; KIVI quantizes them after it.',
        'Leave rope out, or use kvquant.',
      ),
    );
  }
  return issues;
}

/** The dry run: nothing is calibrated, so only what the scheme says can go wrong. */
export function plan(model: ModelInfo, scheme: KvScheme | undefined): Plan {
  const nothing = { peakBytes: 0, flops: 0 };
  if (scheme?.key || scheme?.value) {
    const issues = layoutIssues(scheme);
    return {
      issues: issues.length > 0 ? issues : kvSchemeIssues(scheme, model.headDim),
      ...nothing,
    };
  }
  const message = 'kivi has nothing to do: neither keys nor values have bits.';
  const help = 'Give the recipe a kv scheme, for example k2v2.';
  return { issues: [{ severity: 'warning', code: 'kv/no-scheme', message, help }], ...nothing };
}
