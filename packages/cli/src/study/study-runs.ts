import { completeRecipe, type Recipe, ThinkbitsError } from '@thinkbits/spec';
import { withCalibration } from '../calibration/with-calibration.js';
import { resolvePipeline } from '../resolve/quantizer.js';
import { completeNamedRecipe, resolveRecipe } from '../resolve/recipe.js';
import type {
  StudyBenchmark,
  StudyCalibration,
  StudyCell,
  StudyFile,
  StudyRecipe,
  StudySampling,
  StudyText,
} from './study-file.js';

/** One run of a study: a model with a recipe on a benchmark. */
export interface StudyRun {
  readonly model: string;
  readonly recipe: { readonly name: string; readonly recipe: Recipe };
  readonly benchmark: StudyBenchmark;
  /** Undefined = all problems. */
  readonly limit: number | undefined;
  readonly seeds: readonly number[];
  readonly sampling: StudySampling;
  /** Texts whose perplexity is measured with this model and recipe. */
  readonly texts: readonly StudyText[];
}

const float = { name: 'none', recipe: completeRecipe({}) };
const defaultSeeds = [42];

/** Names a run and what is made for it; equal names mean the same thing. */
export function runKey({ model, recipe, benchmark }: StudyRun): string {
  return JSON.stringify([model, recipe.name, benchmark.name]);
}

/** A file name that a person can read. */
export function slug(...parts: readonly string[]): string {
  return parts.map((part) => part.replace(/[^\w.-]+/g, '-').replace(/^[-.]+|-+$/g, '')).join('--');
}

function conflict(run: StudyRun, what: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'study/conflicting-cells',
    message: `Two cells ask for ${run.model} with ${run.recipe.name} on ${run.benchmark.name} with different ${what}.`,
    help: 'Give cells that share a model and a benchmark the same settings: quantized and float answers are paired.',
    details: { model: run.model, recipe: run.recipe.name, benchmark: run.benchmark.name },
  });
}

/** The run that serves both: the longer limit and the longer list of seeds, all else equal. */
function merge(a: StudyRun, b: StudyRun): StudyRun {
  const same = (x: unknown, y: unknown) => JSON.stringify(x) === JSON.stringify(y);
  if (!same(a.recipe.recipe, b.recipe.recipe)) throw conflict(a, 'recipes of that name');
  if (!same(a.benchmark, b.benchmark)) throw conflict(a, 'data or options of it or its scorer');
  if (!same(sorted(a.sampling), sorted(b.sampling))) throw conflict(a, 'sampling');
  const texts = [...a.texts, ...b.texts.filter((text) => !a.texts.some((own) => same(own, text)))];
  if (new Set(texts.map(({ name }) => name)).size < texts.length)
    throw conflict(a, 'texts of one name');
  const [short, long] = a.seeds.length <= b.seeds.length ? [a.seeds, b.seeds] : [b.seeds, a.seeds];
  if (!same(short, long.slice(0, short.length))) throw conflict(a, 'seeds');
  const limits = [a.limit, b.limit];
  const limit = limits.includes(undefined) ? undefined : Math.max(...(limits as number[]));
  return { ...a, seeds: long, limit, texts };
}

function sorted(sampling: StudySampling): unknown {
  return Object.entries(sampling).sort(([x], [y]) => (x < y ? -1 : 1));
}

/** A recipe, with the cell's calibration text where a stage has to see some and the recipe names none. */
async function readRecipe(
  given: StudyRecipe,
  directory: string,
  calibration: StudyCalibration | undefined,
) {
  const { name, recipe } =
    typeof given === 'string'
      ? await resolveRecipe(given, directory)
      : { name: given.name, recipe: await completeNamedRecipe(given.recipe, directory) };
  if (calibration === undefined || recipe.calibration?.source !== undefined)
    return { name, recipe };
  const pipeline = await resolvePipeline(recipe, directory);
  const sees = pipeline.some(({ needs }) => needs.calibration !== 'none');
  if (!sees) return { name, recipe };
  const { source, ...cut } =
    typeof calibration === 'string' ? { source: calibration } : calibration;
  return { name, recipe: await withCalibration(recipe, source, cut) };
}

async function cellRuns(cell: StudyCell, directory: string): Promise<StudyRun[]> {
  const { limit, seeds = defaultSeeds, sampling = {}, texts = [] } = cell;
  const given = await Promise.all(
    cell.recipes.map((recipe) => readRecipe(recipe, directory, cell.calibration)),
  );
  const recipes = [float, ...given.filter(({ name }) => name !== float.name)];
  return cell.models.flatMap((model) =>
    recipes.flatMap((recipe) =>
      cell.benchmarks.map((named) => ({
        model,
        recipe,
        benchmark: typeof named === 'string' ? { name: named } : named,
        limit,
        seeds,
        sampling,
        texts,
      })),
    ),
  );
}

/**
 * The runs of a study: each cell's product, and the float model of each as baseline; what several cells ask for is done once.
 * Models and recipes keep the order of the file, the float model first.
 * @throws ThinkbitsError `study/conflicting-cells`, and those of recipes
 */
export async function studyRuns(study: StudyFile, directory: string): Promise<StudyRun[]> {
  const runs = new Map<string, StudyRun>();
  for (const cell of study.cells) {
    for (const run of await cellRuns(cell, directory)) {
      const before = runs.get(runKey(run));
      runs.set(runKey(run), before ? merge(before, run) : run);
    }
  }
  return [...runs.values()];
}

/** The study with what it leaves out spelled out: seeds, and the float model of each cell. */
export function completeStudy(study: StudyFile): StudyFile {
  return {
    ...study,
    title: study.title ?? study.name,
    cells: study.cells.map((cell) => ({
      ...cell,
      recipes: [float.name, ...cell.recipes.filter((recipe) => recipe !== float.name)],
      seeds: cell.seeds ?? defaultSeeds,
    })),
  };
}
