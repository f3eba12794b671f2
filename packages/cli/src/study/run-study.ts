import { mkdir } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@thinkbits/checkpoint';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import { evaluate, hashText } from '@thinkbits/evaluate';
import { quantizeCheckpoint } from '@thinkbits/quantize';
import {
  renderHtml,
  renderMarkdown,
  type StudyBenchmark,
  type StudyModel,
  type StudyResults,
  type StudyRow,
} from '@thinkbits/report';
import { completeRecipe, type Json, type Scorer } from '@thinkbits/spec';
import { chooseBackend } from '../choose-backend.js';
import {
  type EngineOptions,
  type PreparedEngine,
  prepareEngine,
} from '../engine/prepare-engine.js';
import { type LoadedBenchmark, loadBenchmark, loadScorers } from '../evaluation/load-benchmarks.js';
import { addMeasurements } from '../evaluation/measurements.js';
import { locateModel, type ModelPlace, openModel } from '../resolve/model.js';
import { resolvePipeline } from '../resolve/quantizer.js';
import type { Session } from '../session.js';
import { packageVersions } from '../versions.js';
import { modelLabel, recipeLabels } from './labels.js';
import { mayShowQuestions } from './pick-samples.js';
import type { StudyFile } from './study-file.js';
import { studyRow } from './study-row.js';
import { completeStudy, type StudyRun, slug, studyRuns } from './study-runs.js';

/** What a study left on disk. */
export interface StudyOutcome {
  readonly directory: string;
  readonly results: StudyResults;
  readonly report: string;
}

/** Everything that the parts of a study share while it runs. */
interface StudyContext {
  readonly session: Session;
  readonly directory: string;
  readonly runs: readonly StudyRun[];
  /** By name and data. */
  readonly benchmarks: ReadonlyMap<string, LoadedBenchmark>;
  readonly scorers: ReadonlyMap<string, Scorer>;
  readonly engine: EngineOptions;
}

const benchmarkKey = ({ benchmark }: StudyRun) => JSON.stringify(benchmark);
const benchmarkOf = ({ benchmarks }: StudyContext, run: StudyRun) =>
  benchmarks.get(benchmarkKey(run)) as LoadedBenchmark;
const modelName = (text: string, session: Session) =>
  locateModel(text, session.host.directory).name;

function runDirectory(context: StudyContext, run: StudyRun): string {
  const { benchmark } = benchmarkOf(context, run);
  const name = slug(modelName(run.model, context.session), run.recipe.name, benchmark.id);
  return join(context.directory, 'runs', name);
}

/** The checkpoint of a model under a recipe: the model's own, or a quantized one that the study keeps. */
async function quantizedPlace(run: StudyRun, context: StudyContext): Promise<ModelPlace> {
  const { session, directory } = context;
  const { signal, directory: from } = session.host;
  const place = locateModel(run.model, from);
  const { name, recipe } = run.recipe;
  if (name === 'none') return place;
  const folder = slug(place.name, name);
  const output = join(directory, 'models', folder);
  const pipeline = await resolvePipeline(recipe, from);
  const checkpoint = await openModel(place, { signal });
  try {
    const work = quantizeCheckpoint(checkpoint, { recipe, pipeline, output, signal });
    await session.follow(work, `quantize ${place.name} ${name}`);
  } finally {
    await checkpoint.close();
  }
  return { kind: 'folder', name: folder, directory: output };
}

async function runOne(
  run: StudyRun,
  { engine, model }: PreparedEngine,
  context: StudyContext,
): Promise<void> {
  const { session, scorers } = context;
  const { maxTokens, thinkingBudget, ...sampling } = run.sampling;
  const directory = runDirectory(context, run);
  const label = `${modelName(run.model, session)} ${run.recipe.name} ${run.benchmark.name}`;
  try {
    const work = evaluate({
      engine,
      benchmarks: [benchmarkOf(context, run)],
      scorers,
      directory,
      model: { id: modelName(run.model, session), hash: model.hash },
      recipe: run.recipe.name === 'none' ? null : run.recipe.recipe,
      seeds: run.seeds,
      sampling,
      versions: packageVersions(),
      signal: session.host.signal,
      ...(maxTokens !== undefined && { maxTokens }),
      ...(thinkingBudget !== undefined && { thinkingBudget }),
      ...(run.limit !== undefined && { limit: run.limit }),
    });
    await session.follow(work, label);
  } finally {
    await addMeasurements(directory, engine.takeUse());
  }
}

/** Runs that share a model and a recipe share an engine. */
async function runGroup(runs: readonly StudyRun[], context: StudyContext): Promise<StudyModel> {
  const [first] = runs as [StudyRun, ...StudyRun[]];
  const { session } = context;
  const requests = Math.max(
    ...runs.map((run) => {
      const { length } = benchmarkOf(context, run).problems.problems;
      return Math.min(length, run.limit ?? length) * run.seeds.length;
    }),
  );
  const place = await quantizedPlace(first, context);
  // The checkpoint says itself what was done to it: nothing is added in memory.
  const job = { place, recipe: completeRecipe({}), requests, ...context.engine };
  const prepared = await prepareEngine(job, session);
  try {
    for (const run of runs) await runOne(run, prepared, context);
  } finally {
    await prepared.engine.dispose();
  }
  const name = modelName(first.model, session);
  const { hash } = prepared.model;
  return { id: name, label: modelLabel(name), parameters: prepared.info.parameters, hash };
}

function describeBenchmark(
  run: StudyRun,
  { benchmark, problems }: LoadedBenchmark,
): StudyBenchmark {
  const { maxTokens, thinkingBudget: _, ...given } = run.sampling;
  const { temperature, topP, topK, minP } = { ...benchmark.defaults.sampling, ...given };
  const filters = [
    topP < 1 && `top-p ${topP}`,
    topK > 0 && `top-k ${topK}`,
    minP > 0 && `min-p ${minP}`,
  ];
  const sampling =
    temperature === 0
      ? 'greedy'
      : [`temperature ${temperature}`, ...filters].filter(Boolean).join(', ');
  return {
    id: benchmark.id,
    title: benchmark.title,
    data_hash: problems.dataHash,
    sampling,
    max_tokens: maxTokens ?? benchmark.defaults.maxTokens,
    seeds: run.seeds,
  };
}

function questionsOf({ benchmark, problems }: LoadedBenchmark): Map<string, string> {
  if (!mayShowQuestions(benchmark.licence)) return new Map();
  return new Map(problems.problems.map(({ id, messages }) => [id, messages.at(-1)?.content ?? '']));
}

async function buildRows(context: StudyContext): Promise<StudyRow[]> {
  const labels = recipeLabels(context.runs.map(({ recipe }) => recipe));
  const rows: StudyRow[] = [];
  for (const run of context.runs) {
    const loaded = benchmarkOf(context, run);
    const float = context.runs.find(
      (other) =>
        other.recipe.name === 'none' &&
        other.model === run.model &&
        other.benchmark.name === run.benchmark.name,
    );
    const source = {
      run,
      label: labels.get(run.recipe.name) as string,
      modelId: modelName(run.model, context.session),
      directory: runDirectory(context, run),
      questions: questionsOf(loaded),
    };
    const floatDirectory = float && float !== run ? runDirectory(context, float) : undefined;
    const { id } = loaded.benchmark;
    rows.push(await studyRow({ ...source, ...(floatDirectory && { floatDirectory }) }, id));
  }
  return rows;
}

/** Groups in the order in which they first appear. */
function grouped<T>(items: readonly T[], key: (item: T) => string): T[][] {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

/**
 * Runs a study: quantizes, evaluates, compares with the float model, and writes the report. Everything that is finished is kept,
 * and the same call goes on where it stood.
 * @param options `command`: how a reader makes the same figures again
 * @throws ThinkbitsError `study/conflicting-cells`, and whatever its parts throw
 */
export async function runStudy(
  study: StudyFile,
  directory: string,
  session: Session,
  options: EngineOptions & { readonly command: string },
): Promise<StudyOutcome> {
  const { command, ...engine } = options;
  const from = session.host.directory;
  const runs = await studyRuns(study, from);
  const benchmarks = new Map<string, LoadedBenchmark>();
  for (const run of runs) {
    const { name, data } = run.benchmark;
    if (!benchmarks.has(benchmarkKey(run))) {
      benchmarks.set(benchmarkKey(run), await loadBenchmark(name, data, from));
    }
  }
  const scorers = await loadScorers([...benchmarks.values()], from);
  const context: StudyContext = { session, directory, runs, benchmarks, scorers, engine };

  await mkdir(directory, { recursive: true });
  const completed = completeStudy(study);
  await writeFileAtomic(join(directory, 'study.json'), `${JSON.stringify(completed, null, 2)}\n`);

  const models = new Map<string, StudyModel>();
  for (const group of grouped(runs, ({ model, recipe }) => JSON.stringify([model, recipe.name]))) {
    const model = await runGroup(group, context);
    if (!models.has(model.id)) models.set(model.id, model); // the float model comes first
  }
  const results: StudyResults = {
    schema_version: 1,
    title: study.title ?? study.name,
    created_from: { command, study_hash: hashText(canonicalJson(completed as unknown as Json)) },
    host: await describeHost(session, engine),
    statistics: {
      interval: 'percentile bootstrap over problems, 95 %',
      paired: 'paired bootstrap over problems, 95 %',
    },
    models: [...models.values()],
    benchmarks: grouped(runs, ({ benchmark }) => benchmark.name).map(([run]) =>
      describeBenchmark(run as StudyRun, benchmarkOf(context, run as StudyRun)),
    ),
    rows: await buildRows(context),
  };
  const report = join(directory, 'report.html');
  await writeFileAtomic(join(directory, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeFileAtomic(report, await renderHtml(results));
  await writeFileAtomic(join(directory, 'report.md'), renderMarkdown(results));
  return { directory, results, report };
}

async function describeHost(
  session: Session,
  { workers }: EngineOptions,
): Promise<StudyResults['host']> {
  const { name } = await chooseBackend(session);
  return {
    processor: cpus()[0]?.model.trim() || 'unknown',
    cores: availableParallelism(),
    backend: name,
    ...(workers !== undefined && { threads: workers }),
    compute: session.options.compute,
    versions: packageVersions(),
  };
}
