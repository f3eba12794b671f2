import type { Budget, Issue, LinearInfo, ModelInfo, Plan, ResolvedSchemes } from '@thinkbits/spec';
import { groupCount } from '../group-count.js';
import { groupIssues } from '../group-issues.js';

/** What rounding with error feedback keeps and computes beside the weights. */
export interface CompensationCost {
  /** Statistics of a stage's inputs, `[in, in]` each: 1 for a Hessian, 2 with drift. */
  readonly statistics: number;
  /** Passes over the weights to find scales: ratios of a clip search, else 1. */
  readonly passes: number;
}

/**
 * Peak bytes of a stage: its statistics while a batch is added, or the factors and one linear while it is
 * rounded.
 */
function peakOf(
  members: readonly LinearInfo[],
  schemes: ResolvedSchemes,
  statistics: number,
): number {
  const size = (members[0] as LinearInfo).in;
  const square = 4 * size * size;
  let results = 0;
  let largest = 0;
  for (const linear of members) {
    const scheme = schemes.linears.get(linear.name)?.weight;
    if (!scheme) continue;
    const weights = linear.out * linear.in;
    results += weights + 8 * linear.out * groupCount(linear.in, scheme.group);
    largest = Math.max(largest, 16 * weights); // as given, in order, read back, its errors
  }
  if (results === 0) return 0;
  // a product and its sum exist beside the statistics; later, each in order and its factor beside the Hessian
  const observing = (statistics + 2) * square;
  const rounding = (2 * statistics + 1) * square + largest + results;
  return Math.max(observing, rounding);
}

/**
 * The dry run of rounding with error feedback: for each group of linears that share an input the products of
 * its tokens (n² each), the factors (2/3 n³, twice that again with drift), the corrections and the report (3
 * rows · n² each).
 */
export function planCompensatedRounding(
  model: ModelInfo,
  schemes: ResolvedSchemes,
  budget: Budget,
  { statistics, passes }: CompensationCost,
): Plan {
  const issues: Issue[] = [];
  let peakBytes = 0;
  let flops = 0;
  for (const stage of [...model.blocks.flatMap(({ stages }) => stages), [model.head]]) {
    const members = stage.filter(({ name }) => schemes.linears.get(name)?.weight);
    const [first] = members;
    if (!first) continue;
    peakBytes = Math.max(peakBytes, peakOf(members, schemes, statistics));
    flops += 2 * statistics * budget.tokens * first.in ** 2;
    flops += (2 / 3) * (2 * statistics - 1) * first.in ** 3;
    for (const linear of members) {
      const scheme = schemes.linears.get(linear.name)?.weight;
      if (scheme) issues.push(...groupIssues(linear, scheme));
      flops += linear.out * linear.in * ((statistics + 2) * linear.in + 6 * passes);
    }
  }
  return { issues, peakBytes, flops };
}
