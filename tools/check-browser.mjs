#!/usr/bin/env node
import { join } from 'node:path';
/**
 * Bundles the core for a browser from its sources: numerics, operations, checkpoints over any byte source, inference.
 * Only what is declared as Node's alone stays outside; anything else that a browser lacks ends this with exit code 1.
 */
import { build } from 'esbuild';
import { repositoryRoot, workspacePackages } from './workspace.mjs';

const core = [
  '@thinkbits/numerics',
  '@thinkbits/ops',
  '@thinkbits/checkpoint',
  '@thinkbits/inference',
];

/** Loaded by dynamic import when the program runs in Node. */
const nodeOnly = ['@thinkbits/checkpoint/node', '@thinkbits/backend-*'];

const folders = new Map(workspacePackages().map(({ folder, manifest }) => [manifest.name, folder]));
let failed = 0;
for (const name of core) {
  const folder = /** @type {string} */ (folders.get(name));
  try {
    const result = await build({
      entryPoints: [join(repositoryRoot, folder, 'src', 'index.ts')],
      absWorkingDir: repositoryRoot,
      bundle: true,
      write: false,
      metafile: true,
      minify: true,
      platform: 'browser',
      format: 'esm',
      target: 'es2022',
      conditions: ['@thinkbits/source'],
      external: nodeOnly,
      logLevel: 'silent',
    });
    const unresolved = Object.values(result.metafile.outputs).flatMap(({ imports }) =>
      imports
        .filter(({ external, kind }) => external && kind === 'import-statement')
        .map(({ path }) => path),
    );
    if (unresolved.length > 0)
      throw new Error(`imports ${unresolved.join(', ')} statically; a browser has no such module`);
    const bytes = result.outputFiles.reduce((sum, { contents }) => sum + contents.length, 0);
    console.log(`${name}: ${Math.round(bytes / 1024)} KB minified`);
  } catch (error) {
    failed++;
    console.log(`${name}: ${error instanceof Error ? error.message : error}`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
