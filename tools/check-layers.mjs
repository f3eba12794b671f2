#!/usr/bin/env node
/**
 * Holds every package's declared dependencies and actual imports to the layer rule (layers.mjs): nothing imports
 * upwards, the core stays free of Node built-ins so that it also builds for browsers, what is imported is declared and
 * what is declared is used. Prints one line a violation; exit code 1 when there is one.
 */
import { readFileSync, realpathSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { standingOf, whyForbidden } from './layers.mjs';
import { readImports } from './read-imports.mjs';
import { filesUnder, repositoryRoot, workspacePackages } from './workspace.mjs';

/** Node-only modules, which browser-safe packages may import dynamically alone. */
const nodeOnlyEntry = /^@thinkbits\/(checkpoint\/node|backend-[\w-]+)$/;

/** Development dependencies that scripts and configuration use without an import. */
const commandLineTools =
  /^(typescript|tsup|vitest|publint|@arethetypeswrong\/cli|@types\/.+|@thinkbits-internal\/tools)$/;

/** @param {string} specifier `@scope/name/sub` → `@scope/name` */
const packageName = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** Scripts that a package runs where it is installed: what they import is a dependency like any other. */
const installScripts = /^packages\/backends\/native\/scripts\//;

/** Whether a file serves tests or the build alone. @param {string} file */
const isForDevelopment = (file) =>
  !installScripts.test(file) &&
  (/\.(test|bench|test-d)\.ts$|\.config\.ts$/.test(file) ||
    /\/(__fixtures__|bench|scripts|testing)\//.test(file));

/**
 * @typedef {import('./workspace.mjs').WorkspacePackage} WorkspacePackage
 * @typedef {import('./read-imports.mjs').Import & { file: string, inTest: boolean }} FoundImport
 */

/**
 * Every import of a package's source files, tests and build configuration included.
 *
 * @param {string} root
 * @param {string} folder
 * @returns {FoundImport[]}
 */
function importsOf(root, folder) {
  return filesUnder(root, folder)
    .filter((file) => /\.(ts|mts|mjs)$/.test(file) && !/\/(templates|data)\//.test(file))
    .flatMap((file) => {
      const inTest = isForDevelopment(file);
      return readImports(file, readFileSync(join(root, file), 'utf8')).map((found) => ({
        ...found,
        file,
        inTest,
      }));
    });
}

/**
 * What is wrong with where a package reaches.
 *
 * @param {WorkspacePackage} own
 * @param {readonly FoundImport[]} imports
 * @param {ReadonlyMap<string, WorkspacePackage>} byName
 * @returns {string[]}
 */
function checkImports(own, imports, byName) {
  const { folder, manifest } = own;
  const standing = standingOf(folder);
  const runtime = { ...manifest.dependencies, ...manifest.peerDependencies };
  const all = { ...runtime, ...manifest.devDependencies };
  return imports.flatMap(({ specifier, line, kind, file, inTest }) => {
    const at = `${file}:${line}`;
    if (specifier.startsWith('.')) {
      const target = join(file, '..', specifier).replaceAll('\\', '/');
      return target.startsWith(`${folder}/`) || standing?.kind === 'tool'
        ? []
        : [`${at}: ${specifier} leaves the package; import the package by its name`];
    }
    if (isBuiltin(specifier)) {
      if (!specifier.startsWith('node:')) return [`${at}: write node:${specifier}`];
      const allowed =
        inTest ||
        standing?.builtins === 'anywhere' ||
        (standing?.builtins === 'node-folder' && file.startsWith(`${folder}/src/node/`));
      return allowed ? [] : [`${at}: ${specifier} in a package that must also build for browsers`];
    }
    const name = packageName(specifier);
    if (name === manifest.name) return [];
    const target = byName.get(name);
    /** @type {string[]} */
    const problems = [];
    if (!Object.hasOwn(inTest ? all : runtime, name))
      problems.push(`${at}: ${name} is imported but not declared in ${folder}/package.json`);
    if (target) {
      const why = whyForbidden(folder, target.folder, inTest);
      if (why) problems.push(`${at}: may not import ${name}: ${why}`);
      const entry = `.${specifier.slice(name.length)}`;
      if (!Object.hasOwn(target.manifest.exports ?? {}, entry))
        problems.push(`${at}: ${name} does not export "${entry}"`);
      const leavesPureCore =
        nodeOnlyEntry.test(specifier) &&
        kind === 'static' &&
        standing?.kind === 'core' &&
        standing.builtins !== 'anywhere' &&
        !file.includes('/src/node/');
      if (leavesPureCore && !inTest)
        problems.push(
          `${at}: ${specifier} is for Node alone; import it dynamically, or its types only`,
        );
    }
    return problems;
  });
}

/**
 * What is wrong with what a package declares.
 *
 * @param {WorkspacePackage} own
 * @param {readonly FoundImport[]} imports
 * @param {ReadonlyMap<string, WorkspacePackage>} byName
 * @returns {string[]}
 */
function checkDeclarations(own, imports, byName) {
  const { folder, manifest } = own;
  const used = new Set(
    imports.filter(({ inTest }) => !inTest).map(({ specifier }) => packageName(specifier)),
  );
  const usedInTests = new Set(imports.map(({ specifier }) => packageName(specifier)));
  const optional = manifest.peerDependenciesMeta ?? {};
  const isTools = standingOf(folder)?.kind === 'tool';
  const isApp = standingOf(folder)?.kind === 'app';
  const problems = [];
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })) {
    const target = byName.get(name);
    const why = target && whyForbidden(folder, target.folder, false);
    if (why) problems.push(`${folder}/package.json: may not depend on ${name}: ${why}`);
    // Apps resolve leaves by the names people write; optional peers are what the user chose to set up.
    const isResolvedByName =
      isApp && target && ['leaf', 'model'].includes(standingOf(target.folder)?.kind ?? '');
    if (!used.has(name) && !isResolvedByName && !optional[name]?.optional && !isTools)
      problems.push(`${folder}/package.json: ${name} is declared but not imported`);
  }
  for (const name of Object.keys(manifest.devDependencies ?? {})) {
    const target = byName.get(name);
    const why = target && whyForbidden(folder, target.folder, true);
    if (why && !commandLineTools.test(name))
      problems.push(`${folder}/package.json: may not use ${name} in tests: ${why}`);
    if (
      !usedInTests.has(name) &&
      !commandLineTools.test(name) &&
      !Object.hasOwn(manifest.peerDependencies ?? {}, name)
    )
      problems.push(`${folder}/package.json: ${name} is declared for development but not imported`);
  }
  return problems;
}

/**
 * Every violation of the layer rule in a checkout, one line each.
 *
 * @param {string} [root]
 * @returns {string[]}
 */
export function checkLayers(root = repositoryRoot) {
  const packages = workspacePackages(root);
  const byName = new Map(packages.map((one) => [one.manifest.name, one]));
  return packages.flatMap((one) => {
    if (!standingOf(one.folder))
      return [`${one.folder}: belongs to no layer; add it to tools/layers.mjs`];
    const imports = importsOf(root, one.folder);
    return [...checkImports(one, imports, byName), ...checkDeclarations(one, imports, byName)];
  });
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const problems = checkLayers();
  for (const problem of problems) console.log(problem);
  console.log(
    problems.length === 0
      ? 'layers: every package keeps to its layer'
      : `layers: ${problems.length} violations`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
}
