import { rm, stat } from 'node:fs/promises';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import { ThinkbitsError } from '@thinkbits/spec';
import { jsonText } from './json-text.js';
import { runPaths } from './paths.js';
import { parseRunFile, type RunDirectory, readTextIfThere } from './read-run-directory.js';
import { type Difference, identityOf, listDifferences, type RunFile } from './run-file.js';
import { asStored } from './sha256.js';

/**
 * Refuses a directory that holds another run.
 * @returns what the directory holds; undefined where it holds nothing yet
 * @throws ThinkbitsError `run/identity-differs` with every difference; `run/not-a-run` where
 *   samples lie without a run.json
 */
export async function checkRunDirectory(
  directory: string,
  wanted: RunFile,
): Promise<RunFile | undefined> {
  const paths = runPaths(directory);
  const text = await readTextIfThere(paths.run);
  if (text === undefined) {
    // A call killed before it wrote anything may leave an empty file.
    if ((await sizeOf(paths.samples)) === 0) return undefined;
    throw new ThinkbitsError({
      code: 'run/not-a-run',
      message: `${directory} has samples.jsonl but no run.json: nothing says which model gave them.`,
      help: 'Choose another directory, or move samples.jsonl away.',
    });
  }
  const held = parseRunFile(text, paths.run);
  const differences = [
    ...listDifferences(identityOf(held), asStored(identityOf(wanted))),
    ...seedDifferences(held.seeds, wanted.seeds),
  ];
  if (differences.length === 0) return held;
  throw new ThinkbitsError({
    code: 'run/identity-differs',
    category: 'usage',
    message: `${directory} holds another run. What differs:\n${differences.map(describe).join('\n')}`,
    help: 'Choose another directory. Only limit, repeats, batch, workers, threads and scorers may change within one.',
    details: { differences: differences.map(({ path }) => path) },
  });
}

/** Writes what the call asks for. */
export async function writeRunDirectory(
  directory: string,
  { run, problems }: RunDirectory,
): Promise<void> {
  const paths = runPaths(directory);
  // problems.jsonl first: a directory with a run.json is then always a whole one.
  const lines = problems.map((problem) => `${JSON.stringify(problem)}\n`);
  await writeFileAtomic(paths.problems, lines.join(''));
  await writeFileAtomic(paths.run, jsonText(run));
}

/** Takes away a summary that no longer holds. */
export async function removeSummary(directory: string): Promise<void> {
  await rm(runPaths(directory).summary, { force: true });
}

/** More or fewer repeats are fine; another seed for the same repeat is not. */
function seedDifferences(held: readonly number[], wanted: readonly number[]): Difference[] {
  const common = Math.min(held.length, wanted.length);
  const [first, second] = [held.slice(1, common), wanted.slice(1, common)];
  return listDifferences(first, second).map((difference) => ({
    ...difference,
    path: `seeds.${Number(difference.path) + 1}`,
  }));
}

function describe({ path, first, second }: Difference): string {
  const shown = (value: unknown) => (value === undefined ? 'nothing' : JSON.stringify(value));
  return `- ${path}: the directory has ${shown(first)}, this call ${shown(second)}`;
}

async function sizeOf(path: string): Promise<number> {
  return await stat(path).then(
    ({ size }) => size,
    () => 0,
  );
}
