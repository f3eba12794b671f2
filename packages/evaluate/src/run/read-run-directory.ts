import { readFile } from 'node:fs/promises';
import { ThinkbitsError } from '@thinkbits/spec';
import { parseJson, parseJsonLines, validate } from '@thinkbits/validation';
import { runPaths } from './paths.js';
import { type ProblemLine, problemLineSchema } from './problem-line.js';
import { type RunFile, runFileSchema, runSchemaVersion } from './run-file.js';
import { sampleKey } from './sample-key.js';

/** A file's text, or undefined where there is none. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}

/** `run.json` checked against its schema. */
export function parseRunFile(text: string, path: string): RunFile {
  const value = parseJson(text, path) as { readonly schema?: unknown } | null;
  if (typeof value?.schema === 'number' && value.schema > runSchemaVersion) {
    throw new ThinkbitsError({
      code: 'run/newer-schema',
      message: `${path} has schema ${value.schema}; this version reads ${runSchemaVersion}.`,
      help: 'Use the version of Thinkbits that wrote it, or a newer one.',
    });
  }
  return validate<RunFile>(runFileSchema, value, path, { code: 'run/bad-run-file' });
}

/** A cell of a run: a problem asked with a seed. */
export interface PlannedSample {
  readonly key: string;
  readonly benchmark: string;
  readonly problem: ProblemLine;
  readonly repeat: number;
  readonly seed: number;
}

/** What a run directory holds besides answers. */
export interface RunDirectory {
  readonly run: RunFile;
  readonly problems: readonly ProblemLine[];
}

/**
 * Reads `run.json` and `problems.jsonl`.
 * @throws ThinkbitsError `run/not-a-run`, `run/newer-schema`, `run/bad-run-file`
 */
export async function readRunDirectory(directory: string): Promise<RunDirectory> {
  const paths = runPaths(directory);
  const [runText, problemsText] = await Promise.all([
    readTextIfThere(paths.run),
    readTextIfThere(paths.problems),
  ]);
  if (runText === undefined || problemsText === undefined) {
    const absent = runText === undefined ? 'run.json' : 'problems.jsonl';
    throw new ThinkbitsError({
      code: 'run/not-a-run',
      message: `${directory} is not a run directory: it has no ${absent}.`,
      help: 'Give the directory that an evaluation wrote to.',
    });
  }
  const problems = parseJsonLines(problemsText, paths.problems).map((line, index) =>
    validate<ProblemLine>(problemLineSchema, line, `${paths.problems} line ${index + 1}`),
  );
  return { run: parseRunFile(runText, paths.run), problems };
}

/**
 * The samples that a run asks for, repeat by repeat, so that an interrupted run has whole repeats
 * first: the first `limit` problems of each benchmark with each seed.
 */
export function planSamples({ run, problems }: RunDirectory): PlannedSample[] {
  return run.seeds.flatMap((seed, repeat) =>
    run.benchmarks.flatMap((benchmark) => {
      const own = problems.filter((problem) => problem.benchmark === benchmark.id);
      return own.slice(0, benchmark.limit ?? own.length).map((problem) => ({
        key: sampleKey(run, {
          benchmark,
          problem: problem.problem,
          promptHash: problem.prompt_hash,
          seed,
        }),
        benchmark: benchmark.id,
        problem,
        repeat,
        seed,
      }));
    }),
  );
}
