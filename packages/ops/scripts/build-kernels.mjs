/**
 * Compiles assembly/attention.ts (AssemblyScript) and writes it as a TypeScript constant, so that tests, bundlers and
 * browsers need no loader. `--check` fails when the committed constant is not what the source compiles to.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
let binary;
const { error, stderr } = await asc.main(
  [
    'assembly/attention.ts',
    '--outFile',
    'attention.wasm',
    '--runtime',
    'stub',
    '--importMemory',
    '--enable',
    'simd',
    '-O3',
    '--noAssert',
    '--use',
    'abort=',
  ],
  {
    readFile: (name, folder) =>
      readFile(`${root}${folder === '.' ? '' : `${folder}/`}${name}`, 'utf8').catch(() => null),
    writeFile: (_name, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  },
);
if (error) {
  console.error(stderr.toString(), error.message);
  process.exit(1);
}
const target = `${root}src/generated/attention-wasm.ts`;
const text = `// Compiled from assembly/attention.ts by scripts/build-kernels.mjs; do not edit.\n\n/** The WebAssembly module of the attention loops, base64. */\nexport const attentionWasm =\n  '${Buffer.from(binary).toString('base64')}';\n`;
if (process.argv.includes('--check')) {
  if ((await readFile(target, 'utf8')) !== text) {
    console.error(
      'src/generated/attention-wasm.ts is out of date: run `pnpm --filter @thinkbits/ops build:kernels`.',
    );
    process.exit(1);
  }
} else {
  await writeFile(target, text);
  console.log(`${binary.length} bytes`);
}
