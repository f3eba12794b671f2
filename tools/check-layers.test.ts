import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkLayers } from './check-layers.mjs';

/** A workspace in a temporary folder: folder of a package → its name, what it declares, and its files. */
interface Fixture {
  readonly [folder: string]: {
    readonly name: string;
    readonly manifest?: object;
    readonly files?: { readonly [file: string]: string };
  };
}

let root = '';

function write(file: string, content: string): void {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), content);
}

function violations(fixture: Fixture): string[] {
  write(
    'pnpm-workspace.yaml',
    'packages:\n  - "packages/*"\n  - "packages/quantizers/*"\n  - "examples/*"\n',
  );
  for (const [folder, { name, manifest, files }] of Object.entries(fixture)) {
    write(
      `${folder}/package.json`,
      JSON.stringify({ name, exports: { '.': './src/index.ts' }, ...manifest }),
    );
    for (const [file, content] of Object.entries(files ?? {})) write(`${folder}/${file}`, content);
  }
  return checkLayers(root);
}

const uses = (...names: string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, 'workspace:^'])),
});
const spec = { name: '@thinkbits/spec' };

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thinkbits layers '));
});
afterEach(() => rmSync(root, { recursive: true }));

describe('checkLayers', () => {
  it('accepts imports of lower layers', () => {
    expect(
      violations({
        'packages/spec': spec,
        'packages/quantizers/gptq': {
          name: '@thinkbits/quantizer-gptq',
          manifest: uses('@thinkbits/spec'),
          files: { 'src/index.ts': "import type { Quantizer } from '@thinkbits/spec';" },
        },
      }),
    ).toEqual([]);
  });

  it('refuses a leaf that imports a leaf, in sources and in package.json', () => {
    const found = violations({
      'packages/quantizers/rtn': { name: '@thinkbits/quantizer-rtn' },
      'packages/quantizers/gptq': {
        name: '@thinkbits/quantizer-gptq',
        manifest: uses('@thinkbits/quantizer-rtn'),
        files: { 'src/a.ts': "\nexport { rtn } from '@thinkbits/quantizer-rtn';" },
      },
    });
    expect(found).toEqual([
      'packages/quantizers/gptq/src/a.ts:2: may not import @thinkbits/quantizer-rtn: a leaf never imports a leaf',
      'packages/quantizers/gptq/package.json: may not depend on @thinkbits/quantizer-rtn: a leaf never imports a leaf',
    ]);
  });

  it('refuses a leaf that reaches for the inference core in a dynamic import', () => {
    const found = violations({
      'packages/inference': { name: '@thinkbits/inference' },
      'packages/quantizers/gptq': {
        name: '@thinkbits/quantizer-gptq',
        manifest: uses('@thinkbits/inference'),
        files: { 'src/a.ts': "const m = await import('@thinkbits/inference');" },
      },
    });
    expect(found[0]).toMatch(/gptq\/src\/a\.ts:1: may not import @thinkbits\/inference/);
  });

  it('keeps the order of the core: operations do not know checkpoints', () => {
    const found = violations({
      'packages/checkpoint': { name: '@thinkbits/checkpoint' },
      'packages/ops': {
        name: '@thinkbits/ops',
        manifest: uses('@thinkbits/checkpoint'),
        files: { 'src/a.ts': "import type { Checkpoint } from '@thinkbits/checkpoint';" },
      },
    });
    expect(found[0]).toMatch(/may not import @thinkbits\/checkpoint/);
  });

  it('allows quantize its default rounder and no other leaf', () => {
    const verb = (leaf: string) => ({
      'packages/quantizers/leaf': { name: leaf },
      'packages/quantize': {
        name: '@thinkbits/quantize',
        manifest: uses(leaf),
        files: { 'src/a.ts': `import '${leaf}';` },
      },
    });
    expect(violations(verb('@thinkbits/quantizer-gptq'))).toHaveLength(2);
    rmSync(join(root, 'packages/quantizers/leaf'), { recursive: true });
    expect(
      violations({
        'packages/quantizers/rtn': { name: '@thinkbits/quantizer-rtn' },
        'packages/quantize': {
          name: '@thinkbits/quantize',
          manifest: uses('@thinkbits/quantizer-rtn'),
          files: { 'src/a.ts': "import '@thinkbits/quantizer-rtn';" },
        },
      }),
    ).toEqual([]);
  });

  it('keeps Node out of the browser-safe core, except where files are read', () => {
    const found = violations({
      'packages/numerics': {
        name: '@thinkbits/numerics',
        files: { 'src/a.ts': "await import('node:os');" },
      },
      'packages/checkpoint': {
        name: '@thinkbits/checkpoint',
        manifest: { exports: { '.': './src/index.ts', './node': './src/node/index.ts' } },
        files: {
          'src/node/a.ts': "import 'node:fs';",
          'src/b.ts': "import 'node:fs';",
          'src/b.test.ts': "import 'node:fs';",
        },
      },
      'packages/inference': {
        name: '@thinkbits/inference',
        manifest: uses('@thinkbits/checkpoint'),
        files: {
          'src/fine.ts': "await import('@thinkbits/checkpoint/node');",
          'src/bad.ts': "import { openModelFiles } from '@thinkbits/checkpoint/node';",
        },
      },
    });
    expect(found).toEqual([
      'packages/checkpoint/src/b.ts:1: node:fs in a package that must also build for browsers',
      'packages/inference/src/bad.ts:1: @thinkbits/checkpoint/node is for Node alone; import it dynamically, or its types only',
      'packages/numerics/src/a.ts:1: node:os in a package that must also build for browsers',
    ]);
  });

  it('finds what is undeclared, unused, not exported, and outside the package', () => {
    const found = violations({
      'packages/spec': spec,
      'packages/numerics': {
        name: '@thinkbits/numerics',
        manifest: uses('@thinkbits/spec', 'left-pad'),
        files: {
          'src/a.ts':
            "import ajv from 'ajv/dist/2020.js';\nimport '@thinkbits/spec/src/run.js';\nimport '../../spec/src/run.js';",
        },
      },
    });
    expect(found).toEqual([
      'packages/numerics/src/a.ts:1: ajv is imported but not declared in packages/numerics/package.json',
      'packages/numerics/src/a.ts:2: @thinkbits/spec does not export "./src/run.js"',
      'packages/numerics/src/a.ts:3: ../../spec/src/run.js leaves the package; import the package by its name',
      'packages/numerics/package.json: left-pad is declared but not imported',
    ]);
  });

  it('allows test kits in tests alone', () => {
    const kit = (file: string) =>
      violations({
        'packages/conformance': { name: '@thinkbits/conformance' },
        'packages/quantizers/gptq': {
          name: '@thinkbits/quantizer-gptq',
          manifest: { devDependencies: { '@thinkbits/conformance': 'workspace:^' } },
          files: { [file]: "import { describeQuantizer } from '@thinkbits/conformance';" },
        },
      });
    expect(kit('src/index.test.ts')).toEqual([]);
    expect(kit('src/index.ts').join()).toMatch(/test kits and models are for tests and apps/);
  });

  it('wants every package in a layer', () => {
    expect(violations({ 'packages/stray': { name: 'stray' } })).toEqual([
      'packages/stray: belongs to no layer; add it to tools/layers.mjs',
    ]);
  });
});
