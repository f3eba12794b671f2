import { groupCount, groupSize } from '@thinkbits/numerics';
import type {
  BlockInfo,
  Budget,
  Issue,
  LinearInfo,
  ModelInfo,
  Plan,
  ResolvedSchemes,
} from '@thinkbits/spec';
import type { CompleteAwqOptions } from './options.js';
import { isClipped } from './search-clips.js';

/** Floating-point operations of rounding one weight: scale, divide, round, shift, clamp, read back, undo the scale. */
const roundingFlops = 8;

const total = (linears: readonly LinearInfo[]): number =>
  linears.reduce((sum, linear) => sum + linear.out * linear.in, 0);
const most = (linears: readonly LinearInfo[]): number =>
  Math.max(0, ...linears.map((linear) => linear.out * linear.in));

/**
 * The dry run: for each search `ratioGrid` passes of all tokens through half a decoder layer, or of the weights over the
 * products of their inputs; for each clipped linear `clipGrid` passes over the products of its groups.
 *
 * Issue: `awq/unknown-linear` (error) for a name in `unclipped` that no linear ends in.
 */
export function plan(
  model: ModelInfo,
  { linears: schemes }: ResolvedSchemes,
  { tokens }: Budget,
  options: CompleteAwqOptions,
): Plan {
  let peakBytes = 0;
  let flops = 0; // beside products
  let productFlops = 0;
  const count = (bytes: number, operations: number, products: number): void => {
    peakBytes = Math.max(peakBytes, bytes);
    flops += operations;
    productFlops += products;
  };
  const schemeOf = ({ name }: LinearInfo) => schemes.get(name)?.weight;
  for (const { stages, folds } of model.blocks) {
    for (const fold of folds) {
      const at = stages.findIndex((members) =>
        members.some(({ name }) => fold.into.includes(name)),
      );
      const members = (stages[at] ?? []).filter(
        (linear) => fold.into.includes(linear.name) && schemeOf(linear),
      );
      const [first] = members;
      if (!first) continue;
      const rounding = roundingFlops * options.ratioGrid * total(members);
      if (fold.kind === 'linear') {
        const square = first.in ** 2;
        // the products, their sum and a host copy; the weight, as tried and its difference, its codes and tensors
        const products = 2 * tokens * square + options.ratioGrid * first.out * square;
        count(12 * square + 21 * total(members), rounding, products);
      } else {
        const half = total([...(stages[at] ?? []), ...(stages[at + 1] ?? [])]);
        // the weights, as tried, as tensors, transposed; one of them scaled, its codes and what they read back as
        const products = 2 * tokens * half * (options.ratioGrid + 1);
        count(16 * total(members) + 9 * most(members), rounding, products);
      }
    }
    for (const linear of stages.flat()) {
      const scheme = schemeOf(linear);
      if (!scheme || !isClipped(linear, options)) continue;
      const size = groupSize(linear.in, scheme.group);
      const groups = groupCount(linear.in, scheme.group);
      const seen = Math.min(tokens, 2 * options.clipTokens); // a stride below 2 keeps nearly twice as many
      const weights = linear.out * linear.in;
      // the weight scaled and not, its difference as numbers and tensors, codes; inputs twice; products; what was found
      count(
        29 * weights + 8 * seen * linear.in + 4 * size * linear.in + 20 * linear.out * groups,
        options.clipGrid * weights * roundingFlops,
        2 * seen * size * linear.in + options.clipGrid * weights * 2 * size,
      );
    }
  }
  const issues = unknownNames(model.blocks, options);
  return { issues, peakBytes, flops: flops + productFlops, productFlops };
}

function unknownNames(blocks: readonly BlockInfo[], { unclipped }: CompleteAwqOptions): Issue[] {
  const names = blocks.flatMap(({ stages }) => stages.flat().map(({ name }) => name));
  const ends = new Set(names.map((name) => name.split('.').at(-1) as string));
  return unclipped
    .filter((name) => !ends.has(name))
    .map((name) => ({
      severity: 'error',
      code: 'awq/unknown-linear',
      subject: name,
      message: `awq is to leave "${name}" unclipped, and no linear of this model ends in that.`,
      help: `Linears end in ${[...ends].join(', ')}.`,
    }));
}
