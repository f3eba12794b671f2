#!/usr/bin/env node
/**
 * Compiles native/ for this machine into build/<platform>-<arch>/thinkbits.node, which is loaded before any prebuilt binary.
 *
 * Without a C++ compiler nothing is built and the next backend serves; why is written beside where the binary would be, and
 * `thinkbits doctor` shows it. Options: --if-missing builds only where neither a binary that is there, whatever its age, nor the
 * prebuilt one of the platform loads; --sanitize address,undefined; --output FILE; --emulate-tiles has the set `amx` in software
 * (native/tile-registers.h), to test it where no processor has it: for no other use.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileAddon, sources } from './compile-addon.mjs';

const { values } = parseArgs({
  options: {
    sanitize: { type: 'string' },
    output: { type: 'string' },
    'if-missing': { type: 'boolean' },
    'emulate-tiles': { type: 'boolean', default: false },
  },
});
const { platform, arch } = process;
const scripts = fileURLToPath(new URL('.', import.meta.url));
const folder = join(scripts, '..', 'build', `${platform}-${arch}`);
const output = values.output ?? join(folder, 'thinkbits.node');
const prebuilt = `@thinkbits/backend-native-${platform}-${arch}/thinkbits.node`;

const compilers = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
const compiler = compilers.find((name) => spawnSync(name, ['--version']).status === 0);

/** Whether an addon loads, in a process of its own: whatever happens to that, the installation goes on. @param {string} name */
const loads = (name) => {
  try {
    const file = createRequire(import.meta.url).resolve(name);
    return spawnSync(process.execPath, ['-e', 'require(process.argv[1])', file]).status === 0;
  } catch {
    return false;
  }
};

/** Files that the binary depends on are older than it. */
const upToDate = () => {
  if (!existsSync(output)) return false;
  const built = statSync(output).mtimeMs;
  return [
    ...readdirSync(sources).map((file) => join(sources, file)),
    ...['compile-addon.mjs', 'build-addon.mjs'].map((file) => join(scripts, file)),
  ].every((file) => statSync(file).mtimeMs < built);
};

/** @param {string} why */
function giveUp(why) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'why-not.txt'), `${why}\n`);
  console.log(`native addon not built: ${why}`);
  process.exit(0);
}

if (values['emulate-tiles'] && !values.output)
  throw new Error('--emulate-tiles is for tests: --output has to name a file of its own');
if (values['if-missing'] ? loads(output) || loads(prebuilt) : upToDate()) process.exit(0);
if (platform === 'win32') giveUp('nothing is compiled on Windows');
if (!compiler)
  giveUp(
    `no C++ compiler (tried ${compilers.join(', ')}); install g++ or clang++ and run npm rebuild @thinkbits/backend-native`,
  );

try {
  const { sanitize, 'emulate-tiles': emulateTiles } = values;
  await compileAddon({
    compiler: { command: [compiler] },
    ...{ platform, arch, output, sanitize, emulateTiles },
  });
  rmSync(join(folder, 'why-not.txt'), { force: true });
} catch (error) {
  if (values.output) throw error;
  giveUp(
    `${compiler} failed: ${String(error.stderr ?? error)
      .split('\n')
      .slice(0, 3)
      .join(' ')}`,
  );
}
