/**
 * Raw llama.cpp without CMake: the npm package node-llama-cpp brings its source as a git bundle and its libraries built for
 * each processor, and two small programs are compiled against them.
 */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { output } from '../../tools/measuring.mjs';

const version = '3';
const programs = ['llama-bench', 'batched-bench'];
const has = (program) => spawnSync(program, ['--version']).status === 0;

/** The folder of the libraries that the package brings for this platform. */
function libraries(folder) {
  const bins = join(
    folder,
    'node_modules',
    '@node-llama-cpp',
    `${process.platform}-${process.arch}`,
    'bins',
  );
  if (!existsSync(bins)) return undefined;
  const [found] = readdirSync(bins).map((name) => join(bins, name));
  return found && existsSync(join(found, 'libggml-base.so')) ? found : undefined;
}

/** Copies the libraries to where the programs look for them, under the names that a linker asks for. */
function copyLibraries(from, bin) {
  mkdirSync(bin, { recursive: true });
  for (const file of readdirSync(from).filter((name) => name.endsWith('.so'))) {
    if (!existsSync(join(bin, file))) copyFileSync(join(from, file), join(bin, file));
    const plain = file.replace(/\.v[\d.]+\.so$/, '.so');
    if (!existsSync(join(bin, plain))) symlinkSync(file, join(bin, plain));
  }
}

function compile(folder, program) {
  const bin = join(folder, 'bin');
  if (existsSync(join(bin, program))) return;
  const source = join(folder, 'llama.cpp');
  const tool = join(source, 'tools', program);
  const files = readdirSync(tool).filter((file) => file.endsWith('.cpp'));
  const includes = ['include', 'ggml/include', 'common', 'vendor', 'src'];
  output('g++', [
    ...['-O2', '-DNDEBUG', '-std=c++17'],
    ...includes.map((name) => `-I${join(source, name)}`),
    ...files.map((file) => join(tool, file)),
    ...['-o', join(bin, `${program}.new`), `-L${bin}`],
    ...['-lllama-common', '-lllama', '-lggml', '-lggml-base', '-Wl,-rpath,$ORIGIN', '-lpthread'],
  ]);
  renameSync(join(bin, `${program}.new`), join(bin, program));
}

/**
 * Makes the programs in a folder, once: about 300 MB from npm and ten seconds of compiling.
 * @returns {{ bin: string, modules: string } | { why: string }}
 */
export function llamaCppTools(folder) {
  if (process.platform !== 'linux') return { why: 'its libraries are fetched for Linux only' };
  for (const program of ['g++', 'git', 'npm'])
    if (!has(program)) return { why: `${program} was not found` };
  try {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, 'package.json')))
      writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    const modules = join(folder, 'node_modules');
    if (!libraries(folder))
      output('npm', ['install', '--ignore-scripts', '--no-audit', `node-llama-cpp@${version}`], {
        cwd: folder,
      });
    const from = libraries(folder);
    if (!from) return { why: `node-llama-cpp has no libraries for ${process.arch}` };
    const bundle = join(modules, 'node-llama-cpp', 'llama', 'gitRelease.bundle');
    if (!existsSync(join(folder, 'llama.cpp')))
      output('git', ['-c', 'advice.detachedHead=false', 'clone', '-q', bundle, 'llama.cpp'], {
        cwd: folder,
      });
    copyLibraries(from, join(folder, 'bin'));
    for (const program of programs) compile(folder, program);
    return { bin: join(folder, 'bin'), modules };
  } catch (error) {
    return { why: error.message };
  }
}
