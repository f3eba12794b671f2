import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { smallModel } from '../__fixtures__/small-model.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { createPortableSha256 } from '../hash-checkpoint.js';
import { memoryFiles } from '../memory-files.js';
import { openCheckpoint } from '../open-checkpoint.js';
import { createNodeSha256, folderFiles } from './folder-files.js';

async function writeFiles(files: {
  readonly [name: string]: Uint8Array | string;
}): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

test('a folder reads like the same files in memory', async () => {
  const folder = await openCheckpoint(folderFiles(await writeFiles(smallModel)));
  const memory = await openCheckpoint(memoryFiles(smallModel));
  expect(await folder.hash()).toBe(await memory.hash());
  expect(await folder.readFloat('c.f32')).toEqual(await memory.readFloat('c.f32'));
  await folder.close();
});

test('lists its own files, without hidden ones', async () => {
  const folder = await writeFiles({ b: '1', a: '2', 'deep/c': '3', '.lock-x': '', '.cache/a': '' });
  expect(await folderFiles(folder).list()).toEqual(['a', 'b']);
});

test('reads byte ranges, and as much as there is at the end', async () => {
  const files = folderFiles(await writeFiles({ a: '0123456789' }));
  const text = async (offset: number, length: number) =>
    new TextDecoder().decode(await files.read('a', offset, length));
  expect(await Promise.all([text(0, 3), text(7, 3), text(8, 5), text(20, 1)])).toEqual([
    '012',
    '789',
    '89',
    '',
  ]);
  expect(await files.size('a')).toBe(10);
  await files.close?.();
});

test('reads more files than it keeps open, at once and again', async () => {
  const names = Array.from({ length: 80 }, (_, index) => `f${index}`);
  const files = folderFiles(
    await writeFiles(Object.fromEntries(names.map((name) => [name, name]))),
  );
  const read = async (name: string) =>
    new TextDecoder().decode(await files.read(name, 0, name.length));
  expect(await Promise.all([...names, ...names].map(read))).toEqual([...names, ...names]);
  await files.close?.();
});

test('a missing file is answered with the nearest name', async () => {
  const files = folderFiles(await writeFiles({ 'config.json': '{}' }));
  const calls = [() => files.size('confg.json'), () => files.read('confg.json', 0, 1)];
  for (const call of calls) {
    const error = await errorOf(call());
    expect(error.code).toBe('source/no-file');
    expect(error.help).toContain('config.json');
  }
});

test('never leaves the folder', async () => {
  const folder = await writeFiles({ a: '1' });
  for (const name of ['../a', '/etc/passwd', 'x/../../a', '']) {
    expect((await errorOf(folderFiles(folder).read(name, 0, 1))).code).toBe(
      'checkpoint/unsafe-path',
    );
  }
});

test('a folder that is not there is an error', async () => {
  const error = await errorOf(folderFiles(join(await temporaryFolder(), 'none')).list());
  expect(error.code).toBe('source/unreadable');
});

test('reading after closing is an error', async () => {
  const files = folderFiles(await writeFiles({ a: '1' }));
  await files.read('a', 0, 1);
  await files.close?.();
  expect((await errorOf(files.read('a', 0, 1))).code).toBe('source/closed');
});

test('both hashes are SHA-256', () => {
  for (const create of [createNodeSha256, createPortableSha256]) {
    const hash = create();
    hash.update(new TextEncoder().encode('a'));
    hash.update(new TextEncoder().encode('bc'));
    expect(hash.digest()).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  }
});
