import { join } from 'node:path';
import {
  type BenchmarkComparison,
  type BenchmarkSummary,
  compareRuns,
  readRun,
  type SampleRecord,
  summarize,
} from '@thinkbits/evaluate';
import type { Interval, StudyMemory, StudyRow } from '@thinkbits/report';
import { type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { type Measurements, readMeasurements } from '../evaluation/measurements.js';
import { hashFile } from './hash-file.js';
import { bitsOf } from './labels.js';
import { pickSamples, type ShownOfSample } from './pick-samples.js';
import type { StudyRun } from './study-runs.js';

/** Where a row's figures come from. */
export interface RowSource {
  readonly run: StudyRun;
  readonly label: string;
  readonly modelId: string;
  /** Of the run. */
  readonly directory: string;
  /** Of the run, seen from the folder of the study. */
  readonly place: string;
  /** Of the float run of the same model and benchmark; absent for that run itself. */
  readonly floatDirectory?: string;
  readonly show: ShownOfSample;
  /** Those that judged, for their figures over the whole data set. */
  readonly scorers: ReadonlyMap<string, Scorer>;
  /** By the name of the text. */
  readonly perplexity?: StudyRow['perplexity'];
}

const mean = (values: readonly number[]) =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** The quantile of ascending values, linear between neighbours. */
function quantile(ascending: readonly number[], probability: number): number {
  const at = (ascending.length - 1) * probability;
  const [low, high] = [ascending[Math.floor(at)] as number, ascending[Math.ceil(at)] as number];
  return low + (high - low) * (at - Math.floor(at));
}

function tokenQuantiles(samples: readonly SampleRecord[]) {
  const lengths = samples.map(({ completion_tokens }) => completion_tokens).sort((a, b) => a - b);
  const at = (probability: number) => quantile(lengths, probability);
  return { p05: at(0.05), p25: at(0.25), p50: at(0.5), p75: at(0.75), p95: at(0.95) };
}

function byGroup(summary: BenchmarkSummary): StudyRow['by_group'] {
  return Object.fromEntries(
    Object.entries(summary.by_group).map(([group, values]) => [
      group,
      Object.fromEntries(
        Object.entries(values).flatMap(([value, { accuracy, problems }]) =>
          accuracy === null ? [] : [[value, { accuracy, problems }]],
        ),
      ),
    ]),
  );
}

function memoryOf(measurements: Measurements | undefined): StudyMemory | null {
  const memory = measurements?.memory;
  if (!memory) return null;
  const kv = memory.kvBytesPerToken as { readonly float: number; readonly packed: number };
  return {
    weights_held_bytes: memory.heldBytes as number,
    weights_packed_bytes: memory.packedBytes as number,
    weights_float_bytes: memory.floatBytes as number,
    kv_bytes_per_token: { held: kv.packed, packed: kv.packed, float: kv.float },
  };
}

/** A percentile interval may miss its own estimate by a hair; a figure lies within its interval. */
function holding([low, high]: Interval, figure: number): Interval {
  return [Math.min(low, figure), Math.max(high, figure)];
}

function paired(comparison: BenchmarkComparison | undefined) {
  if (!comparison) return { drop: null, flips: null, tokens_ratio: null };
  const { drop: points, drop_interval95, drop_class, flips, completion_tokens } = comparison;
  return {
    drop: { points, interval95: holding(drop_interval95, points), class: drop_class },
    flips: { right_to_wrong: flips.correct_to_wrong, wrong_to_right: flips.wrong_to_correct },
    tokens_ratio: completion_tokens.ratio,
  };
}

/** The row of one run, from what lies in its directory. */
export async function studyRow(source: RowSource, benchmarkId: string): Promise<StudyRow> {
  const { run, directory, floatDirectory } = source;
  const stored = await readRun(directory);
  const answered = stored.samples.filter(({ finish_reason }) => finish_reason !== 'error');
  const summary = summarize(stored.samples, source.scorers)[benchmarkId];
  if (!summary || summary.accuracy === null || summary.interval95 === null) {
    throw new ThinkbitsError({
      code: 'study/nothing-answered',
      category: 'machine',
      message: `${directory} holds no answers.`,
      help: 'Run the same study again.',
    });
  }
  const comparison =
    floatDirectory === undefined
      ? undefined
      : (await compareRuns(floatDirectory, directory)).benchmarks[benchmarkId];
  const measurements = await readMeasurements(directory);
  const tokens = (correct: boolean) =>
    mean(answered.filter((s) => s.correct === correct).map((s) => s.completion_tokens));
  const present = new Set(stored.samples.map((s) => JSON.stringify([s.problem, s.repeat])));
  return {
    model: source.modelId,
    recipe: run.recipe.name,
    label: source.label,
    ...bitsOf(run.recipe.recipe),
    benchmark: benchmarkId,
    problems: summary.problems,
    repeats: summary.repeats,
    accuracy: summary.accuracy,
    interval95: holding(summary.interval95, summary.accuracy),
    std_over_repeats: summary.std_over_repeats,
    ...paired(comparison),
    mean_completion_tokens: summary.mean_completion_tokens ?? 0,
    tokens_when_right: tokens(true),
    tokens_when_wrong: tokens(false),
    token_quantiles: tokenQuantiles(answered),
    truncated_share: summary.truncated_share ?? 0,
    unparsed_share: summary.unparsed_share ?? 0,
    by_group: byGroup(summary),
    ...(summary.scores && { scores: summary.scores }),
    ...(source.perplexity && { perplexity: source.perplexity }),
    memory: memoryOf(measurements),
    tokens_per_second:
      measurements && measurements.seconds > 0 ? measurements.tokens / measurements.seconds : null,
    run: source.place,
    run_hash: await hashFile(join(directory, 'samples.jsonl')),
    samples: await pickSamples(
      directory,
      floatDirectory,
      ({ problem, repeat }) => present.has(JSON.stringify([problem, repeat])),
      source.show,
    ),
  };
}
