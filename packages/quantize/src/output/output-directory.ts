import { readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { manifestFile, parseManifest, type ThinkbitsManifest } from '@thinkbits/checkpoint';
import { lockDirectory, writeFileAtomic } from '@thinkbits/checkpoint/node';
import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';
import { parseJson } from '@thinkbits/validation';
import type { LayerFailurePolicy } from '../quantize-options.js';
import { workDirectory } from './part-record.js';
import { readTextIfThere } from './read-text-if-there.js';
import { finishedDifferences, type RunIdentity, unfinishedDifferences } from './run-identity.js';

const identityFile = join(workDirectory, 'identity.json');

/** Where a checkpoint grows; it is not a model until {@link publish} gives it its name. */
export interface StagingDirectory {
  readonly path: string;
  /** Gives the directory up to another run. What is in it stays. */
  release(): Promise<void>;
}

function refuse(code: string, message: string, help: string, cause?: unknown): never {
  throw new ThinkbitsError({ code, message, help, cause });
}

function refuseOther(path: string, differences: readonly string[]): void {
  if (differences.length === 0) return;
  const [first, ...more] = differences;
  const rest = more.length > 0 ? ` (and ${more.join('; ')})` : '';
  refuse(
    'output/other-identity',
    `${path} is of another request: ${first}${rest}.`,
    'Choose another directory, or delete this one.',
  );
}

/** Names in a directory; none when it is not there. */
async function listIfThere(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return [];
    const what = code === 'ENOTDIR' ? 'is not a directory' : `cannot be read: ${message}`;
    return refuse('output/not-a-directory', `${path} ${what}.`, 'Choose another output.', error);
  }
}

/**
 * What an earlier run left under the final name: the manifest of a finished checkpoint that equals the
 * request, or undefined when nothing is there yet.
 * @throws ThinkbitsError `output/not-a-directory`, `output/not-empty`, `output/other-identity`
 */
export async function findFinished(
  output: string,
  identity: RunIdentity,
  policy: LayerFailurePolicy,
): Promise<ThinkbitsManifest | undefined> {
  const names = await listIfThere(output);
  if (names.length === 0) return undefined;
  const path = join(output, manifestFile);
  const text = await readTextIfThere(path);
  if (text === undefined) {
    return refuse(
      'output/not-empty',
      `${output} is not empty and no quantized checkpoint.`,
      'Choose a new or an empty directory.',
    );
  }
  const manifest = parseManifest(parseJson(text, path) as JsonObject, path);
  refuseOther(output, finishedDifferences(manifest, identity, policy));
  // A run that was killed right after it gave the directory its name leaves this behind.
  await rm(join(output, workDirectory), { recursive: true, force: true });
  return manifest;
}

/**
 * Opens the directory beside the output in which a checkpoint grows, new or as a killed run left it, and
 * locks it.
 * @throws ThinkbitsError `directory/in-use`, `output/not-empty`, `output/other-identity`, `disk/…`
 */
export async function openStaging(
  output: string,
  identity: RunIdentity,
): Promise<StagingDirectory> {
  const path = `${output}.partial`;
  const names = await listIfThere(path);
  if (names.length > 0 && !names.includes(workDirectory)) {
    refuse(
      'output/not-empty',
      `${path} is not empty and no unfinished checkpoint.`,
      'Move it away, or choose another output.',
    );
  }
  // The lock is in the work directory: it goes with it, after the checkpoint has its name.
  const lock = await lockDirectory(join(path, workDirectory));
  try {
    const identityPath = join(path, identityFile);
    const started = await readTextIfThere(identityPath);
    if (started === undefined) {
      await writeFileAtomic(identityPath, `${JSON.stringify(identity)}\n`);
    } else {
      refuseOther(path, unfinishedDifferences(parseJson(started, identityPath), identity));
    }
    return { path, release: () => lock.release() };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Removes a staging directory that turned out not to be needed. */
export async function discardStaging({ path }: StagingDirectory): Promise<void> {
  await rm(path, { recursive: true, force: true });
}

/**
 * Gives a whole checkpoint its name. What killed runs left half-written goes before, what a resumed run
 * needs goes after: whoever comes in between finds either a locked directory or a finished one.
 * @param files the names that belong to the checkpoint
 * @throws ThinkbitsError `output/not-renamed` (machine)
 */
export async function publish(
  { path }: StagingDirectory,
  output: string,
  files: readonly string[],
): Promise<void> {
  try {
    const wanted = new Set([...files, workDirectory]);
    for (const name of await readdir(path)) {
      if (!wanted.has(name)) await rm(join(path, name), { recursive: true, force: true });
    }
    // An empty directory may stand there already, and not every system renames onto one.
    await rmdir(output).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
    await rename(path, output);
  } catch (cause) {
    throw new ThinkbitsError({
      code: 'output/not-renamed',
      category: 'machine',
      message: `${path} is whole and cannot be renamed to ${output}: ${(cause as Error).message}.`,
      help: 'Make way for it and run again: nothing is computed twice.',
      cause,
    });
  }
  await rm(join(output, workDirectory), { recursive: true, force: true });
}
