import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TensorflowCheck } from './inspect-package.js';

/** What is looked at; replaced in tests. */
export interface GpuProbe {
  readonly environment: NodeJS.ProcessEnv;
  exists(path: string): boolean;
  list(folder: string): readonly string[];
}

const thisMachine = (environment: NodeJS.ProcessEnv): GpuProbe => ({
  environment,
  exists: existsSync,
  list: (folder) => (existsSync(folder) ? readdirSync(folder) : []),
});

/** Folders that hold the driver's libraries on the usual systems, WSL's among them. */
const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
  '/usr/lib',
  '/usr/lib/wsl/lib',
  '/usr/local/nvidia/lib64',
  '/usr/local/cuda/compat',
];

/**
 * Whether TensorFlow can see an NVIDIA GPU, and what stands in the way: it says nothing itself and computes on the CPU
 * (tfjs.md §13.5). Nothing is loaded.
 */
export function findGpu(
  probe: GpuProbe | NodeJS.ProcessEnv = process.env,
): TensorflowCheck & { readonly what: 'gpu' } {
  const { environment, exists, list } = isProbe(probe) ? probe : thisMachine(probe);
  const missing = (detail: string, remedy: string) =>
    ({ what: 'gpu', ok: false, detail, remedy }) as const;
  const hidden = environment.CUDA_VISIBLE_DEVICES;
  if (hidden !== undefined && (hidden.trim() === '' || hidden.trim().startsWith('-')))
    return missing(
      `CUDA_VISIBLE_DEVICES is "${hidden}", which hides every GPU`,
      'Unset CUDA_VISIBLE_DEVICES, or set it to the number of the GPU that is to be used.',
    );
  const devices = list('/dev').filter((name) => /^nvidia\d+$/.test(name));
  if (devices.length === 0 && !exists('/dev/dxg'))
    return missing(
      'no NVIDIA GPU is visible (there is no /dev/nvidia0)',
      'Install NVIDIA’s driver; in a container, start it with --gpus all.',
    );
  const folders = [...(environment.LD_LIBRARY_PATH ?? '').split(':'), ...libraryFolders];
  for (const library of ['libcuda.so.1', 'libnvidia-ml.so.1']) {
    if (!folders.some((folder) => folder !== '' && exists(join(folder, library))))
      return missing(
        `${library} of NVIDIA’s driver is not in the usual places`,
        `Install it with the driver, or put its folder into LD_LIBRARY_PATH; without ${library} TensorFlow lists no GPU.`,
      );
  }
  return {
    what: 'gpu',
    ok: true,
    detail: devices.map((name) => `/dev/${name}`).join(', ') || '/dev/dxg',
  };
}

const isProbe = (probe: GpuProbe | NodeJS.ProcessEnv): probe is GpuProbe =>
  typeof probe.exists === 'function';
