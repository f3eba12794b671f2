import { join } from 'node:path';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import { evaluate, hashText } from '@thinkbits/evaluate';
import { quantizeCheckpoint } from '@thinkbits/quantize';
import { renderHtml, renderMarkdown, type StudyModel, type StudyResults } from '@thinkbits/report';
import { completeRecipe, type Json } from '@thinkbits/spec';
import { canonicalJson } from '@thinkbits/validation';
import { findCalibration } from '../calibration/find-calibration.js';
import {
  type EngineOptions,
  type PreparedEngine,
  prepareEngine,
} from '../engine/prepare-engine.js';
import { checkUnsandboxed, loadBenchmark, loadScorers } from '../evaluation/load-benchmarks.js';
import { addMeasurements } from '../evaluation/measurements.js';
import { locateModel, type ModelPlace, openModel } from '../resolve/model.js';
import { resolvePipeline } from '../resolve/quantizer.js';
import type { Session } from '../session.js';
import { packageVersions } from '../versions.js';
import { collectAnswers } from './collect-answers.js';
import { describeBenchmark, describeHost } from './describe-study.js';
import { modelLabel } from './labels.js';
import {
  benchmarkKey,
  benchmarkOf,
  type JudgedBenchmark,
  modelName,
  runDirectory,
  type StudyContext,
} from './study-context.js';
import type { StudyFile } from './study-file.js';
import { measureTexts } from './study-perplexity.js';
import { writeQuestions } from './study-questions.js';
import { buildRows } from './study-rows.js';
import { completeStudy, type StudyRun, slug, studyRuns } from './study-runs.js';

/** What a study left on disk. */
export interface StudyOutcome {
  readonly directory: string;
  readonly results: StudyResults;
  readonly report: string;
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
    const work = quantizeCheckpoint(checkpoint, {
      recipe,
      pipeline,
      output,
      signal,
      calibrationSource: findCalibration(from),
    });
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
  const { session } = context;
  const { scorers, ...benchmark } = benchmarkOf(context, run);
  const { maxTokens, thinkingBudget, ...sampling } = run.sampling;
  const directory = runDirectory(context, run);
  const label = `${modelName(run.model, session)} ${run.recipe.name} ${run.benchmark.name}`;
  try {
    const work = evaluate({
      engine,
      benchmarks: [benchmark],
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
  for (const run of runs) await measureTexts(run, place, prepared.model.hash, context);
  const name = modelName(first.model, session);
  const { hash } = prepared.model;
  return { id: name, label: modelLabel(name), parameters: prepared.info.parameters, hash };
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
 * @param options `command`: how a reader makes the same figures again; `showConfidential`: the report shows questions and
 *   answers of confidential benchmarks, which it leaves out otherwise
 * @throws ThinkbitsError `study/conflicting-cells`, and whatever its parts throw
 */
export async function runStudy(
  study: StudyFile,
  directory: string,
  session: Session,
  options: EngineOptions & {
    readonly command: string;
    readonly showConfidential?: boolean;
    readonly unsandboxed?: boolean;
  },
): Promise<StudyOutcome> {
  const { command, showConfidential = false, unsandboxed, ...engine } = options;
  const from = session.host.directory;
  const runs = await studyRuns(study, from);
  const benchmarks = new Map<string, JudgedBenchmark>();
  for (const run of runs) {
    if (benchmarks.has(benchmarkKey(run))) continue;
    const { name, data, options, scorerOptions } = run.benchmark;
    const request = { data: data === undefined ? undefined : [data].flat(), options };
    const loaded = await loadBenchmark(name, { ...request, seed: run.seeds[0] }, from);
    const rules = { options: scorerOptions, unsandboxed };
    const scorers = await loadScorers([loaded], from, rules);
    benchmarks.set(benchmarkKey(run), { ...loaded, scorers });
  }
  const all = [...benchmarks.values()].flatMap(({ scorers }) => [...scorers.values()]);
  if (unsandboxed) checkUnsandboxed(all);
  const shared = { session, directory, runs, benchmarks, engine };
  const context: StudyContext = { ...shared, showConfidential };

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
  const questions = await writeQuestions(context);
  const { answers } = await collectAnswers(directory, results, questions);
  const report = join(directory, 'report.html');
  await writeFileAtomic(join(directory, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  await writeFileAtomic(report, await renderHtml(results, { answers }));
  await writeFileAtomic(join(directory, 'report.md'), renderMarkdown(results));
  return { directory, results, report };
}
