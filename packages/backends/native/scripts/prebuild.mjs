#!/usr/bin/env node
/**
 * Cross-compiles the addon for every platform that has a package for it, and checks each file: for a release, never at an
 * installation or in CI. One zig does all (its libraries are linked in, so that glibc alone is needed): it is found by ZIG, on
 * PATH, or as Python's package ziglang.
 *
 * Options: --platform linux-arm64, any number of times; --check compiles nothing and looks at the files that are there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compileAddon } from './compile-addon.mjs';
import { prebuiltFile, problemsOf, targets } from './prebuilt.mjs';

const { values } = parseArgs({
  options: {
    platform: { type: 'string', multiple: true, default: Object.keys(targets) },
    check: { type: 'boolean', default: false },
  },
});

/** @param {string} message @returns {never} */
function fail(message) {
  console.error(message);
  process.exit(1);
}

/** How zig is called here. */
function findZig() {
  const ways = [
    process.env.ZIG ? [process.env.ZIG] : ['zig'],
    ...['python3', 'python'].map((name) => [name, '-m', 'ziglang']),
  ];
  const found = ways.find(
    ([program = '', ...rest]) => spawnSync(program, [...rest, 'version']).status === 0,
  );
  return (
    found ??
    fail(
      `zig was not found (tried ${ways.map((way) => way.join(' ')).join(', ')}); get it from ziglang.org or by pip install ziglang, or say where it is: ZIG=/path/to/zig`,
    )
  );
}

const unknown = values.platform.filter((name) => !Object.hasOwn(targets, name));
if (unknown.length > 0)
  fail(`no binaries are made for ${unknown.join(', ')}; known: ${Object.keys(targets).join(', ')}`);
const zig = values.check ? [] : findZig();
for (const name of values.platform) {
  const output = prebuiltFile(name);
  const [platform = '', arch = ''] = name.split('-');
  if (!values.check) {
    const command = [...zig, 'c++', '-target', targets[name] ?? ''];
    try {
      const compiler = { command, zig };
      const compilation = { compiler, platform, arch, output, strip: true };
      const { leftOut, warnings } = await compileAddon(compilation);
      if (warnings) console.warn(`${name}: ${warnings}`);
      if (leftOut.length > 0) fail(`${name}: this zig knows no instructions for ${leftOut}`);
    } catch (error) {
      fail(`${name}: ${/** @type {{ stderr?: string }} */ (error).stderr ?? error}`);
    }
  }
  if (!existsSync(output))
    fail(`${name}: ${output} is missing; pnpm --filter @thinkbits/backend-native build:prebuilt`);
  const problems = problemsOf(output, name);
  if (problems.length > 0) fail(`${name}: ${problems.join('; ')}`);
  console.log(`${name}: ${(statSync(output).size / 1024).toFixed(0)} KB`);
}
