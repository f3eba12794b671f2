import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from './workspace.mjs';

const run = promisify(execFile);

/** The pinned pnpm, as arguments for Node. */
export const pnpmScript = join(repositoryRoot, 'tools', 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');

/**
 * Packs packages as they would be published: workspace and catalog ranges replaced, `publishConfig.exports` applied.
 *
 * @param {readonly import('./workspace.mjs').WorkspacePackage[]} packages built
 * @param {string} directory where the tarballs go; empty
 * @returns {Promise<Map<string, string>>} tarball by package name
 */
export async function packPackages(packages, directory) {
  const waiting = [...packages];
  const worker = async () => {
    for (let next = waiting.pop(); next; next = waiting.pop())
      await run(process.execPath, [pnpmScript, 'pack', '--pack-destination', directory], {
        cwd: join(repositoryRoot, next.folder),
      });
  };
  await Promise.all([worker(), worker()]);
  const files = readdirSync(directory);
  return new Map(
    packages.map(({ manifest: { name, version } }) => {
      const file = `${name.replace('@', '').replace('/', '-')}-${version}.tgz`;
      if (!files.includes(file)) throw new Error(`pnpm pack made no ${file} for ${name}`);
      return [name, join(directory, file)];
    }),
  );
}
