#!/usr/bin/env node
/**
 * Runs the addon's tests on a binary with the address and undefined-behaviour sanitizers, which end the process at the first
 * bad access. Linux with g++; where the sanitizers' libraries are missing it says "skipped: why" and ends with 0.
 *
 * Words after the command choose test files, as vitest's do: `sanitize.mjs addon linear`. All run where there are none.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where g++ keeps a library; undefined where it has none. */
function libraryOf(name) {
  const { status, stdout } = spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' });
  const path = status === 0 ? stdout.trim() : '';
  return isAbsolute(path) && existsSync(path) ? path : undefined;
}

const address = libraryOf('libasan.so');
const behaviour = libraryOf('libubsan.so');
if (process.platform !== 'linux' || !address || !behaviour) {
  console.log('skipped: g++ with libasan and libubsan was not found; they come with gcc on Linux');
  process.exit(0);
}

const root = fileURLToPath(new URL('..', import.meta.url));
const workspace = join(root, '..', '..', '..');
const binary = join(root, 'node_modules', '.cache', 'thinkbits-sanitized.node');
const build = fileURLToPath(new URL('./build-addon.mjs', import.meta.url));
// with the kernels for tiles, which run in software where no processor has any
const options = ['--sanitize', 'address,undefined', '--emulate-tiles', '--output', binary];
execFileSync(process.execPath, [build, ...options], { stdio: 'inherit' });

const words = process.argv.slice(2);
const tests = (words.length > 0 ? words : ['']).map(
  (word) => `packages/backends/native/src/${word}`,
);
const vitest = join(workspace, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--pool=forks', ...tests], {
  cwd: workspace,
  stdio: 'inherit',
  env: {
    ...process.env,
    THINKBITS_NATIVE_BINARY: binary,
    LD_PRELOAD: address,
    // Node frees nothing at its end; a size that is too large is for the addon to refuse
    ASAN_OPTIONS: 'detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1',
    UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
  },
});
process.exit(status ?? 1);
