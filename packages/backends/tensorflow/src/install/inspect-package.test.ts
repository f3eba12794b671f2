import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type FoundPackage, findPackageFrom } from './find-package.js';
import { inspectPackage } from './inspect-package.js';
import { explainLoadFailure } from './load-failure.js';

let folder = '';
const name = '@tensorflow/tfjs-node';
const at = (...parts: string[]) =>
  join(folder, 'node_modules', '@tensorflow', 'tfjs-node', ...parts);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'thinkbits inspect '));
  mkdirSync(at('deps', 'lib'), { recursive: true });
  mkdirSync(at('lib', 'napi-v8'), { recursive: true });
  const manifest = { version: '4.22.0', binary: { napi_versions: [3, 8] } };
  writeFileSync(at('package.json'), JSON.stringify(manifest));
});
afterEach(() => rmSync(folder, { recursive: true }));

const failed = () =>
  inspectPackage(findPackageFrom(name, folder) as FoundPackage).filter(({ ok }) => !ok);

it('finds a package in a project', () => {
  expect(findPackageFrom(name, folder)).toEqual({ name, version: '4.22.0', directory: at() });
  expect(findPackageFrom('@tensorflow/tfjs-node-gpu', folder)).toBeUndefined();
});

it('names the remedy for each thing that is missing, without loading anything', () => {
  expect(failed().map(({ what, remedy }) => [what, remedy])).toEqual([
    ['addon', 'thinkbits setup tensorflow'],
    ['library', 'thinkbits setup tensorflow'],
  ]);
  writeFileSync(at('lib', 'napi-v8', 'tfjs_binding.node'), '');
  // Setup links into a cache; somebody emptied it.
  symlinkSync(join(folder, 'gone'), at('deps', 'lib', 'libtensorflow_cc.so.2'));
  expect(failed()).toMatchObject([{ what: 'library', remedy: 'thinkbits setup tensorflow' }]);
  writeFileSync(join(folder, 'gone'), '');
  expect(failed()).toEqual([]);
});

it('refuses another version, whose internals are not known', () => {
  const manifest = { version: '3.9.0', binary: { napi_versions: [3, 8] } };
  writeFileSync(at('package.json'), JSON.stringify(manifest));
  expect(failed()[0]).toMatchObject({
    what: 'package',
    remedy: 'npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0',
  });
});

it.each([
  [
    'libtensorflow.so.2: cannot open shared object file: No such file',
    'thinkbits setup tensorflow',
  ],
  ['libstdc++.so.6: cannot open shared object file: No such file', 'libstdc++.so.6'],
  ["/lib/libm.so.6: version `GLIBC_2.27' not found (required by x)", 'newer system'],
  ['undefined symbol: TFE_Execute', 'thinkbits setup tensorflow --force'],
])('explains a failed load: %s', (message, remedy) => {
  expect(explainLoadFailure(new Error(message), 'thinkbits setup tensorflow').remedy).toContain(
    remedy,
  );
});
