#!/usr/bin/env node
/**
 * Compiles native/ into prebuilds/<platform>-<arch>/thinkbits.node with one compiler, no make and no node-gyp: each set of
 * kernels with the options of its instruction set, the rest for any processor.
 *
 * Node's headers come from the npm package node-api-headers. Without a C++ compiler nothing is built and the next backend
 * serves; why is written beside where the binary would be, and `thinkbits doctor` shows it.
 * Options: --if-missing leaves a binary that is there alone, whatever its age; --sanitize address,undefined; --output FILE;
 * --emulate-tiles has the set `amx` in software (native/tile-registers.h), to test it where no processor has it: for no other use.
 */
import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import nodeApi from 'node-api-headers';

const { values } = parseArgs({
  options: {
    sanitize: { type: 'string' },
    output: { type: 'string' },
    'if-missing': { type: 'boolean' },
    'emulate-tiles': { type: 'boolean' },
  },
});
const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'native');
const folder = join(root, 'prebuilds', `${process.platform}-${process.arch}`);
const output = values.output ?? join(folder, 'thinkbits.node');
const headers = nodeApi.include_dir;

const avx2 = ['-mavx2', '-mfma'];
const avx512 = [
  ...['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq'],
  ...avx2,
  '-mprefer-vector-width=512',
];
/** Options by set of kernels; a set is left out where the processor's family has none of it. */
const sets = {
  // compilers for Macs go beyond the first ARMv8 unasked
  Baseline: process.arch === 'arm64' ? ['-march=armv8-a'] : [],
  ...(process.arch === 'x64' && { Avx2: avx2, Avx512: avx512 }),
};
/**
 * Sets that build upon another and multiply integers, or in bfloat16, by instructions of their own; left out where the compiler knows none.
 * @type {Record<string, { base: string, options: string[] }>}
 */
const furtherSets = {
  ...(process.arch === 'x64' && {
    Avx2vnni: { base: 'Avx2', options: [...avx2, '-mavxvnni'] },
    Avx512vnni: { base: 'Avx512', options: [...avx512, '-mavx512vnni'] },
    Avx512bf16: { base: 'Avx512vnni', options: [...avx512, '-mavx512bf16'] },
    Amx: values['emulate-tiles']
      ? { base: 'Avx512', options: [...avx512, '-DTHINKBITS_TILES'] }
      : {
          base: 'Avx512vnni',
          options: [...avx512, '-DTHINKBITS_TILES', '-mamx-tile', '-mamx-int8', '-mamx-bf16'],
        },
  }),
  ...(process.arch === 'arm64' && {
    Neondot: { base: 'Baseline', options: ['-march=armv8.2-a+dotprod'] },
  }),
};
const common = [
  '-std=c++17',
  '-O3',
  '-fPIC',
  '-fvisibility=hidden',
  '-ffp-contract=fast',
  '-fno-math-errno',
  '-Wall',
  '-Wextra',
  '-Wno-psabi',
  '-DNAPI_VERSION=8',
  ...(values['emulate-tiles'] ? ['-DTHINKBITS_EMULATE_TILES'] : []),
];

const compilers = [process.env.CXX, 'c++', 'g++', 'clang++'].filter(Boolean);
const compiler = compilers.find((name) => spawnSync(name, ['--version']).status === 0);

/** Files that the binary depends on are older than it. */
const upToDate = () => {
  if (!existsSync(output)) return false;
  if (values['if-missing']) return true;
  const built = statSync(output).mtimeMs;
  return [
    ...readdirSync(source).map((file) => join(source, file)),
    fileURLToPath(import.meta.url),
  ].every((file) => statSync(file).mtimeMs < built);
};

/** @param {string} why */
function giveUp(why) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'why-not.txt'), `${why}\n`);
  console.log(`native addon not built: ${why}`);
  process.exit(0);
}

if (values['emulate-tiles'] && !values.output)
  throw new Error('--emulate-tiles is for tests: --output has to name a file of its own');
if (upToDate()) process.exit(0);
if (process.platform === 'win32') giveUp('Windows is not supported yet');
if (!compiler)
  giveUp(
    `no C++ compiler (tried ${compilers.join(', ')}); install g++ or clang++ and run npm rebuild @thinkbits/backend-native`,
  );

mkdirSync(dirname(output), { recursive: true });
const work = mkdtempSync(join(dirname(output), 'build-'));
try {
  const run = promisify(execFile);
  const sanitize = values.sanitize
    ? [
        `-fsanitize=${values.sanitize}`,
        '-fno-sanitize-recover=all',
        '-fno-omit-frame-pointer',
        '-g1',
        // a third of the time to compile, and nothing here depends on speed
        '-O1',
      ]
    : [];
  /** @param {string} file @param {string} object @param {string[]} options */
  const compile = (file, object, options) =>
    run(compiler, [
      ...common,
      ...sanitize,
      ...options,
      '-I',
      headers,
      '-c',
      join(source, file),
      '-o',
      join(work, object),
    ]);
  /** @param {string} name */
  const defines = (name) => [
    `-DTHINKBITS_SET=${name.toLowerCase()}`,
    `-DTHINKBITS_KERNELS=kernels${name}`,
  ];
  const ownSources = new Set(['kernels.cc', 'further-kernels.cc']);
  const calls = readdirSync(source).filter((file) => file.endsWith('.cc') && !ownSources.has(file));
  const known = Object.keys(furtherSets).filter(
    (name) =>
      spawnSync(compiler, [...furtherSets[name].options, '-E', '-x', 'c++', '/dev/null']).status ===
      0,
  );
  const has = known.map((name) => `-DTHINKBITS_HAS_${name.toUpperCase()}`);
  await Promise.all([
    ...calls.map((file) => compile(file, `${file}.o`, has)),
    ...Object.entries(sets).map(([name, options]) =>
      compile('kernels.cc', `${name}.o`, [...options, ...defines(name)]),
    ),
    ...known.map((name) =>
      compile('further-kernels.cc', `${name}.o`, [
        ...furtherSets[name].options,
        ...defines(name),
        `-DTHINKBITS_BASE=kernels${furtherSets[name].base}`,
      ]),
    ),
  ]);
  const objects = [
    ...calls.map((file) => `${file}.o`),
    ...[...Object.keys(sets), ...known].map((name) => `${name}.o`),
  ].map((file) => join(work, file));
  const undefinedSymbols = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  const finished = join(work, 'thinkbits.node');
  await run(compiler, [
    '-shared',
    ...sanitize,
    ...undefinedSymbols,
    ...objects,
    '-o',
    finished,
    '-lpthread',
  ]);
  // in place at once: a process that has the old one open keeps it
  renameSync(finished, output);
  rmSync(join(folder, 'why-not.txt'), { force: true });
} catch (error) {
  if (values.output) throw error;
  giveUp(
    `${compiler} failed: ${String(error.stderr ?? error)
      .split('\n')
      .slice(0, 3)
      .join(' ')}`,
  );
} finally {
  rmSync(work, { recursive: true, force: true });
}
