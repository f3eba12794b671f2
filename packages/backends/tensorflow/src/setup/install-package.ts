import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FoundPackage,
  findPackageFrom,
  type TensorflowPackage,
  tensorflowPackageVersion,
} from '../install/find-package.js';
import type { RunProgram } from './run-program.js';
import { setupError } from './setup-error.js';

/** What one of the packages takes with all that it depends on, in bytes. */
export const packageSize = { bytes: 77e6, unpacked: 302e6 };

const otherManagers = [
  ['pnpm-lock.yaml', 'pnpm add --ignore-scripts'],
  ['yarn.lock', 'yarn add --ignore-scripts'],
  ['bun.lock', 'bun add --ignore-scripts'],
] as const;

/** npm’s options that install a package without its own script, which would fetch a library that few can reach. */
export const npmOptions = (directory: string, packages: readonly string[]): string[] => [
  'install',
  '--ignore-scripts',
  '--save-exact',
  '--no-audit',
  '--no-fund',
  '--loglevel=error',
  '--prefix',
  directory,
  ...packages,
];

/**
 * Runs `npm install` in a folder.
 * @throws ThinkbitsError `setup/no-npm`, `setup/npm-failed`
 */
export async function npmInstall(
  directory: string,
  packages: readonly string[],
  run: RunProgram,
  signal?: AbortSignal,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const result = await run('npm', npmOptions(directory, packages), { directory, signal });
  if (!result)
    throw setupError(
      'no-npm',
      'There is no npm on the PATH.',
      'Install npm, which comes with Node.',
    );
  if (result.status === 0) return;
  const said = result.stderr.trim().split('\n');
  const reason = said.find((line) => /^npm (error|ERR!)/.test(line)) ?? said[0] ?? '';
  throw setupError(
    'npm-failed',
    `npm could not install ${packages.join(', ')}: ${reason}`,
    /ENOSPC/.test(result.stderr)
      ? 'Free some space and run the same command again.'
      : 'Check the network and npm’s registry (npm config get registry), and run the same command again.',
    { details: { stderr: result.stderr.slice(0, 4000) } },
  );
}

/**
 * Installs a package into a project; a folder that is none becomes one.
 * @throws ThinkbitsError `setup/other-package-manager`, `setup/no-npm`, `setup/npm-failed`
 */
export async function installPackage(
  name: TensorflowPackage,
  directory: string,
  run: RunProgram,
  signal?: AbortSignal,
): Promise<FoundPackage> {
  const wanted = `${name}@${tensorflowPackageVersion}`;
  for (const [lock, command] of otherManagers) {
    if (!existsSync(join(directory, lock))) continue;
    throw setupError(
      'other-package-manager',
      `${directory} has a ${lock}: npm must not install into it.`,
      `Run ${command} ${wanted} there, then this again; or leave --directory out.`,
    );
  }
  await mkdir(directory, { recursive: true });
  const manifest = join(directory, 'package.json');
  if (!existsSync(manifest)) await writeFile(manifest, '{ "private": true }\n');
  await npmInstall(directory, [wanted], run, signal);
  const found = findPackageFrom(name, directory);
  if (found) return found;
  throw setupError(
    'npm-failed',
    `npm installed ${wanted}, and it is not in ${directory}.`,
    'Look at npm’s configuration (npm config ls): it may install elsewhere.',
  );
}
