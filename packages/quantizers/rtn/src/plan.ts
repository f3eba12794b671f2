import { groupIssues, groupSize } from '@thinkbits/numerics';
import type {
  Issue,
  LinearInfo,
  ModelInfo,
  Plan,
  ResolvedSchemes,
  WeightScheme,
} from '@thinkbits/spec';

/** A float copy of the weight, its rounded values for the error, and the result. */
function bytesOf(linear: LinearInfo, scheme: WeightScheme): { working: number; result: number } {
  const weights = linear.out * linear.in;
  const groups = linear.out * Math.ceil(linear.in / groupSize(linear.in, scheme.group));
  return { working: 8 * weights, result: weights + 8 * groups };
}

/** The dry run of rounding to nearest: a pass over the weights, or one for each ratio of a clip search. */
export function plan(model: ModelInfo, schemes: ResolvedSchemes, passes: number): Plan {
  const issues: Issue[] = [];
  let peakBytes = 0;
  let flops = 0;
  const stages = [...model.blocks.flatMap(({ stages }) => stages), [model.head]];
  for (const stage of stages) {
    let results = 0; // of the linears of this stage that are already rounded
    for (const linear of stage) {
      const scheme = schemes.linears.get(linear.name)?.weight;
      if (!scheme) continue;
      issues.push(...groupIssues(linear, scheme));
      const { working, result } = bytesOf(linear, scheme);
      results += result;
      peakBytes = Math.max(peakBytes, results + working);
      flops += 6 * passes * linear.out * linear.in; // divide, round, shift, clamp, read back, compare
    }
  }
  return { issues, peakBytes, flops };
}
