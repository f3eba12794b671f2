export {
  type ComparedRun,
  type CompareOptions,
  type Comparison,
  compareRuns,
} from './compare-runs.js';
export {
  type BenchmarkComparison,
  type Both,
  compareSamples,
  type ScoreComparison,
} from './compare-samples.js';
export { evaluate } from './evaluate.js';
export { type BenchmarkProblems, type EvaluateOptions, repeatSeeds } from './evaluate-options.js';
export {
  measureThroughput,
  type ThroughputModel,
  type ThroughputOptions,
  type ThroughputRow,
  type TimedCall,
} from './measure-throughput.js';
export {
  type LikelihoodModel,
  type PerplexityOptions,
  type PerplexityResult,
  perplexity,
  perplexityOfTraces,
  type ScoringOptions,
  type TraceIds,
} from './perplexity.js';
export { readRun, type StoredRun } from './read-run.js';
export { type RescoreOptions, rescore } from './rescore.js';
export { readSamples } from './run/read-samples.js';
export type { RunBenchmark, RunFile } from './run/run-file.js';
export type { RunScorer } from './run/run-scorer.js';
export type { SampleLine } from './run/sample-line.js';
export type { SampleRecord } from './sample-record.js';
export { type SampleFilter, type SelectedSample, selectSamples } from './select-samples.js';
export {
  bootstrapFigures,
  type FigureEstimate,
  type Figures,
} from './statistics/bootstrap-figures.js';
export {
  type BootstrapRatio,
  bootstrapRatio,
  type Cluster,
  type Interval,
} from './statistics/cluster-bootstrap.js';
export { type DropClass, dropClass } from './statistics/drop-class.js';
export { type Equivalence, equivalence } from './statistics/equivalence.js';
export { countFlips, type Flips } from './statistics/flips.js';
export { holm } from './statistics/holm.js';
export { majorityAtK, type Votes } from './statistics/majority-at-k.js';
export { mcnemar } from './statistics/mcnemar.js';
export { mean, median, sampleDeviation } from './statistics/mean-and-deviation.js';
export { passAtK } from './statistics/pass-at-k.js';
export { wilsonInterval } from './statistics/wilson-interval.js';
export {
  type AccuracySummary,
  type BenchmarkSummary,
  type RepeatsSummary,
  type RunSummary,
  type ShareEstimate,
  summarize,
} from './summarize.js';
export { hashText, wikitextRows } from './wikitext-rows.js';
