import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { downloadBlob, toDiskError } from '@thinkbits/checkpoint/node';
import { type Progress, throwIfAborted } from '@thinkbits/spec';
import { type IndexOptions, locateWheel, requestIndex } from './package-index.js';
import { setupError } from './setup-error.js';
import { unpackWheel } from './unpack-wheel.js';
import type { Library, Wheel } from './wheels.js';

/** How often a broken connection is taken up again within a call, and how long is waited before, in milliseconds. */
const retries = 4;
const retryPause = 1000;

/** A listener that draws need not see every packet. */
const step = 4e6;

async function download(
  wheel: Wheel,
  path: string,
  options: IndexOptions,
  onProgress: (done: number) => void,
): Promise<void> {
  const located = await locateWheel(wheel, options);
  await downloadBlob({
    label: wheel.file,
    file: {
      path: wheel.file,
      size: wheel.bytes,
      digest: { algorithm: 'sha256', value: wheel.sha256 },
    },
    source: { area: 'setup', name: 'this version of Thinkbits' },
    path,
    request: (offset) =>
      requestIndex(
        located,
        {
          // Sizes and offsets speak of the bytes as they are stored.
          'accept-encoding': 'identity',
          ...(offset > 0 && { range: `bytes=${offset}-` }),
        },
        options,
        [416],
      ),
    onProgress,
    retries,
    retryPause,
    ...(options.signal && { signal: options.signal }),
  });
}

/**
 * Brings a library into the cache: downloads its wheels, each held against its pinned SHA-256, and unpacks what is wanted of
 * them. A call that is broken off leaves what came, and the next goes on there; the folder has its name once it is whole.
 *
 * @returns the folder
 * @throws ThinkbitsError `setup/…`, `disk/…`
 */
export async function fetchLibrary(
  library: Library,
  cache: string,
  options: IndexOptions,
  emit: (event: Progress) => void,
): Promise<string> {
  const { name, what, wheels } = library;
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const partial = join(cache, `${name}.incomplete`);
  const total = wheels.reduce((sum, { bytes }) => sum + bytes, 0);
  emit({ type: 'plan', label: `download ${what}`, total, unit: 'bytes' });
  let finished = 0;
  let told = -step;
  try {
    await mkdir(partial, { recursive: true });
    for (const wheel of wheels) {
      throwIfAborted(options.signal);
      const mark = join(partial, `.${wheel.file}.unpacked`);
      if (!existsSync(mark)) {
        const path = join(cache, wheel.file);
        await download(wheel, path, options, (done) => {
          if (done < wheel.bytes && finished + done < told + step) return;
          told = finished + done;
          emit({ type: 'advance', done: told, total, unit: 'bytes', note: wheel.file });
        });
        if ((await unpackWheel(path, partial, (member) => library.wants(member))) === 0)
          throw setupError(
            'bad-archive',
            `${wheel.file} has none of the files that are wanted of it.`,
            'Report this: the pinned list of files is wrong.',
          );
        await writeFile(mark, '');
        await rm(path);
      }
      finished += wheel.bytes;
    }
    await rename(partial, folder);
  } catch (error) {
    throw toDiskError(error, {
      path: folder,
      bytes: library.unpacked,
      left: 'What came is kept.',
    });
  }
  return folder;
}
