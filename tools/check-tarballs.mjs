#!/usr/bin/env node
/**
 * Installs packages from their tarballs alone into an empty folder, as a user would, runs a few lines there and type-checks
 * them: the quantizer by itself, the native backend compiled from its tarball (or saying why it is not), and the inference core on a
 * model, where no script compiled anything. Third-party packages come from the registry.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packPackages } from './pack.mjs';
import { publishedPackages, repositoryRoot } from './workspace.mjs';

const cases = [
  {
    name: '@thinkbits/quantizer-rtn',
    extra: ['@tensorflow/tfjs-core@4.22.0', '@tensorflow/tfjs-backend-cpu@4.22.0'],
    script: `import '@tensorflow/tfjs-backend-cpu';
import { setBackend, tensor2d } from '@tensorflow/tfjs-core';
import { rtn } from '@thinkbits/quantizer-rtn';

await setBackend('cpu');
const { codes } = await rtn({ bits: 4 }).round(tensor2d([[-1, 0.5, 2, 0.1, -0.35, 1.25]]));
if (String(codes) !== '0,7,15,5,3,11') throw new Error(\`codes \${codes}\`);
console.log('codes', String(codes));
`,
  },
  {
    name: '@thinkbits/backend-native',
    compiles: true,
    extra: ['@tensorflow/tfjs-core@4.22.0'],
    script: `import { openNative } from '@thinkbits/backend-native';

const opened = await openNative({ threads: 2 });
if (opened.available) console.log('kernels', opened.set);
else if (/no C\\+\\+ compiler/.test(opened.why)) console.log(opened.why);
else throw new Error(opened.why);
`,
  },
  {
    name: '@thinkbits/inference',
    with: ['@thinkbits/model-tiny-reasoner'],
    extra: ['@tensorflow/tfjs-core@4.22.0'],
    script: `import { loadModel } from '@thinkbits/inference';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';

const model = await loadModel(tinyReasoner('nano'));
const content = 'Mia has 37 apples. She buys 58 more apples. How many apples does Mia have now?';
const { text } = await model.generate([{ role: 'user', content }]);
if (!text.includes('boxed{95}')) throw new Error(text);
console.log(text);
model.dispose();
`,
  },
];

const packages = publishedPackages();
const manifests = new Map(packages.map(({ manifest }) => [manifest.name, manifest]));

/** A package and every workspace package it needs. */
function closure(name, seen = new Set()) {
  if (seen.has(name) || !manifests.has(name)) return seen;
  seen.add(name);
  for (const dependency of Object.keys(manifests.get(name).dependencies ?? {}))
    closure(dependency, seen);
  return seen;
}

/** Packages that some of these take where they can. */
const optionalOf = (names) =>
  names.flatMap((name) => Object.keys(manifests.get(name).optionalDependencies ?? {}));

const directory = mkdtempSync(join(tmpdir(), 'thinkbits-tarballs-'));
try {
  const wanted = new Set(
    cases.flatMap((one) => [one.name, ...(one.with ?? [])].flatMap((name) => [...closure(name)])),
  );
  for (const name of optionalOf([...wanted])) wanted.add(name);
  const packed = join(directory, 'packed');
  mkdirSync(packed);
  const tarballs = await packPackages(
    packages.filter(({ manifest }) => wanted.has(manifest.name)),
    packed,
  );
  for (const one of cases) {
    const folder = join(directory, one.name.replace('/', '-'));
    mkdirSync(folder);
    const names = [
      ...new Set([one.name, ...(one.with ?? [])].flatMap((name) => [...closure(name)])),
    ];
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({
        name: 'alone',
        private: true,
        type: 'module',
        overrides: Object.fromEntries(
          optionalOf(names).map((name) => [name, `file:${tarballs.get(name)}`]),
        ),
      }),
    );
    writeFileSync(join(folder, 'use.mts'), one.script);
    writeFileSync(join(folder, 'use.mjs'), one.script);
    const run = (command, args) =>
      execFileSync(command, args, {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    run('npm', [
      'install',
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      ...names.map((name) => tarballs.get(name)),
      ...one.extra,
    ]);
    if (one.compiles) run('npm', ['rebuild', one.name]);
    const printed = run(process.execPath, ['use.mjs']).trim();
    const compiler = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    // skipLibCheck: the declarations of tfjs-core 4.22 themselves do not check without the DOM and its WebGL types.
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2022',
    ];
    run(process.execPath, [compiler, ...flags, 'use.mts']);
    console.log(`ok ${one.name}: ${printed}`);
  }
} finally {
  rmSync(directory, { recursive: true, force: true });
}
