import { join } from 'node:path';
import type { Scorer } from '@thinkbits/spec';
import type { EngineOptions } from '../engine/prepare-engine.js';
import type { LoadedBenchmark } from '../evaluation/load-benchmarks.js';
import { locateModel } from '../resolve/model.js';
import type { Session } from '../session.js';
import { type StudyRun, slug } from './study-runs.js';

/** A benchmark, and the scorers of its problems going by the options of the study. */
export interface JudgedBenchmark extends LoadedBenchmark {
  readonly scorers: ReadonlyMap<string, Scorer>;
}

/** Everything that the parts of a study share while it runs. */
export interface StudyContext {
  readonly session: Session;
  readonly directory: string;
  readonly runs: readonly StudyRun[];
  /** By {@link benchmarkKey}. */
  readonly benchmarks: ReadonlyMap<string, JudgedBenchmark>;
  readonly engine: EngineOptions;
  /** Whether the report shows questions and answers of confidential benchmarks. */
  readonly showConfidential: boolean;
}

/** Tells benchmarks apart: by name, data, options, and the seed of what they draw. */
export const benchmarkKey = ({ benchmark, seeds }: StudyRun) =>
  JSON.stringify([benchmark, seeds[0]]);
/** The benchmark of a run, loaded. */
export const benchmarkOf = ({ benchmarks }: StudyContext, run: StudyRun) =>
  benchmarks.get(benchmarkKey(run)) as JudgedBenchmark;
/** The name of a model without machine paths. */
export const modelName = (text: string, session: Session) =>
  locateModel(text, session.host.directory).name;

/** Where a run is kept, seen from the folder of the study: `runs/nano--none--chain`. */
export function runPlace(context: StudyContext, run: StudyRun): string {
  const { benchmark } = benchmarkOf(context, run);
  return `runs/${slug(modelName(run.model, context.session), run.recipe.name, benchmark.id)}`;
}

/** Where a run is kept. */
export function runDirectory(context: StudyContext, run: StudyRun): string {
  return join(context.directory, runPlace(context, run));
}

/** Where the perplexity of a model with a recipe over a text is kept. */
export function perplexityFile(context: StudyContext, run: StudyRun, text: string): string {
  const name = slug(modelName(run.model, context.session), run.recipe.name, text);
  return join(context.directory, 'perplexity', `${name}.json`);
}
