/**
 * Compiles native/ into an addon: each set of kernels with the options of its instruction set, the rest for any processor. One
 * compiler does it all, no make and no node-gyp; Node's headers come from the npm package node-api-headers.
 */
import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import nodeApi from 'node-api-headers';

/** Folder of the sources. */
export const sources = fileURLToPath(new URL('../native', import.meta.url));

/** What Node looks for in an addon. */
export const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/**
 * @typedef {object} Compiler
 * @property {string[]} command GCC's or clang's driver for C++, or zig's, with the options that name the target
 * @property {string[]} [zig] how zig is called, where it is the compiler: it takes extensions of ARM by -mcpu alone
 */

/**
 * @typedef {object} Compilation
 * @property {Compiler} compiler
 * @property {string} platform as process.platform says
 * @property {string} arch as process.arch says
 * @property {string} output the file to write
 * @property {string} [sanitize] sanitizers: address,undefined
 * @property {boolean} [emulateTiles] has the set `amx` in software (native/tile-registers.h), to test it
 * @property {boolean} [strip] leaves out names that only debuggers read
 */

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
];

const avx2 = ['-mavx2', '-mfma'];
const avx512 = [
  ...['-mavx512f', '-mavx512bw', '-mavx512vl', '-mavx512dq'],
  ...avx2,
  '-mprefer-vector-width=512',
];

/**
 * Options by set of kernels. Further sets build upon another and multiply integers, or in bfloat16, by instructions of their own.
 *
 * @param {string} arch
 * @param {boolean} isZig
 * @param {boolean} emulateTiles
 * @returns {{ sets: Record<string, string[]>, furtherSets: Record<string, { base: string, options: string[] }> }}
 */
function setsOf(arch, isZig, emulateTiles) {
  if (arch === 'x64')
    return {
      sets: { Baseline: [], Avx2: avx2, Avx512: avx512 },
      furtherSets: {
        Avx2vnni: { base: 'Avx2', options: [...avx2, '-mavxvnni'] },
        Avx512vnni: { base: 'Avx512', options: [...avx512, '-mavx512vnni'] },
        Avx512bf16: { base: 'Avx512vnni', options: [...avx512, '-mavx512bf16'] },
        Amx: emulateTiles
          ? { base: 'Avx512', options: [...avx512, '-DTHINKBITS_TILES'] }
          : {
              base: 'Avx512vnni',
              options: [...avx512, '-DTHINKBITS_TILES', '-mamx-tile', '-mamx-int8', '-mamx-bf16'],
            },
      },
    };
  if (arch === 'arm64')
    return {
      // compilers for Macs go beyond the first ARMv8 unasked
      sets: { Baseline: [isZig ? '-mcpu=generic' : '-march=armv8-a'] },
      furtherSets: {
        Neondot: {
          base: 'Baseline',
          options: [isZig ? '-mcpu=generic+dotprod' : '-march=armv8.2-a+dotprod'],
        },
      },
    };
  return { sets: { Baseline: [] }, furtherSets: {} };
}

/**
 * Libraries, in `work`, of what an addon for Windows takes from node.exe: its linker wants to know where each name comes from.
 *
 * @param {string[]} zig
 * @param {string} work
 */
async function importLibraries([program = '', ...zig], work) {
  const made = Object.entries(nodeApi.def_paths).map(async ([name, definitions]) => {
    const library = join(work, `${name}.lib`);
    const options = ['-m', 'i386:x86-64', '-d', definitions, '-l', library];
    await promisify(execFile)(program, [...zig, 'dlltool', ...options]);
    return library;
  });
  return Promise.all(made);
}

/**
 * Options of the link of objects that lie in `work`.
 *
 * @param {string} platform
 * @param {string} work
 * @param {string[]} [zig]
 */
async function linkOptions(platform, work, zig) {
  if (platform === 'darwin') return ['-undefined', 'dynamic_lookup'];
  if (platform === 'win32') {
    if (!zig) throw new Error('addons for Windows are linked by zig alone');
    return importLibraries(zig, work);
  }
  const exported = join(work, 'exports.map');
  writeFileSync(exported, `{ global: ${entryPoints.join('; ')}; local: *; };\n`);
  // A worker thread that ends closes its addons, while a C++ library within one has still to clean up for other threads.
  return [`-Wl,--version-script=${exported}`, '-Wl,-z,nodelete', '-lpthread'];
}

/**
 * Compiles and links an addon, which takes the place of an older one at once: a process that has that open keeps it.
 *
 * @param {Compilation} compilation
 * @returns {Promise<{ leftOut: string[], warnings: string }>} sets that the compiler knows no instructions for, and what it warned of
 * @throws what the compiler said, as `stderr` of the error
 */
export async function compileAddon(compilation) {
  const { compiler, platform, arch, output, sanitize, emulateTiles = false, strip } = compilation;
  const [program = '', ...target] = compiler.command;
  const { sets, furtherSets } = setsOf(arch, compiler.zig !== undefined, emulateTiles);
  const further = Object.entries(furtherSets).map(([name, set]) => ({ name, ...set }));
  const isKnown = further.map(
    ({ options }) =>
      spawnSync(program, [...target, ...options, '-E', '-x', 'c++', '/dev/null']).status === 0,
  );
  const known = further.filter((_, i) => isKnown[i]);
  const sanitizers = sanitize
    ? [
        `-fsanitize=${sanitize}`,
        '-fno-sanitize-recover=all',
        '-fno-omit-frame-pointer',
        '-g1',
        // a third of the time to compile, and nothing here depends on speed
        '-O1',
      ]
    : [];
  mkdirSync(dirname(output), { recursive: true });
  const work = mkdtempSync(join(dirname(output), 'build-'));
  let warnings = '';
  /** @param {string[]} options */
  const run = async (options) => {
    const { stderr } = await promisify(execFile)(program, [...target, ...options]);
    warnings += stderr;
  };
  /** @type {string[]} */
  const objects = [];
  /** @param {string} file @param {string} object @param {string[]} options */
  const compile = (file, object, options) => {
    objects.push(join(work, object));
    return run([
      ...[...common, ...sanitizers, ...options],
      ...(emulateTiles ? ['-DTHINKBITS_EMULATE_TILES'] : []),
      ...['-I', nodeApi.include_dir, '-c', join(sources, file), '-o', join(work, object)],
    ]);
  };
  /** @param {string} name */
  const defines = (name) => [
    `-DTHINKBITS_SET=${name.toLowerCase()}`,
    `-DTHINKBITS_KERNELS=kernels${name}`,
  ];
  const ofSets = ['kernels.cc', 'further-kernels.cc'];
  const calls = readdirSync(sources).filter(
    (file) => file.endsWith('.cc') && !ofSets.includes(file),
  );
  const has = known.map(({ name }) => `-DTHINKBITS_HAS_${name.toUpperCase()}`);
  try {
    await Promise.all([
      ...calls.map((file) => compile(file, `${file}.o`, has)),
      ...Object.entries(sets).map(([name, options]) =>
        compile('kernels.cc', `${name}.o`, [...options, ...defines(name)]),
      ),
      ...known.map(({ name, base, options }) =>
        compile('further-kernels.cc', `${name}.o`, [
          ...options,
          ...defines(name),
          // headers hold kernels that this set takes from the other
          '-Wno-unused-function',
          `-DTHINKBITS_BASE=kernels${base}`,
        ]),
      ),
    ]);
    const finished = join(work, 'thinkbits.node');
    await run([
      ...['-shared', ...(strip ? ['-s'] : []), ...sanitizers],
      ...[...objects, '-o', finished, ...(await linkOptions(platform, work, compiler.zig))],
    ]);
    renameSync(finished, output);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { leftOut: further.filter((_, i) => !isKnown[i]).map(({ name }) => name), warnings };
}
