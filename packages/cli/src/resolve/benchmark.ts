import { resolve } from 'node:path';
import { openDatasetFile, parseDatasetFile, readDataRows } from '@thinkbits/checkpoint/node';
import { type Benchmark, type LoadOptions, ThinkbitsError } from '@thinkbits/spec';
import { resolvePackage } from './resolve-package.js';

/** The benchmark of a name. */
export async function resolveBenchmark(name: string, directory: string): Promise<Benchmark> {
  return (await resolvePackage(name, 'benchmark', directory)) as Benchmark;
}

function noRows(file: string, why: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'benchmark/no-rows',
    message: `The data file ${file} ${why}.`,
    help: "Name a .jsonl, .json, .csv or .parquet file with rows in the benchmark's row schema.",
    details: { file },
  });
}

/** A `--data` file on this machine: a path from where the user stands, or `OWNER/NAME[@REVISION]:FILE` of a hub data set. */
async function locateData(file: string, directory: string): Promise<string> {
  const hub = parseDatasetFile(file);
  return hub ? await openDatasetFile(hub.dataset, hub.file) : resolve(directory, file);
}

/**
 * The rows of `--data` files, one file after the other, and where each stands.
 * @throws ThinkbitsError `benchmark/no-rows`, and what reading and downloading throw
 */
export async function readRows(
  files: readonly string[],
  directory: string,
): Promise<Required<Pick<LoadOptions, 'rows' | 'places'>>> {
  const rows: unknown[] = [];
  const places: string[] = [];
  for (const file of files) {
    const read = readDataRows(await locateData(file, directory), file);
    if (!read) throw noRows(file, 'is of no known kind');
    const before = rows.length;
    for await (const { place, row } of read) {
      rows.push(row);
      places.push(place);
    }
    if (rows.length === before) throw noRows(file, 'has no rows');
  }
  return { rows, places };
}

/** The files themselves, for a benchmark that reads them. */
export async function locateFiles(
  files: readonly string[],
  directory: string,
): Promise<Required<Pick<LoadOptions, 'files'>>> {
  const located: string[] = [];
  for (const file of files) located.push(await locateData(file, directory));
  return { files: located };
}
