import type { BlockInfo, Budget, Issue, ModelInfo, Plan, ResolvedSchemes } from '@thinkbits/spec';
import type { SmoothingSite } from './options.js';

/** Which group of linears a site is (see `BlockInfo.stages`). */
const stages: { readonly [Site in SmoothingSite]: number } = { qkv: 0, 'gate-up': 2 };

/** The norm whose scale moves at a site, and the linears that take it up. */
export function foldOf(block: BlockInfo, site: SmoothingSite) {
  const stage = stages[site];
  const consumers = (block.stages[stage] ?? []).map(({ name }) => name);
  const fold = block.folds.find(
    ({ kind, into }) => kind === 'norm' && consumers.every((name) => into.includes(name)),
  );
  if (!fold) throw new RangeError(`${consumers.join(', ')} read no norm`); // every decoder family declares it
  return { stage, producer: fold.from, consumers: fold.into };
}

/** The dry run of smoothing: a pass over inputs and weights for their maxima. */
export function planSmoothing(
  model: ModelInfo,
  { linears }: ResolvedSchemes,
  { tokens }: Budget,
  sites: readonly SmoothingSite[],
): Plan {
  const issues: Issue[] = [];
  const smoothed = model.blocks.flatMap((block) =>
    sites.flatMap((site) => block.stages[stages[site]] ?? []),
  );
  const first = smoothed.find(
    ({ name }) => linears.get(name)?.weight && !linears.get(name)?.activation,
  );
  if (first) {
    issues.push({
      severity: 'warning',
      code: 'smoothquant/float-activations',
      subject: first.name,
      message: `Activations of ${first.name} stay in float, and smoothing only makes its weights harder to round.`,
      help: 'Give activation bits as well (a8), or leave smoothquant out.',
    });
  }
  // a weight and its magnitudes on the backend
  const peakBytes = Math.max(0, ...smoothed.map((linear) => 8 * linear.out * linear.in));
  // a magnitude and a maximum each, of the weights and of what they read together
  const readers = model.blocks.flatMap((block) =>
    sites.flatMap((site) => block.stages[stages[site]]?.[0] ?? []),
  );
  const flops =
    smoothed.reduce((sum, linear) => sum + 2 * linear.in * linear.out, 0) +
    readers.reduce((sum, linear) => sum + 2 * linear.in * tokens, 0);
  return { issues, peakBytes, flops };
}
