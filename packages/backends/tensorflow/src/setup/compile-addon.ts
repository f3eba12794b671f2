import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addonFile, nodeApiVersion } from '../install/inspect-package.js';
import type { RunProgram } from './run-program.js';
import { setupError } from './setup-error.js';

/** Compilers that are tried where `CXX` names none. */
const usualCompilers = ['c++', 'g++', 'clang++'];

/** A C++ compiler that starts, and what it calls itself. */
export async function findCompiler(
  environment: NodeJS.ProcessEnv,
  run: RunProgram,
): Promise<{ readonly command: string; readonly version: string } | undefined> {
  const names = environment.CXX ? [environment.CXX] : usualCompilers;
  for (const command of names) {
    const answer = await run(command, ['--version']);
    if (answer?.status === 0)
      return { command, version: answer.stdout.split('\n')[0]?.trim() || command };
  }
  return undefined;
}

/** The coded error of a machine without a compiler. */
export function noCompiler(environment: NodeJS.ProcessEnv): Error {
  const what = environment.CXX
    ? `CXX is "${environment.CXX}", which does not start`
    : `None of ${usualCompilers.join(', ')} is there`;
  return setupError(
    'no-compiler',
    `A C++17 compiler is needed, and there is none. ${what}.`,
    'Install one (apt-get install g++, dnf install gcc-c++, zypper install gcc-c++), or name it in CXX.',
  );
}

/** The folder with `node_api.h` beside the running Node, or of the system; undefined where only npm has it. */
export function findNodeHeaders(environment: NodeJS.ProcessEnv): string | undefined {
  const prefix = dirname(dirname(process.execPath));
  return [environment.npm_config_nodedir, prefix, '/usr', '/usr/local']
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'include', 'node'))
    .find((folder) => existsSync(join(folder, 'node_api.h')));
}

/** The one compiler call: two source files against the C Node-API and TensorFlow’s C API (tfjs.md §13.2). */
export function compilerOptions(directory: string, headers: string, output: string): string[] {
  return [
    '-O2',
    '-std=c++17',
    '-fPIC',
    '-shared',
    '-DNDEBUG',
    `-DNAPI_VERSION=${nodeApiVersion(directory)}`,
    '-I',
    headers,
    '-I',
    'deps/include',
    'binding/tfjs_backend.cc',
    'binding/tfjs_binding.cc',
    '-L',
    'deps/lib',
    '-ltensorflow',
    '-ltensorflow_framework',
    '-Wl,-rpath,$ORIGIN/../../deps/lib',
    '-o',
    output,
  ];
}

/**
 * Compiles the addon into its place; a compiler that is stopped leaves nothing there.
 * @throws ThinkbitsError `setup/compile-failed` with the first error that the compiler names
 */
export async function compileAddon(
  directory: string,
  compiler: string,
  headers: string,
  run: RunProgram,
  signal?: AbortSignal,
): Promise<void> {
  const addon = addonFile(directory);
  const partial = `${addon}.partial-${process.pid}`;
  await mkdir(dirname(addon), { recursive: true });
  try {
    const result = await run(compiler, compilerOptions(directory, headers, partial), {
      directory,
      signal,
    });
    if (result?.status !== 0) {
      const said = result?.stderr ?? '';
      const line = said.split('\n').find((text) => /error|undefined|cannot find/i.test(text));
      throw setupError(
        'compile-failed',
        `${compiler} did not build the addon (${result?.signal ?? `exit code ${result?.status}`})${line ? `: ${line.trim()}` : ''}.`,
        'A C++17 compiler is needed (GCC 8 or clang 7 or newer): name another in CXX. --force starts from clean files.',
        { details: { stderr: said.slice(0, 4000) } },
      );
    }
    await rename(partial, addon);
  } finally {
    await rm(partial, { force: true });
  }
}
