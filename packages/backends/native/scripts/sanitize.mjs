#!/usr/bin/env node
/**
 * Runs the addon's tests on a binary with the address and undefined-behaviour sanitizers, which end the process at the first
 * bad access. Linux with g++; where the sanitizers' library is missing it says "skipped: why" and ends with 0.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const library = spawnSync('g++', ['-print-file-name=libasan.so'], { encoding: 'utf8' });
if (library.status !== 0 || !existsSync(library.stdout.trim())) {
  console.log('skipped: g++ has no address sanitizer on this machine');
  process.exit(0);
}
const binary = join(root, 'node_modules', '.cache', 'thinkbits-sanitized.node');
const build = fileURLToPath(new URL('./build-addon.mjs', import.meta.url));
execFileSync(process.execPath, [build, '--sanitize', 'address,undefined', '--output', binary], {
  stdio: 'inherit',
});
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--root', '../../..', 'packages/backends/native/', '--pool=forks'],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      THINKBITS_NATIVE_BINARY: binary,
      LD_PRELOAD: library.stdout.trim(),
      ASAN_OPTIONS: 'detect_leaks=0:detect_odr_violation=0',
      UBSAN_OPTIONS: 'halt_on_error=1:print_stacktrace=1',
    },
  },
);
process.exit(status ?? 1);
