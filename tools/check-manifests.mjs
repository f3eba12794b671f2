#!/usr/bin/env node
/**
 * Holds the package.json of every published package to one shape, so that what is said of one package is true of all.
 * Prints one line a difference; exit code 1 when there is one.
 */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { publishedPackages, repositoryRoot } from './workspace.mjs';

/** The condition under which tests and type checks read sources; it must not reach the registry. */
const sourceCondition = '@thinkbits/source';

/** @typedef {import('./workspace.mjs').Manifest} Manifest */

/** The npm name that a folder stands for: `packages/quantizers/gptq` → `@thinkbits/quantizer-gptq`. @param {string} folder */
export function nameOfFolder(folder) {
  const [, family = '', name] = folder.split('/');
  return name ? `@thinkbits/${family.replace(/s$/, '')}-${name}` : `@thinkbits/${family}`;
}

/** Whether a package is a compiled addon for one platform, and nothing else. @param {string} folder */
const holdsBinary = (folder) => /^packages\/backends\/native-/.test(folder);

/** What `exports` must become on the registry: the same without the source condition. @param {Manifest['exports']} exports */
const publicExports = (exports = {}) =>
  Object.fromEntries(
    Object.entries(exports).map(([entry, target]) => {
      if (typeof target === 'string') return [entry, target];
      return [
        entry,
        Object.fromEntries(
          Object.entries(target).filter(([condition]) => condition !== sourceCondition),
        ),
      ];
    }),
  );

/**
 * What is unlike the other packages in one manifest.
 *
 * @param {string} root
 * @param {string} folder
 * @param {Manifest} manifest
 * @returns {string[]}
 */
export function checkManifest(root, folder, manifest) {
  /** @type {string[]} */
  const problems = [];
  /** @param {unknown} condition @param {string} message */
  const expect = (condition, message) => {
    if (!condition) problems.push(`${folder}/package.json: ${message}`);
  };
  expect(
    manifest.name === nameOfFolder(folder),
    `name is ${manifest.name}; its folder says ${nameOfFolder(folder)}`,
  );
  expect(manifest.type === 'module', 'type must be "module"');
  expect(
    manifest.license === 'Apache-2.0',
    `license is ${manifest.license}; it must be Apache-2.0`,
  );
  expect(manifest.description, 'description is missing');
  expect(manifest.sideEffects !== undefined, 'sideEffects is missing');
  expect(manifest.engines?.node === '>=20.19', 'engines.node must be ">=20.19"');
  expect(manifest.publishConfig?.access === 'public', 'publishConfig.access must be "public"');
  expect(manifest.publishConfig?.provenance === true, 'publishConfig.provenance must be true');
  expect(manifest.repository?.directory === folder, `repository.directory must be "${folder}"`);
  if (holdsBinary(folder)) {
    const [, platform, arch] = /-(\w+)-(\w+)$/.exec(folder) ?? [];
    const { os, cpu, libc } = manifest.publishConfig ?? {};
    const wanted = {
      os: [platform],
      cpu: [arch],
      libc: platform === 'linux' ? ['glibc'] : undefined,
    };
    expect(
      isDeepStrictEqual({ os, cpu, libc }, wanted),
      `publishConfig must say for which system: ${JSON.stringify(wanted)}`,
    );
    expect(manifest.files?.includes('thinkbits.node'), 'files must contain "thinkbits.node"');
    expect(
      manifest.scripts?.prepublishOnly?.endsWith(`--check --platform ${platform}-${arch}`),
      'scripts.prepublishOnly must check the binary',
    );
    if (!existsSync(join(root, folder, 'README.md')))
      problems.push(`${folder}/README.md is missing`);
    return problems;
  }
  expect(
    manifest.exports?.['./package.json'] === './package.json',
    'exports must contain "./package.json"',
  );
  expect(
    isDeepStrictEqual(manifest.publishConfig?.exports, publicExports(manifest.exports)),
    `publishConfig.exports must equal exports without "${sourceCondition}"`,
  );
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    if (typeof target === 'string') {
      expect(
        existsSync(join(root, folder, target)),
        `exports "${entry}" points to ${target}, which does not exist`,
      );
      continue;
    }
    const source = target[sourceCondition];
    expect(
      isDeepStrictEqual(Object.keys(target), [sourceCondition, 'types', 'default']),
      `exports "${entry}" must list ${sourceCondition}, types, default in this order`,
    );
    expect(
      source && existsSync(join(root, folder, source)),
      `exports "${entry}" has no source file ${source}`,
    );
  }
  for (const file of [
    'dist',
    'src',
    'README.md',
    'CHANGELOG.md',
    '!src/**/*.test.ts',
    '!src/**/__fixtures__',
  ])
    expect(manifest.files?.includes(file), `files must contain "${file}"`);
  for (const script of ['build', 'test', 'check-types'])
    expect(manifest.scripts?.[script], `scripts.${script} is missing`);
  for (const [name, range] of Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
  }))
    if (/^@thinkbits/.test(name))
      expect(range === 'workspace:^', `${name} must be "workspace:^", not "${range}"`);
  // a binary serves the version that it was compiled for alone
  for (const [name, range] of Object.entries(manifest.optionalDependencies ?? {}))
    expect(range === 'workspace:*', `${name} must be "workspace:*", not "${range}"`);
  for (const file of ['README.md', 'tsconfig.json', 'tsup.config.ts'])
    if (!existsSync(join(root, folder, file))) problems.push(`${folder}/${file} is missing`);
  return problems;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const packages = publishedPackages();
  const problems = packages.flatMap(({ folder, manifest }) =>
    checkManifest(repositoryRoot, folder, manifest),
  );
  for (const problem of problems) console.log(problem);
  console.log(`manifests: ${packages.length} packages, ${problems.length} differences`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
