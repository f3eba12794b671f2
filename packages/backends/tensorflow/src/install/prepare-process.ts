import util from 'node:util';

/** What TensorFlow reads once, when it is loaded; what the user set stays. */
const defaults = {
  // Notes about the processor otherwise go to stderr; all but the first can be turned off.
  TF_CPP_MIN_LOG_LEVEL: '2',
  // Otherwise it takes nearly all memory of a GPU at once; there is no other way to say so from JavaScript (tfjs#671).
  TF_FORCE_GPU_ALLOW_GROWTH: 'true',
  // Code that the driver compiles for a GPU without kernels of its own is worth keeping, whole.
  CUDA_CACHE_MAXSIZE: '4294967296',
} as const;

/**
 * Readies this process for tfjs-node 4.22: gives back `util.isNullOrUndefined`, which the package calls with every
 * operation and Node 23 removed (tfjs#8425), and sets the environment. Must run before the package is loaded.
 */
export function prepareProcess(environment: NodeJS.ProcessEnv = process.env): void {
  const old = util as unknown as { isNullOrUndefined?: (value: unknown) => boolean };
  // Node 20 and 22 have one that warns; this one does not.
  old.isNullOrUndefined = (value) => value === null || value === undefined;
  for (const [name, value] of Object.entries(defaults)) environment[name] ??= value;
}
