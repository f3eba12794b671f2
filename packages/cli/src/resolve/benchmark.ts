import type { Benchmark } from '@thinkbits/spec';
import { parseJsonLines } from '@thinkbits/validation';
import { readText } from './read-text.js';
import { resolvePackage } from './resolve-package.js';

/** The benchmark of a name. */
export async function resolveBenchmark(name: string, directory: string): Promise<Benchmark> {
  return (await resolvePackage(name, 'benchmark', directory)) as Benchmark;
}

/** Rows of a `--data` file: JSON lines in the benchmark's own schema. */
export async function readRows(file: string, directory: string): Promise<unknown[]> {
  const content = await readText(file, directory, {
    code: 'data/not-found',
    what: 'data file',
    help: "Name a JSON-lines file in the benchmark's row schema.",
  });
  return parseJsonLines(content, file);
}
