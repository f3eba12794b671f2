import { type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { type BenchmarkComparison, compareSamples } from './compare-samples.js';
import { readRun, type StoredRun } from './read-run.js';
import { identityOf, listDifferences, type RunFile } from './run/run-file.js';
import { holm } from './statistics/holm.js';

/** Options of {@link compareRuns}. */
export interface CompareOptions {
  /**
   * Accuracies count as the same within this share, for example 0.01; 0.01 unless given (the
   * paper's "lossless").
   */
  readonly margin?: number;
  /** Finds scorers by id, for their figures over a whole data set; those are left out where it finds none. */
  readonly findScorer?: (id: string) => Promise<Pick<Scorer, 'aggregate'> | undefined>;
}

/** One side of a comparison. */
export interface ComparedRun {
  readonly directory: string;
  readonly model: RunFile['model'];
  readonly recipe: RunFile['recipe'];
}

/** What two runs on the same problems say of each other. A is the reference, as a rule the float model. */
export interface Comparison {
  readonly a: ComparedRun;
  readonly b: ComparedRun;
  readonly benchmarks: { readonly [benchmark: string]: BenchmarkComparison };
  /**
   * What differs between the runs besides model and recipe: sampling, limits, seeds, engine,
   * backend, who judged. A difference in accuracy may come from there.
   */
  readonly also_differs: readonly string[];
}

/**
 * Compares two run directories, sample against sample of the same problem and repeat; reads them
 * and changes nothing. Runs that are not finished are compared on what both have; `pairs` and
 * `unpaired` say how much that is.
 *
 * @throws ThinkbitsError `run/not-a-run`, `run/corrupt-line`, `compare/no-common-benchmark`,
 *   `compare/different-data`, `compare/no-pairs`, `compare/bad-margin`
 */
export async function compareRuns(
  directoryA: string,
  directoryB: string,
  { margin = 0.01, findScorer }: CompareOptions = {},
): Promise<Comparison> {
  if (!(margin > 0 && margin < 1)) {
    throw new ThinkbitsError({
      code: 'compare/bad-margin',
      category: 'usage',
      message: `The margin is ${margin}; it must lie between 0 and 1.`,
      help: 'Give a share, for example 0.01 for one point.',
    });
  }
  const [a, b] = await Promise.all([readRun(directoryA), readRun(directoryB)]);
  const common = commonBenchmarks(a, b);
  const scorers = new Map<string, Pick<Scorer, 'aggregate'>>();
  for (const id of new Set(a.samples.map(({ scorer }) => scorer))) {
    const scorer = await findScorer?.(id);
    if (scorer) scorers.set(id, scorer);
  }
  const comparisons = common.map((id) =>
    compareSamples(id, samplesOf(a, id), samplesOf(b, id), margin, scorers),
  );
  const adjusted = holm(comparisons.map(({ mcnemar }) => mcnemar.p));
  return {
    a: compared(a),
    b: compared(b),
    benchmarks: Object.fromEntries(
      comparisons.map((comparison, index) => [
        common[index] as string,
        { ...comparison, mcnemar: { ...comparison.mcnemar, p_holm: adjusted[index] as number } },
      ]),
    ),
    also_differs: alsoDiffers(a, b, common),
  };
}

function samplesOf({ samples }: StoredRun, benchmark: string): StoredRun['samples'] {
  return samples.filter((sample) => sample.benchmark === benchmark);
}

function compared({ directory, run: { model, recipe } }: StoredRun): ComparedRun {
  return { directory, model, recipe };
}

function commonBenchmarks(a: StoredRun, b: StoredRun): string[] {
  const common: string[] = [];
  for (const { id, data_hash } of a.run.benchmarks) {
    const other = b.run.benchmarks.find((benchmark) => benchmark.id === id);
    if (!other) continue;
    if (other.data_hash !== data_hash) {
      throw new ThinkbitsError({
        code: 'compare/different-data',
        message: `The data of ${id} differ: ${a.directory} has ${data_hash}, ${b.directory} ${other.data_hash}.`,
        help: 'Evaluate both models on the same data: only equal problems can be paired.',
      });
    }
    common.push(id);
  }
  if (common.length > 0) return common.sort();
  const names = ({ run, directory }: StoredRun) =>
    `${directory} has ${run.benchmarks.map(({ id }) => id).join(', ')}`;
  throw new ThinkbitsError({
    code: 'compare/no-common-benchmark',
    message: `The runs have no benchmark in common: ${names(a)}; ${names(b)}.`,
    help: 'Give two runs of the same benchmark.',
  });
}

function alsoDiffers(a: StoredRun, b: StoredRun, common: readonly string[]): string[] {
  const setting = ({ run, samples }: StoredRun) => {
    const { engine, benchmarks } = identityOf(run);
    const asked = benchmarks.filter(({ id }) => common.includes(id)).map((each) => [each.id, each]);
    const judges = new Set(
      samples.flatMap(({ benchmark, scorer }) => (common.includes(benchmark) ? [scorer] : [])),
    );
    const judged = run.scorers?.filter(({ id }) => judges.has(id)).map((each) => [each.id, each]);
    const scorers = judged ? Object.fromEntries(judged) : 'not recorded';
    return { engine, seeds: run.seeds, scorers, benchmarks: Object.fromEntries(asked) };
  };
  return listDifferences(setting(a), setting(b)).map(
    ({ path, first, second }) => `${path}: ${JSON.stringify(first)} and ${JSON.stringify(second)}`,
  );
}
