import { kvSchemeIssues } from '@thinkbits/numerics';
import type { Budget, Issue, KvScheme, LinearInfo, ModelInfo, Plan } from '@thinkbits/spec';
import type { KvquantOptions } from './options.js';

function error(code: string, subject: string, message: string, help: string): Issue {
  return { severity: 'error', code, subject, message, help };
}

/** Where a scheme departs from what KVQuant* is, or from what the options say. */
function layoutIssues({ key, value, rope }: KvScheme, options: KvquantOptions): Issue[] {
  const issues: Issue[] = [];
  if (key && (key.axis !== 'channel' || key.group !== 'head' || key.range === 'float-minimum')) {
    issues.push(
      error(
        'kvquant/layout',
        'kv.key',
        `Keys are asked for per ${key.axis}, group ${key.group}, range ${key.range}; kvquant finds one grid per channel for all tokens.`,
        'Leave axis, group and range to the codec, or use kivi for groups of tokens.',
      ),
    );
  }
  if (value && value.axis !== 'token') {
    issues.push(
      error(
        'kvquant/layout',
        'kv.value',
        'Values are asked for per channel; kvquant quantizes them per token.',
        'Leave axis out.',
      ),
    );
  }
  const told: [string, string | undefined, string | undefined][] = [
    ['range', options.range, key?.range],
    ['rope', options.rope, key && rope],
  ];
  for (const [name, own, wanted] of told) {
    if (own === undefined || wanted === undefined || own === wanted) continue;
    issues.push(
      error(
        'kvquant/conflict',
        `kv.${name}`,
        `kvquant was made with ${name} ${own}, and the recipe asks for ${wanted}.`,
        'Give it once: leave it out of the factory where the recipe has a scheme.',
      ),
    );
  }
  return issues;
}

/** Where there is no bias to leave out. */
function biasIssues(model: ModelInfo, { key, rope }: KvScheme): Issue[] {
  if (!key) return [];
  if (rope === 'after') {
    return [
      error(
        'kvquant/no-key-bias',
        'preBias',
        'preBias is true and keys are quantized after the rotary embedding, which has turned the bias by each position.',
        'Quantize keys before it (rope "before"), or leave preBias out.',
      ),
    ];
  }
  const keys = model.blocks.map(({ stages }) => stages[0]?.[1] as LinearInfo);
  const without = keys.find(({ bias }) => !bias);
  if (!without) return [];
  const message = `preBias is true and ${without.name} has no bias.`;
  return [error('kvquant/no-key-bias', without.name, message, 'Leave preBias out.')];
}

/** The dry run: the layout, the bias, and two vectors a layer. */
export function plan(
  model: ModelInfo,
  scheme: KvScheme | undefined,
  options: KvquantOptions,
  { tokens }: Budget,
): Plan {
  if (!scheme?.key && !scheme?.value) {
    const message = 'kvquant has nothing to do: neither keys nor values have bits.';
    const help = 'Give the recipe a kv scheme, for example kv3.';
    const issues: Issue[] = [{ severity: 'warning', code: 'kv/no-scheme', message, help }];
    return { issues, peakBytes: 0, flops: 0 };
  }
  const issues = layoutIssues(scheme, options);
  if (options.preBias === true) issues.push(...biasIssues(model, scheme));
  if (issues.length === 0)
    issues.push(...kvSchemeIssues(scheme, model.headDim, { keys: scheme.key !== undefined }));
  const channels = model.kvHeads * model.headDim;
  // keys and values come of a pass through q, k and v of their own, besides which their ranges are two comparisons each
  const weights = model.blocks.flatMap(({ stages }) => stages[0] ?? []);
  const productFlops = weights.reduce(
    (sum, linear) => sum + 2 * tokens * linear.in * linear.out,
    0,
  );
  return {
    issues,
    peakBytes: 8 * channels,
    flops: productFlops + 2 * channels * tokens * model.blocks.length,
    productFlops,
  };
}
