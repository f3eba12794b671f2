#!/usr/bin/env node
/**
 * Holds the example of a quantizer from outside the workspace to what its README says: installed from tarballs of our packages,
 * it passes its own tests and the conformance kit, and the command finds it by its name. Needs no network once the checkout is
 * installed. Exit code 1 when something fails.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages, pnpmScript } from './pack.mjs';
import { publishedPackages, repositoryRoot } from './workspace.mjs';

const example = join(repositoryRoot, 'examples', 'contribute-a-quantizer');
const command = join(repositoryRoot, 'packages', 'cli', 'bin', 'thinkbits.js');
const directory = mkdtempSync(join(tmpdir(), 'thinkbits-contributed-'));

/** Runs a script of Node; its output is shown when it fails. @param {string[]} parameters @param {string} cwd */
function run(parameters, cwd) {
  const { status, stdout, stderr } = spawnSync(process.execPath, parameters, {
    cwd,
    encoding: 'utf8',
  });
  if (status === 0) return stdout;
  console.log(stdout, stderr);
  throw new Error(`${parameters.join(' ')} failed in ${cwd}`);
}

/** The names of our packages that a package is installed with. */
function closure(manifest, ours, seen = new Set()) {
  const { dependencies, optionalDependencies, devDependencies } = manifest;
  for (const name of Object.keys({
    ...dependencies,
    ...optionalDependencies,
    ...devDependencies,
  })) {
    const own = ours.get(name);
    if (!own || seen.has(name)) continue;
    seen.add(name);
    closure({ ...own.manifest, devDependencies: {} }, ours, seen);
  }
  return seen;
}

/** What quantizing with a recipe gives: the mean error of the weights. */
function errorOf(recipe, folder) {
  const argv = ['quantize', 'tiny-reasoner-nano', '-r', recipe, '-o', recipe.replace(':', '-')];
  const result = JSON.parse(run([command, ...argv, '--json', '--quiet'], folder));
  if (result.linears.length !== 28) throw new Error(`${recipe} rounded ${result.linears.length}`);
  return result.mean_relative_weight_error;
}

try {
  const ours = new Map(publishedPackages().map((each) => [each.manifest.name, each]));
  const manifest = JSON.parse(readFileSync(join(example, 'package.json'), 'utf8'));
  const names = [...closure(manifest, ours)];
  const packed = join(directory, 'packed');
  mkdirSync(packed);
  const tarballs = await packPackages(
    names.map((name) => ours.get(name)),
    packed,
  );

  const installed = join(directory, manifest.name);
  cpSync(example, installed, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const overrides = Object.fromEntries(names.map((name) => [name, `file:${tarballs.get(name)}`]));
  const withTarballs = { ...manifest, pnpm: { overrides } };
  writeFileSync(join(installed, 'package.json'), JSON.stringify(withTarballs));
  run([pnpmScript, 'install', '--prefer-offline', '--ignore-workspace'], installed);
  run(['node_modules/vitest/vitest.mjs', 'run', '--root', installed], installed);

  const user = join(directory, 'user');
  mkdirSync(join(user, 'node_modules'), { recursive: true });
  symlinkSync(installed, join(user, 'node_modules', manifest.name), 'dir');
  const [hqq, rtn] = [errorOf('hqq:w3g32', user), errorOf('rtn:w3g32', user)];
  if (!(hqq > 0) || hqq === rtn) throw new Error(`hqq ${hqq} against rtn ${rtn}`);
  console.log(
    `contributed: ${manifest.name} passes its tests, and the command finds it (weight error ${hqq.toFixed(5)}, rtn ${rtn.toFixed(5)})`,
  );
} catch (error) {
  console.log(/** @type {Error} */ (error).message);
  process.exitCode = 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
