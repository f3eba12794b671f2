#!/usr/bin/env node
/**
 * Proves that a new package works from its first minute: copies the checkout into a temporary folder, writes one package of
 * each kind there with the generator, and holds them to everything that every package is held to. Exit code 1 when one fails.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderOf } from './new-package.mjs';
import { repositoryRoot } from './workspace.mjs';

const copy = mkdtempSync(join(tmpdir(), 'thinkbits-templates-'));

/** Runs one program of the copy; its output is shown when it fails. @param {string} script @param {string[]} parameters */
function run(script, parameters) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], {
    cwd: copy,
    encoding: 'utf8',
  });
  const line = `${script.replace(/^.*node_modules\//, '')} ${parameters.join(' ')}`;
  console.log(`${status === 0 ? 'ok    ' : 'FAILED'} ${line}`);
  if (status === 0) return;
  console.log(stdout, stderr);
  throw new Error(`${line} failed`);
}

try {
  const listed = execFileSync('git', ['ls-files', '-coz', '--exclude-standard'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const deleted = execFileSync('git', ['ls-files', '-dz'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
  });
  const gone = new Set(deleted.split('\0'));
  for (const file of listed.split('\0').filter((name) => name !== '' && !gone.has(name))) {
    mkdirSync(join(copy, dirname(file)), { recursive: true });
    cpSync(join(repositoryRoot, file), join(copy, file));
  }
  const pnpm = join(repositoryRoot, 'tools/node_modules/pnpm/bin/pnpm.cjs');
  run(pnpm, ['install', '--frozen-lockfile', '--prefer-offline']);
  const folders = [];
  for (const kind of /** @type {const} */ (['quantizer', 'benchmark', 'scorer'])) {
    run('tools/new-package.mjs', [kind, 'first-try']);
    folders.push(folderOf(kind, 'first-try'));
  }
  run('node_modules/vitest/vitest.mjs', ['run', ...folders.map((folder) => `${folder}/`)]);
  for (const folder of folders) run('node_modules/typescript/bin/tsc', ['--noEmit', '-p', folder]);
  run('node_modules/@biomejs/biome/bin/biome', ['check', '--error-on-warnings', ...folders]);
  run('tools/check-layers.mjs', []);
  run('tools/check-manifests.mjs', []);
  console.log('templates: a new quantizer, benchmark and scorer pass');
} catch (error) {
  console.log(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(copy, { recursive: true, force: true });
}
