import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeZip, type ZipInput } from '../testing/make-zip.js';
import { unpackWheel } from './unpack-wheel.js';

let folder = '';
const write = (files: readonly ZipInput[], change = (zip: Buffer) => zip): string => {
  const path = join(folder, 'one.whl');
  writeFileSync(path, change(makeZip(files)));
  return path;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thinkbits wheel '));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('unpacks what is wanted: deflated, stored, empty, executable', async () => {
  const wheel = write([
    { name: 'a/large.h', content: 'abc'.repeat(5000) },
    { name: 'a/stored', content: 'as it is', stored: true, executable: true },
    { name: 'a/empty', content: '', stored: true },
    { name: 'b/unwanted', content: 'x' },
  ]);
  const to = join(folder, 'out');
  expect(await unpackWheel(wheel, to, (name) => name.startsWith('a/'))).toBe(3);
  expect(readFileSync(join(to, 'a/large.h'), 'utf8')).toBe('abc'.repeat(5000));
  expect(readFileSync(join(to, 'a/stored'), 'utf8')).toBe('as it is');
  expect(statSync(join(to, 'a/stored')).mode & 0o111).not.toBe(0);
  expect(statSync(join(to, 'a/empty')).size).toBe(0);
  expect(() => statSync(join(to, 'b'))).toThrow('ENOENT');
});

it('refuses what is no archive, what is damaged, and members that leave the folder', async () => {
  const all = () => true;
  const one = [{ name: 'a', content: 'text' }];
  const refused = (path: string) =>
    expect(unpackWheel(path, join(folder, 'out'), all)).rejects.toMatchObject({
      code: 'setup/bad-archive',
    });
  await refused(write(one, () => Buffer.from('not an archive')));
  await refused(write(one, (zip) => zip.fill(0, zip.length - 22 - 40, zip.length - 22)));
  await refused(write([{ name: '../outside', content: 'text' }]));
  expect(() => statSync(join(folder, 'outside'))).toThrow('ENOENT');
});
