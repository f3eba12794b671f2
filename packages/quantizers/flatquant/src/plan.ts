import { groupSize, kroneckerFactors } from '@thinkbits/numerics';
import type { Budget, Issue, ModelInfo, Plan, ResolvedSchemes } from '@thinkbits/spec';
import { isQuantized, type LayerShape, layerShape, roles } from './layer-shape.js';
import type { FlatquantOptions } from './options.js';
import { targetBytes } from './teacher.js';

/** Copies that a step keeps of a weight, of what a linear reads and of what it gives, until gradients have used them. */
const copies = { weight: 14, input: 16, output: 12, scores: 5 } as const;

/** From these bytes of one step on a plan warns: the wasm backend holds 4 GiB in all. */
const largeStep = 2 ** 31;

/** What cannot be trained for, errors all. */
function issuesOf(shape: LayerShape): Issue[] {
  const issues: Issue[] = [];
  const error = (code: string, subject: string, message: string, help: string): void => {
    issues.push({ severity: 'error', code, subject, message, help });
  };
  const { ranks, heads, inputs, linears, kv } = shape;
  for (const [what, size] of [
    ['heads', heads],
    ['inputs of down_proj', inputs[3]?.channels ?? 0],
  ] as const) {
    if (size % ranks === 0) continue;
    const message = `tensorParallel ${ranks} does not divide the ${size} ${what}.`;
    error('flatquant/tensor-parallel', 'tensorParallel', message, 'Take a divisor of both, or 1.');
  }
  const refuseFloat = (what: string): void =>
    error(
      'flatquant/float-scheme',
      what,
      `The ${what} are rounded to a floating format, and training knows integers alone.`,
      'Take an integer scheme, or another transform.',
    );
  for (const { scheme, roles: readers } of inputs) {
    if (scheme?.float) refuseFloat('activations');
    if (scheme?.group === undefined) continue;
    const message = `The input of ${readers.join(', ')} is quantized in groups of ${scheme.group}.`;
    const help = 'Leave the group out: clips are learned for a whole input or its slices.';
    error('flatquant/activation-group', 'activations', message, help);
  }
  for (const role of roles) {
    const { info, scheme } = linears[role];
    if (!scheme) continue;
    if (scheme.float) refuseFloat('weights');
    const last = info.in % groupSize(info.in, scheme.group);
    if (last === 0) continue;
    const message = `Groups of ${scheme.group} leave ${last} of the ${info.in} columns of ${info.name}.`;
    const help =
      'Take a group that divides the columns, or "channel": clips are learned group by group.';
    error('flatquant/ragged-groups', info.name, message, help);
  }
  for (const half of ['key', 'value'] as const) {
    const part = kv?.[half];
    if (part?.float) refuseFloat(`${half}s`);
    if (part?.axis !== 'channel' && part?.range !== 'float-minimum') continue;
    const how = part.axis === 'channel' ? 'by channel' : 'from a float minimum';
    const message = `The ${half}s are stored ${how}; training rounds each token as it arrives, to whole zero points.`;
    const help = 'Store them by token in a zero-inclusive range, or take flatquant out.';
    error('flatquant/kv-scheme', 'kv', message, help);
  }
  if (kv?.key && kv.rope === 'before') {
    const message =
      'Keys are stored before the rotary embedding, and the map of keys acts after it.';
    error('flatquant/kv-scheme', 'kv', message, 'Store keys after the rotary embedding.');
  }
  return issues;
}

/** Multiplications and additions of training a layer, and the bytes of one of its steps. */
function costOf(
  shape: LayerShape,
  tokens: number,
  windowTokens: number,
  { epochs, batch }: Required<FlatquantOptions>,
) {
  const { linears, inputs, heads, headDim } = shape;
  const infos = roles.map((role) => linears[role].info);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const weights = sum(infos.map((info) => info.in * info.out));
  const outputs = sum(infos.map(({ out }) => out));
  const channels = sum(inputs.map((input) => input.channels));
  // maps of what is read, two small products a row each; weights are undone in every step
  const mapped = (n: number): number => n * sum([...kroneckerFactors(n)]);
  const activationMaps = sum(inputs.map((input) => mapped(input.channels)));
  const weightMaps = sum(infos.map((info) => info.out * mapped(info.in)));
  const attention = 2 * heads * headDim * windowTokens;
  const steps = (epochs * tokens) / (batch * windowTokens);
  const forward = 2 * tokens * epochs * (weights + activationMaps + attention);
  const stepTokens = Math.min(batch * windowTokens, tokens);
  const step =
    4 *
    (copies.weight * weights +
      stepTokens *
        (copies.input * channels + copies.output * outputs + copies.scores * heads * windowTokens));
  return {
    // a gradient takes two products for each one; the teacher goes through the layer once more
    flops: 3 * forward + 2 * tokens * weights + 6 * steps * weightMaps,
    bytes: step + Math.min(targetBytes, 4 * tokens * (inputs[0]?.channels ?? 0)),
  };
}

/** A dry run: arithmetic of all layers' training, the memory of the largest step, and what cannot be trained for. */
export function planFlatquant(
  model: ModelInfo,
  schemes: ResolvedSchemes,
  budget: Budget,
  options: Required<FlatquantOptions>,
): Plan {
  const { tokens } = budget;
  const windowTokens = Math.max(1, Math.min(budget.windowTokens ?? 2048, tokens));
  const shapes = model.blocks
    .map((block) => layerShape(block, model, schemes.linears, schemes.kv, options))
    .filter(isQuantized);
  const costs = shapes.map((shape) => costOf(shape, tokens, windowTokens, options));
  const peakBytes = Math.max(0, ...costs.map(({ bytes }) => bytes));
  // every layer has the same problem: say it once
  const found = new Map(shapes.flatMap(issuesOf).map((issue) => [issue.message, issue]));
  const issues = [...found.values()];
  if (peakBytes > largeStep) {
    const gigabytes = (peakBytes / 2 ** 30).toFixed(1);
    issues.push({
      severity: 'warning',
      code: 'flatquant/large-step',
      subject: 'batch',
      message: `A training step of ${options.batch} windows of ${windowTokens} tokens takes about ${gigabytes} GiB; the wasm backend holds 4.`,
      help: 'Take a smaller batch or shorter windows, or a backend without that limit.',
    });
  }
  const flops = costs.reduce((total, { flops }) => total + flops, 0);
  return { issues, peakBytes, flops, productFlops: flops }; // what stands between products is little beside them
}
