import { createRandom } from '@thinkbits/numerics';
import type { RandomSource, Scorer } from '@thinkbits/spec';
import { groupBy } from './group-by.js';
import type { SampleRecord } from './sample-record.js';
import { seenShare } from './seen-share.js';
import { bootstrapFigures, type FigureEstimate } from './statistics/bootstrap-figures.js';
import { bootstrapRatio, type Cluster, type Interval } from './statistics/cluster-bootstrap.js';
import { majorityAtK } from './statistics/majority-at-k.js';
import { mean, sampleDeviation } from './statistics/mean-and-deviation.js';
import { passAtK } from './statistics/pass-at-k.js';
import { wilsonInterval } from './statistics/wilson-interval.js';
import { votesOf } from './votes-of.js';

/** Accuracy over some samples. */
export interface AccuracySummary {
  /** Share of correct samples, 0 to 1; null where nothing was answered. */
  readonly accuracy: number | null;
  /** 95 % interval of the accuracy over problems like these. */
  readonly interval95: Interval | null;
  readonly problems: number;
}

/** A share between 0 and 1, and its 95 % interval over problems like these. */
export interface ShareEstimate {
  readonly share: number;
  readonly interval95: Interval;
}

/** What k answers a problem would reach, estimated from all that there are. */
export interface RepeatsSummary {
  readonly k: number;
  /** One of them is right. */
  readonly pass: ShareEstimate;
  /** The one given most often is right; answers that say the same count as one, ties are shared. */
  readonly majority: ShareEstimate;
}

/**
 * What a run says of one benchmark (interface.md §3, summary.json).
 *
 * A request that ended in an error says nothing about the model: it is in none of the shares, and
 * counted in `errors`.
 */
export interface BenchmarkSummary extends AccuracySummary {
  /** Sample standard deviation of the accuracies of single repeats; null for a single repeat. */
  readonly std_over_repeats: number | null;
  readonly repeats: number;
  readonly mean_completion_tokens: number | null;
  /** Share of answers cut off by the token limit; they are scored like any other. */
  readonly truncated_share: number | null;
  /** Share of answers in which the scorer could read none. */
  readonly unparsed_share: number | null;
  /** Share of wrong answers whose thinking states the right one on its way; null where no scorer could tell. */
  readonly seen_not_chosen_share: number | null;
  /** For k = 2, 4, … and the number of answers that every problem has; empty for single answers. */
  readonly over_repeats: readonly RepeatsSummary[];
  readonly errors: number;
  /** By the name of a grouping, then by its value. */
  readonly by_group: { readonly [name: string]: { readonly [value: string]: AccuracySummary } };
  /** Figures of the benchmark's scorer that are no mean of verdicts, by name; absent where it has none. */
  readonly scores?: { readonly [name: string]: FigureEstimate };
}

/** By benchmark. */
export interface RunSummary {
  readonly [benchmark: string]: BenchmarkSummary;
}

type Scorers = ReadonlyMap<string, Pick<Scorer, 'aggregate' | 'equivalent'>>;

/**
 * Accuracy, spread, lengths and shares of each benchmark. The same samples in any order give the
 * same figures.
 * @param scorers those that judged, for their figures over a whole data set; none where absent
 */
export function summarize(
  samples: Iterable<SampleRecord>,
  scorers: Scorers = new Map(),
): RunSummary {
  const byBenchmark = [...groupBy(samples, (sample) => sample.benchmark)].sort(byName);
  return Object.fromEntries(byBenchmark.map(([id, own]) => [id, summarizeBenchmark(own, scorers)]));
}

function summarizeBenchmark(samples: readonly SampleRecord[], scorers: Scorers): BenchmarkSummary {
  const answered = samples.filter((sample) => sample.finish_reason !== 'error');
  const share = (holds: (sample: SampleRecord) => boolean) =>
    meanOrNull(answered.map((sample) => Number(holds(sample))));
  const repeats = groupBy(answered, (sample) => sample.repeat);
  const accuracies = [...repeats]
    .sort(([a], [b]) => a - b)
    .map(([, own]) => mean(own.map(({ correct }) => Number(correct))));
  const { accuracy, interval95, problems } = accuracyOf(answered, 'all');
  return {
    accuracy,
    std_over_repeats: sampleDeviation(accuracies),
    interval95,
    problems,
    repeats: repeats.size,
    mean_completion_tokens: meanOrNull(answered.map((sample) => sample.completion_tokens)),
    truncated_share: share((sample) => sample.finish_reason === 'length'),
    unparsed_share: share((sample) => sample.extracted === null),
    seen_not_chosen_share: seenShare(answered),
    over_repeats: overRepeats(answered, scorers),
    errors: samples.length - answered.length,
    by_group: byGroup(answered),
    ...scoresOf(answered, scorers),
  };
}

function accuracyOf(samples: readonly SampleRecord[], stream: string): AccuracySummary {
  if (samples.length === 0) return { accuracy: null, interval95: null, problems: 0 };
  const clusters = problemsOf(samples).map((own) => ({
    numerator: own.filter((sample) => sample.correct).length,
    denominator: own.length,
  }));
  const { share, interval95 } = estimateShare(clusters, createRandom('accuracy').fork(stream));
  return { accuracy: share, interval95, problems: clusters.length };
}

/**
 * A share with the percentile bootstrap over problems. Where all problems are alike (all right,
 * all wrong) there is nothing to resample, and Wilson's interval over problems stands in.
 */
function estimateShare(clusters: readonly Cluster[], random: RandomSource): ShareEstimate {
  const { estimate, interval } = bootstrapRatio(clusters, random);
  const [low, high] = interval(0.95);
  const alike = low === high;
  return {
    share: estimate,
    interval95: alike ? wilsonInterval(estimate, clusters.length) : [low, high],
  };
}

/** The samples of each problem, in one order for any order of samples. */
function problemsOf(samples: readonly SampleRecord[]): SampleRecord[][] {
  return [...groupBy(samples, ({ problem }) => problem)].sort(byName).map(([, own]) => own);
}

function overRepeats(answered: readonly SampleRecord[], scorers: Scorers): RepeatsSummary[] {
  const problems = problemsOf(answered).map((own) => ({
    answers: own.length,
    votes: votesOf(own, scorers.get((own[0] as SampleRecord).scorer)?.equivalent),
  }));
  const estimate = (figure: string, k: number, shares: readonly number[]): ShareEstimate => {
    const clusters = shares.map((numerator) => ({ numerator, denominator: 1 }));
    return estimateShare(clusters, createRandom(figure).fork(String(k)));
  };
  return answersCounted(Math.min(...problems.map(({ answers }) => answers))).map((k) => {
    const pass = problems.map(({ answers, votes }) => passAtK(answers, votes.right, k));
    const majority = problems.map(({ votes }) => majorityAtK(votes, k));
    return {
      k,
      pass: estimate('pass', k, pass),
      majority: estimate('majority', k, majority),
    };
  });
}

/** 2, 4, 8, … below a number of answers, and that number; none for single answers. */
function answersCounted(most: number): number[] {
  const counts: number[] = [];
  if (!Number.isFinite(most)) return counts;
  for (let k = 2; k < most; k *= 2) counts.push(k);
  return most > 1 ? [...counts, most] : counts;
}

/** Each scorer's figures over the answers that it judged, with a bootstrap over problems. */
function scoresOf(
  samples: readonly SampleRecord[],
  scorers: Scorers,
): Pick<BenchmarkSummary, 'scores'> {
  const scores = [...groupBy(samples, ({ scorer }) => scorer)].sort(byName).map(([id, own]) => {
    const scorer = scorers.get(id);
    if (!scorer?.aggregate) return {};
    return bootstrapFigures(problemsOf(own), scorer.aggregate, createRandom('scores').fork(id));
  });
  const all = Object.assign({}, ...scores);
  return Object.keys(all).length === 0 ? {} : { scores: all };
}

function byGroup(samples: readonly SampleRecord[]): BenchmarkSummary['by_group'] {
  const names = [...new Set(samples.flatMap((sample) => Object.keys(sample.groups)))].sort();
  return Object.fromEntries(
    names.map((name) => {
      const having = samples.filter((sample) => name in sample.groups);
      const values = [...groupBy(having, (sample) => sample.groups[name] as string | number)];
      values.sort(([a], [b]) => compareValues(a, b));
      return [
        name,
        Object.fromEntries(
          values.map(([value, own]) => [String(value), accuracyOf(own, `${name}=${value}`)]),
        ),
      ];
    }),
  );
}

function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** Numbers by size, before texts. */
function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a) < String(b) ? -1 : 1;
}
