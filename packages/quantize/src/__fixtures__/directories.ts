import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Checkpoint, openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { onTestFinished } from 'vitest';
import { type TinyModel, writeTinyModel } from './tiny-model.js';

/** A directory that is gone after the test. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'thinkbits-quantize-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Opens a folder for the time of a test. */
export async function openFolder(path: string): Promise<Checkpoint> {
  const checkpoint = await openCheckpoint(folderFiles(path));
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

/** A tiny model on disk and a place beside it for a quantized one, for the time of a test. */
export async function tinyFolder(shape: TinyModel = {}) {
  const root = await temporaryDirectory();
  const folder = await writeTinyModel(join(root, 'model'), shape);
  return { root, folder, checkpoint: await openFolder(folder), output: join(root, 'quantized') };
}

/** SHA-256 of every file, hidden ones included, but for the one that holds times. */
export async function fingerprint(path: string): Promise<{ [file: string]: string }> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name !== 'timings.json');
  const hashes = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const file = join(parentPath, name);
      return [file.slice(path.length + 1), createHash('sha256').update(await readFile(file)).digest('hex')] as const;
    }),
  );
  return Object.fromEntries(hashes.sort(([a], [b]) => (a < b ? -1 : 1)));
}
