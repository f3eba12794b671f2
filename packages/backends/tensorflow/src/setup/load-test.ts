import { setupCommand } from '../install/inspect-package.js';
import { explainLoadFailure } from '../install/load-failure.js';
import { prepareProcess } from '../install/prepare-process.js';
import type { RunProgram } from './run-program.js';
import { setupError } from './setup-error.js';

/** What a package that loads says of itself. */
export interface LoadedTensorflow {
  readonly version: string;
  readonly gpu: boolean;
}

/** [[1, 2]] · [[5], [6]] = 17, in a process of its own, which a broken library may end. */
const script = `
  const util = require('node:util');
  util.isNullOrUndefined = (value) => value === null || value === undefined;
  const tf = require(process.argv[1]);
  const [value] = tf.matMul([[1, 2]], [[5], [6]]).dataSync();
  if (value !== 17) throw new Error('1 · 5 + 2 · 6 came out as ' + value);
  const { binding, isUsingGpuDevice } = tf.backend();
  console.log(JSON.stringify({ version: binding.TF_Version, gpu: isUsingGpuDevice }));`;

/** Loads a package and multiplies two matrices; undefined where that fails. */
export async function tryLoad(
  directory: string,
  run: RunProgram,
): Promise<LoadedTensorflow | { readonly failure: string }> {
  const environment = { ...process.env };
  prepareProcess(environment);
  const result = await run(process.execPath, ['-e', script, directory], { environment });
  const answer = result?.stdout.trim().split('\n').at(-1) ?? '';
  if (result?.status === 0 && answer.startsWith('{')) return JSON.parse(answer) as LoadedTensorflow;
  if (result?.signal) return { failure: `it was ended by ${result.signal}` };
  const lines = result?.stderr.split('\n') ?? [];
  return { failure: lines.find((line) => /^\w*Error: /.test(line)) ?? lines.at(-2) ?? 'no answer' };
}

/**
 * The test at the end of a setup.
 * @throws ThinkbitsError `setup/load-failed`
 */
export async function loadTest(
  name: string,
  directory: string,
  run: RunProgram,
): Promise<LoadedTensorflow> {
  const loaded = await tryLoad(directory, run);
  if ('version' in loaded) return loaded;
  const { detail, remedy } = explainLoadFailure(new Error(loaded.failure), setupCommand(name));
  throw setupError('load-failed', `${name} was built and does not load: ${detail}.`, remedy, {
    details: { directory, failure: loaded.failure },
  });
}
