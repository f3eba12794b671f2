import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SampleLine } from '../index.js';

export async function temporaryDirectory(): Promise<string> {
  return await mkdtemp(join(tmpdir(), 'thinkbits-evaluate-'));
}

export async function sampleLines(directory: string): Promise<SampleLine[]> {
  const text = await readFile(join(directory, 'samples.jsonl'), 'utf8');
  return text.split('\n').slice(0, -1).map((line) => JSON.parse(line));
}

/**
 * All files of a directory, `seconds` taken out of the samples: what two runs of the same call must
 * have in common.
 */
export async function comparableFiles(directory: string): Promise<{ [name: string]: string }> {
  const files: { [name: string]: string } = {};
  for (const name of (await readdir(directory)).sort()) {
    const text = await readFile(join(directory, name), 'utf8');
    files[name] = text.replaceAll(/"seconds":[-\d.e]+/g, '"seconds":0');
  }
  return files;
}
