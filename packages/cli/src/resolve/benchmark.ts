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

/**
 * The rows of `--data` files, one file after the other, and where each stands: files from where the user stands, or
 * `OWNER/NAME[@REVISION]:FILE` of a hub data set.
 * @throws ThinkbitsError `benchmark/no-rows`, and what reading and downloading throw
 */
export async function readRows(
  files: readonly string[],
  directory: string,
): Promise<Required<Pick<LoadOptions, 'rows' | 'places'>>> {
  const rows: unknown[] = [];
  const places: string[] = [];
  for (const file of files) {
    const hub = parseDatasetFile(file);
    const path = hub ? await openDatasetFile(hub.dataset, hub.file) : resolve(directory, file);
    const read = readDataRows(path, file);
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
