/**
 * Compiles the kernels of assembly/ (AssemblyScript) and writes each as a TypeScript constant, so that tests, bundlers and
 * browsers need no loader. `--check` fails when a committed constant is not what its source compiles to.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));
const kernels = [
  { name: 'attention', constant: 'attentionWasm', what: 'the attention loops' },
  { name: 'packed-linear', constant: 'packedLinearWasm', what: 'products with packed codes' },
];

async function compile(name) {
  let binary;
  const { error, stderr } = await asc.main(
    [
      `assembly/${name}.ts`,
      '--outFile',
      `${name}.wasm`,
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
      readFile: (file, folder) =>
        readFile(`${root}${folder === '.' ? '' : `${folder}/`}${file}`, 'utf8').catch(() => null),
      writeFile: (_name, contents) => {
        binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (!error) return binary;
  console.error(stderr.toString(), error.message);
  process.exit(1);
}

for (const { name, constant, what } of kernels) {
  const binary = await compile(name);
  const target = `src/generated/${name}-wasm.ts`;
  const text = `// Compiled from assembly/${name}.ts by scripts/build-kernels.mjs; do not edit.\n\n/** The WebAssembly module of ${what}, base64. */\nexport const ${constant} =\n  '${Buffer.from(binary).toString('base64')}';\n`;
  if (!process.argv.includes('--check')) {
    await writeFile(`${root}${target}`, text);
    console.log(`${name}: ${binary.length} bytes`);
  } else if ((await readFile(`${root}${target}`, 'utf8')) !== text) {
    console.error(`${target} is out of date: run \`pnpm --filter @thinkbits/ops build:kernels\`.`);
    process.exit(1);
  }
}
