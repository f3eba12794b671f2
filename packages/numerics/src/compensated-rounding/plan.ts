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

/** Bytes of what is in work of a linear at a time: a strip of its rows, in several copies. */
const stripBytes = 5 * 2 ** 24;

/** Peak bytes of a stage: its statistics, what is made of them, a strip of one linear and the results. */
function peakOf(
  members: readonly LinearInfo[],
  schemes: ResolvedSchemes,
  statistics: number,
): number {
  const size = (members[0] as LinearInfo).in;
  let results = 0;
  let largest = 0;
  for (const linear of members) {
    const scheme = schemes.linears.get(linear.name)?.weight;
    if (!scheme) continue;
    const weights = linear.out * linear.in;
    results += weights + 8 * linear.out * groupCount(linear.in, scheme.group);
    largest = Math.max(largest, Math.min(20 * weights, stripBytes));
  }
  if (results === 0) return 0;
  // the Hessian and its factor; the drift, in order, and two steps to its answer besides
  const squares = statistics === 1 ? 2 : 5;
  return squares * 4 * size * size + largest + results;
}

/**
 * The dry run of rounding with error feedback: for each group of linears that share an input the products of
 * its tokens (n² each; a Hessian is symmetric, so half of it), the factors (2/3 n³, twice that again with drift), the
 * corrections and the report (3 rows · n² each).
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
  let productFlops = 0;
  for (const stage of [...model.blocks.flatMap(({ stages }) => stages), [model.head]]) {
    const members = stage.filter(({ name }) => schemes.linears.get(name)?.weight);
    const [first] = members;
    if (!first) continue;
    peakBytes = Math.max(peakBytes, peakOf(members, schemes, statistics));
    productFlops += (2 * statistics - 1) * budget.tokens * first.in ** 2;
    productFlops += (2 / 3) * (2 * statistics - 1) * first.in ** 3;
    for (const linear of members) {
      const scheme = schemes.linears.get(linear.name)?.weight;
      if (scheme) issues.push(...groupIssues(linear, scheme));
      productFlops += linear.out * linear.in * (statistics + 2) * linear.in;
      flops += 6 * passes * linear.out * linear.in;
    }
  }
  return { issues, peakBytes, flops: flops + productFlops, productFlops };
}
