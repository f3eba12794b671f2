import { stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { type HubOptions, openDatasetFile, parseDatasetFile } from '@thinkbits/checkpoint/node';
import { nearestName, ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationEntry } from './calibration-entry.js';
import { calibrationRows, readText } from './calibration-rows.js';
import { type CalibrationSource, calibrationSources } from './calibration-sources.js';
import { readCalibrationFile } from './read-calibration-file.js';

/** Calibration text and how much of it `windows` joins. */
export interface CalibrationTexts {
  readonly entries: readonly CalibrationEntry[];
  /** All where absent. */
  readonly joined?: number;
}

/** What a source says: a corpus by name, perhaps from a file; or a file; or a file of a hub data set. */
interface ParsedSource {
  readonly name?: string;
  readonly path?: string;
  readonly hub?: { readonly dataset: string; readonly file: string };
}

function parse(source: string): ParsedSource {
  const [before, ...rest] = source.split('=') as [string, ...string[]];
  if (Object.hasOwn(calibrationSources, before)) {
    return rest.length > 0 ? { name: before, path: rest.join('=') } : { name: before };
  }
  const hub = parseDatasetFile(source);
  return hub ? { hub } : { path: source };
}

/**
 * A source as a checkpoint records it: a name or a hub file as it is, a path by its last part. The text
 * itself is told by its hash.
 */
export function portableSource(source: string): string {
  const { name, path } = parse(source);
  if (path === undefined) return source;
  const last = basename(path.replaceAll('\\', '/'));
  return name === undefined ? last : `${name}=${last}`;
}

async function readNamed(
  source: CalibrationSource,
  path: string,
): Promise<readonly CalibrationEntry[]> {
  const rows = calibrationRows(path);
  const entries: CalibrationEntry[] = [];
  if (rows) {
    for await (const row of rows) entries.push(source.entry(row));
    return entries;
  }
  if (!source.lines) return readCalibrationFile(path);
  const lines = (await readText(path)).replace(/\n$/, '').split('\n');
  return lines.map((text, index) => source.entry({ row: { text }, what: `line ${index + 1}` }));
}

function unknown(source: string): ThinkbitsError {
  const names = Object.keys(calibrationSources);
  const near = nearestName(source, names);
  return new ThinkbitsError({
    code: 'calibration/unknown-source',
    message: `There is no calibration text "${source}": no such file, and no name of a corpus.`,
    help: `${near ? `Did you mean "${near}"? ` : ''}Give a file, a hub data set as OWNER/NAME:FILE, or one of ${names.join(', ')} (also NAME=FILE).`,
    details: { source },
  });
}

/**
 * Finds and reads calibration text.
 * @param source a corpus by name (`wikitext-2`), from the hub or from a file of one's own
 *   (`wikitext-2=wiki.train.raw`); a file; or `owner/name[@revision]:FILE` of a hub data set
 * @param options `directory`: what relative paths start from, the process's own where absent
 * @throws ThinkbitsError `calibration/unknown-source`, `calibration/self-generated`, and what downloading
 *   and reading throw
 */
export async function readCalibrationSource(
  source: string,
  options: HubOptions & { readonly directory?: string } = {},
): Promise<CalibrationTexts> {
  const { name, path, hub } = parse(source);
  const local = (file: string) => resolve(options.directory ?? '.', file);
  if (hub) {
    const file = await openDatasetFile(hub.dataset, hub.file, options);
    return { entries: await readCalibrationFile(file) };
  }
  const corpus = name === undefined ? undefined : calibrationSources[name];
  if (!corpus) {
    const file = local(path as string);
    if (!(await stat(file).catch(() => undefined))) throw unknown(source);
    return { entries: await readCalibrationFile(file) };
  }
  if (path === undefined && !corpus.hub) {
    throw new ThinkbitsError({
      code: 'calibration/self-generated',
      category: 'usage',
      message: `"${source}" is ${corpus.title}: no file has it but yours.`,
      help: corpus.help ?? `Name a file: ${source}=FILE.`,
    });
  }
  const file =
    path === undefined && corpus.hub
      ? await openDatasetFile(corpus.hub.dataset, corpus.hub.file, options)
      : local(path as string);
  const entries = await readNamed(corpus, file);
  return { entries, ...(corpus.joined !== undefined && { joined: corpus.joined }) };
}
