import { createRandom } from '@thinkbits/numerics';
import { type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { groupBy } from './group-by.js';
import type { SampleRecord } from './sample-record.js';
import { seenShare } from './seen-share.js';
import { bootstrapFigures, type Figures } from './statistics/bootstrap-figures.js';
import { bootstrapRatio, type Cluster, type Interval } from './statistics/cluster-bootstrap.js';
import { type DropClass, dropClass } from './statistics/drop-class.js';
import { type Equivalence, equivalence } from './statistics/equivalence.js';
import { countFlips, type Flips } from './statistics/flips.js';
import { mcnemar } from './statistics/mcnemar.js';
import { mean } from './statistics/mean-and-deviation.js';

/** A figure of both runs. */
export interface Both {
  readonly a: number;
  readonly b: number;
}

/** Two runs on one benchmark. All figures are over the pairs. */
export interface BenchmarkComparison {
  /** Samples of the same problem and repeat that both runs answered. */
  readonly pairs: number;
  readonly problems: number;
  readonly repeats: number;
  /** Samples without a partner, or whose request ended in an error on either side. */
  readonly unpaired: Both;
  /** 0 to 1. */
  readonly accuracy: Both;
  /** b - a, from -1 to 1, with its 95 % interval over problems like these. */
  readonly difference: number;
  readonly interval95: Interval;
  /** a - b in points, as the paper counts it, its interval and class. */
  readonly drop: number;
  readonly drop_interval95: Interval;
  readonly drop_class: DropClass;
  readonly equivalence: Equivalence;
  readonly mcnemar: {
    /** Problems of which `a`, or `b`, got more repeats right. */
    readonly a_better: number;
    readonly b_better: number;
    /** Two-sided, exact. */
    readonly p: number;
    /** After Holm's correction over the benchmarks of the comparison. */
    readonly p_holm: number;
  };
  readonly flips: Flips;
  readonly completion_tokens: Both & {
    /** Tokens of b over tokens of a: above 1 the answers grew. null where a wrote nothing. */
    readonly ratio: number | null;
    readonly ratio_interval95: Interval | null;
  };
  readonly truncated_share: Both;
  readonly unparsed_share: Both;
  /** Share of a run's wrong answers whose thinking states the right one; null where it cannot be told. */
  readonly seen_not_chosen_share: { readonly a: number | null; readonly b: number | null };
  /** Figures of the scorers that are no mean of verdicts, by name; absent where there are none. */
  readonly scores?: { readonly [name: string]: ScoreComparison };
}

/** A figure over a whole data set, of both runs; null where it is not defined. */
export interface ScoreComparison {
  readonly a: number | null;
  readonly b: number | null;
  /** b - a, with its 95 % interval over problems like these, paired. */
  readonly difference: number | null;
  readonly interval95: Interval | null;
}

type Pair = readonly [a: SampleRecord, b: SampleRecord];

/**
 * Compares the samples of two runs on one benchmark, paired.
 *
 * Repeats of a problem are not independent, so every test treats a problem as one: intervals
 * resample problems, and McNemar's test counts a problem for the run that got more of its repeats
 * right (with one repeat that is the usual test).
 *
 * @param margin of {@link equivalence}, a share
 * @param scorers those that judged, for their figures over a whole data set; none where absent
 * @throws ThinkbitsError `compare/no-pairs`
 */
export function compareSamples(
  benchmark: string,
  samplesA: readonly SampleRecord[],
  samplesB: readonly SampleRecord[],
  margin: number,
  scorers: ReadonlyMap<string, Pick<Scorer, 'aggregate'>> = new Map(),
): BenchmarkComparison {
  const pairs = pairUp(samplesA, samplesB);
  if (pairs.length === 0) {
    throw new ThinkbitsError({
      code: 'compare/no-pairs',
      message: `No problem of ${benchmark} was answered in both runs.`,
      help: 'Continue the runs, with the same limit and repeats.',
      details: { samples: [samplesA.length, samplesB.length] },
    });
  }
  const problems = [...groupBy(pairs, ([a]) => a.problem).values()];
  const bootstrap = (stream: string, clusters: readonly Cluster[]) =>
    bootstrapRatio(clusters, createRandom('comparison').fork(benchmark).fork(stream));
  const gains = problems.map((own) => sum(own, ([a, b]) => Number(b.correct) - Number(a.correct)));
  const difference = bootstrap(
    'accuracy',
    problems.map((own, index) => ({ numerator: gains[index] as number, denominator: own.length })),
  );
  const [low, high] = difference.interval(0.95);
  const dropInterval: Interval = [-100 * high, -100 * low];
  const aBetter = gains.filter((gain) => gain < 0).length;
  const bBetter = gains.filter((gain) => gain > 0).length;
  const p = mcnemar(aBetter, bBetter);
  return {
    pairs: pairs.length,
    problems: problems.length,
    repeats: new Set(pairs.map(([a]) => a.repeat)).size,
    unpaired: { a: samplesA.length - pairs.length, b: samplesB.length - pairs.length },
    accuracy: both(pairs, ({ correct }) => Number(correct)),
    difference: difference.estimate,
    interval95: [low, high],
    drop: -100 * difference.estimate,
    drop_interval95: dropInterval,
    drop_class: dropClass(dropInterval),
    equivalence: equivalence(difference, margin),
    mcnemar: { a_better: aBetter, b_better: bBetter, p, p_holm: p },
    flips: countFlips(pairs.map(([a, b]) => [a.correct, b.correct])),
    completion_tokens: compareLengths(pairs, problems, bootstrap),
    truncated_share: both(pairs, ({ finish_reason }) => Number(finish_reason === 'length')),
    unparsed_share: both(pairs, ({ extracted }) => Number(extracted === null)),
    seen_not_chosen_share: {
      a: seenShare(pairs.map(([a]) => a)),
      b: seenShare(pairs.map(([, b]) => b)),
    },
    ...compareScores(benchmark, pairs, scorers),
  };
}

function pairUp(samplesA: readonly SampleRecord[], samplesB: readonly SampleRecord[]): Pair[] {
  const name = ({ problem, repeat }: SampleRecord) => JSON.stringify([problem, repeat]);
  const answered = ({ finish_reason }: SampleRecord) => finish_reason !== 'error';
  const partners = new Map(samplesB.filter(answered).map((sample) => [name(sample), sample]));
  const pairs = samplesA.filter(answered).flatMap((a): Pair[] => {
    const b = partners.get(name(a));
    return b ? [[a, b]] : [];
  });
  // One order for any order of lines, so that the seeded intervals are the same.
  const order = new Map(pairs.map((pair) => [pair, name(pair[0])]));
  return pairs.sort((x, y) => (order.get(x)! < order.get(y)! ? -1 : 1));
}

function compareScores(
  benchmark: string,
  pairs: readonly Pair[],
  scorers: ReadonlyMap<string, Pick<Scorer, 'aggregate'>>,
): Pick<BenchmarkComparison, 'scores'> {
  const random = createRandom('comparison').fork(benchmark).fork('scores');
  const scores: { [name: string]: ScoreComparison } = {};
  for (const [id, judged] of groupBy(pairs, ([{ scorer }]) => scorer)) {
    const aggregate = scorers.get(id)?.aggregate;
    if (!aggregate) continue;
    const figures = (side: 0 | 1, own: readonly Pair[]) => aggregate(own.map((pair) => pair[side]));
    const [a, b] = [figures(0, judged), figures(1, judged)];
    const clusters = [...groupBy(judged, ([{ problem }]) => problem).values()];
    const differences = bootstrapFigures(
      clusters,
      (own) => subtract(figures(1, own), figures(0, own)),
      random.fork(id),
    );
    for (const [name, { value, interval95 }] of Object.entries(differences)) {
      scores[name] = { a: a[name] ?? null, b: b[name] ?? null, difference: value, interval95 };
    }
  }
  return Object.keys(scores).length === 0 ? {} : { scores };
}

/** Of the figures that both have. */
function subtract(minuend: Figures, subtrahend: Figures): Figures {
  const names = Object.keys(minuend).filter((name) => name in subtrahend);
  return Object.fromEntries(
    names.map((name) => {
      const [b, a] = [minuend[name], subtrahend[name]];
      return [name, typeof b === 'number' && typeof a === 'number' ? b - a : null];
    }),
  );
}

function compareLengths(
  pairs: readonly Pair[],
  problems: readonly (readonly Pair[])[],
  bootstrap: (stream: string, clusters: readonly Cluster[]) => ReturnType<typeof bootstrapRatio>,
): BenchmarkComparison['completion_tokens'] {
  const means = both(pairs, ({ completion_tokens }) => completion_tokens);
  if (means.a === 0) return { ...means, ratio: null, ratio_interval95: null };
  const ratio = bootstrap(
    'length',
    problems.map((own) => ({
      numerator: sum(own, ([, b]) => b.completion_tokens),
      denominator: sum(own, ([a]) => a.completion_tokens),
    })),
  );
  return { ...means, ratio: ratio.estimate, ratio_interval95: ratio.interval(0.95) };
}

function both(pairs: readonly Pair[], figure: (sample: SampleRecord) => number): Both {
  return { a: mean(pairs.map(([a]) => figure(a))), b: mean(pairs.map(([, b]) => figure(b))) };
}

function sum(pairs: readonly Pair[], figure: (pair: Pair) => number): number {
  return pairs.reduce((total, pair) => total + figure(pair), 0);
}
