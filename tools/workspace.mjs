/** Reads the workspace with Node's own modules alone, so that it also works before anything is installed. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The folder patterns of `pnpm-workspace.yaml`: the quoted entries of its `packages` list.
 *
 * @param {string} root
 * @returns {string[]}
 */
export function workspacePatterns(root) {
  const lines = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8').split(/\r?\n/);
  const start = lines.indexOf('packages:');
  const patterns = [];
  for (const line of lines.slice(start + 1)) {
    const entry = /^\s+-\s+["']?([^"']+)["']?\s*$/.exec(line);
    if (!entry) break;
    patterns.push(/** @type {string} */ (entry[1]));
  }
  return patterns;
}

/**
 * @typedef {object} Manifest What this repository reads of a package.json.
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {string} [type]
 * @property {string} [license]
 * @property {string} [description]
 * @property {boolean | string[]} [sideEffects]
 * @property {Record<string, string>} [scripts]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 * @property {Record<string, string>} [optionalDependencies]
 * @property {Record<string, { optional?: boolean }>} [peerDependenciesMeta]
 * @property {Record<string, string | Record<string, string>>} [exports]
 * @property {string[]} [files]
 * @property {Record<string, string>} [bin]
 * @property {{ node?: string }} [engines]
 * @property {{ access?: string, provenance?: boolean, os?: string[], cpu?: string[], libc?: string[], exports?: Record<string, string | Record<string, string>> }} [publishConfig]
 * @property {{ type: string, url: string, directory?: string }} [repository]
 */

/**
 * @typedef {object} WorkspacePackage
 * @property {string} folder relative to the root, with forward slashes
 * @property {Manifest} manifest
 */

/**
 * Every package of the workspace, sorted by folder.
 *
 * @param {string} [root]
 * @returns {WorkspacePackage[]}
 */
export function workspacePackages(root = repositoryRoot) {
  const patterns = workspacePatterns(root);
  const outside = new Set(patterns.filter((p) => p.startsWith('!')).map((p) => p.slice(1)));
  const folders = patterns.flatMap((pattern) => {
    if (!pattern.endsWith('/*')) return [pattern];
    const parent = pattern.slice(0, -2);
    if (!existsSync(join(root, parent))) return [];
    return readdirSync(join(root, parent)).map((name) => posix.join(parent, name));
  });
  return folders
    .filter((folder) => !outside.has(folder) && existsSync(join(root, folder, 'package.json')))
    .sort()
    .map((folder) => ({
      folder,
      manifest: JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
    }));
}

/**
 * The packages that go to the registry.
 *
 * @param {string} [root]
 */
export function publishedPackages(root = repositoryRoot) {
  return workspacePackages(root).filter(({ manifest }) => !manifest.private);
}

/**
 * Files under a folder, sorted, relative to the root; installed, built and hidden folders are left out.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
export function filesUnder(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter(({ name }) => name !== 'node_modules' && name !== 'dist' && !name.startsWith('.'))
    .flatMap((entry) => {
      const path = posix.join(folder, entry.name);
      return entry.isDirectory() ? filesUnder(root, path) : [path];
    })
    .sort();
}

/**
 * Everything that a build reads: sources without tests, and configuration.
 *
 * @param {string} root
 * @param {readonly WorkspacePackage[]} packages
 */
export function buildInputs(root, packages) {
  const own = packages
    .filter(({ manifest }) => manifest.scripts?.build)
    .flatMap(({ folder }) => [
      ...filesUnder(root, `${folder}/src`).filter(
        (file) => !/\.test\.ts$|\/__fixtures__\//.test(file),
      ),
      ...['package.json', 'tsconfig.json', 'tsup.config.ts'].map((name) => `${folder}/${name}`),
    ]);
  return [...own, 'tsconfig.base.json', 'tools/tsup.mjs'].filter((file) =>
    existsSync(join(root, file)),
  );
}
