import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.js';
import { writeFileAtomic } from './write-file-atomic.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'thinkbits-folders-'));
});
afterAll(() => rm(directory, { recursive: true }));

it('makes a folder with those that it lies in, once and again, also many times at once', async () => {
  const folder = join(directory, 'a', 'b', 'c');
  await Promise.all(Array.from({ length: 8 }, () => makeFolder(folder)));
  await makeFolder(folder);
  expect(existsSync(folder)).toBe(true);
});

it('fails where a file stands in the way', async () => {
  const file = join(directory, 'file');
  await writeFile(file, '');
  await expect(makeFolder(file)).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(makeFolder(join(file, 'folder'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it.skipIf(!existsSync('/proc/self'))(
  'ends where the system has no place for folders, which Node never does',
  async () => {
    await expect(makeFolder('/proc/thinkbits/folder')).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(writeFileAtomic('/proc/thinkbits/file', 'text')).rejects.toMatchObject({
      code: 'disk/bad-path',
    });
  },
);
