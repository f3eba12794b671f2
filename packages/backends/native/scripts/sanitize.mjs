#!/usr/bin/env node
/**
 * Runs the addon's tests on a binary with the address and undefined-behaviour sanitizers, which end the process at the first
 * bad access; with --threads on one with the thread sanitizer, which ends it where two threads reach for the same memory without order.
 * Linux with g++; where the sanitizers' libraries are missing it says "skipped: why" and ends with 0.
 *
 * Words after the command choose test files, as vitest's do: `sanitize.mjs addon linear`. All run where there are none.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** Where g++ keeps a library; undefined where it has none. */
function libraryOf(name) {
  const { status, stdout } = spawnSync('g++', [`-print-file-name=${name}`], { encoding: 'utf8' });
  const path = status === 0 ? stdout.trim() : '';
  return isAbsolute(path) && existsSync(path) ? path : undefined;
}

const {
  values: { threads },
  positionals: words,
} = parseArgs({
  options: { threads: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const { sanitize, libraries, environment } = threads
  ? {
      sanitize: 'thread',
      libraries: ['libtsan.so'],
      // Node itself is not compiled for it, so that it does not see what orders Node's own threads
      environment: { TSAN_OPTIONS: 'ignore_noninstrumented_modules=1:halt_on_error=1' },
    }
  : {
      sanitize: 'address,undefined',
      libraries: ['libasan.so', 'libubsan.so'],
      environment: {
        // Node frees nothing at its end; a size that is too large is for the addon to refuse
        ASAN_OPTIONS: 'detect_leaks=0:detect_odr_violation=0:allocator_may_return_null=1',
        UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
      },
    };

/** @param {string} why */
function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(0);
}

const [preloaded, ...others] = libraries.map(libraryOf);
if (process.platform !== 'linux' || !preloaded || others.includes(undefined))
  skip(`g++ with ${libraries.join(' and ')} was not found; they come with gcc on Linux`);
const sanitized = { ...process.env, ...environment, LD_PRELOAD: preloaded };
// the thread sanitizer wants memory in places that some kernels give to others
if (threads && spawnSync(process.execPath, ['-e', ''], { env: sanitized }).status !== 0)
  skip('Node does not start beside the thread sanitizer');

const root = fileURLToPath(new URL('..', import.meta.url));
const workspace = join(root, '..', '..', '..');
const file = threads ? 'thinkbits-threads.node' : 'thinkbits-sanitized.node';
const binary = join(root, 'node_modules', '.cache', file);
const build = fileURLToPath(new URL('./build-addon.mjs', import.meta.url));
// with the kernels for tiles, which run in software where no processor has any
const options = ['--sanitize', sanitize, '--emulate-tiles', '--output', binary];
execFileSync(process.execPath, [build, ...options], { stdio: 'inherit' });

const tests = (words.length > 0 ? words : ['']).map(
  (word) => `packages/backends/native/src/${word}`,
);
const vitest = join(workspace, 'node_modules', 'vitest', 'vitest.mjs');
const { status } = spawnSync(process.execPath, [vitest, 'run', '--pool=forks', ...tests], {
  cwd: workspace,
  stdio: 'inherit',
  env: {
    ...sanitized,
    THINKBITS_NATIVE_BINARY: binary,
    // a tenth of the random shapes: what sanitizers see does not depend on values
    THINKBITS_FEWER_SHAPES: '10',
  },
});
process.exit(status ?? 1);
