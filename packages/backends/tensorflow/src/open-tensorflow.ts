import { createRequire } from 'node:module';
import { backend, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import {
  cachedAttentionOp,
  installKernel,
  installLinearProduct,
  removeLinearProduct,
} from '@thinkbits/ops';
import { cachedAttentionKernel } from './cached-attention-kernel.js';
import { findGpu } from './install/find-gpu.js';
import { type FoundPackage, findPackage, type TensorflowPackage } from './install/find-package.js';
import { inspectPackage, setupCommand, type TensorflowCheck } from './install/inspect-package.js';
import { explainLoadFailure } from './install/load-failure.js';
import { prepareProcess } from './install/prepare-process.js';
import { packedWeights } from './packed/packed-weights.js';
import type { NodeBackend } from './raw/binding.js';
import { type WeightForm, weightForm } from './weight-form.js';

/** How TensorFlow is opened. */
export interface OpenTensorflowOptions {
  /** `gpu`: nothing is loaded unless a GPU can be seen; by default a CPU serves too. */
  readonly device?: 'gpu' | 'any';
  /** How quantized weights are held; by default packed on a GPU and expanded on a CPU. */
  readonly weights?: WeightForm;
  /** Where a project's packages are looked for; the working directory by default. */
  readonly directory?: string;
}

/** TensorFlow as a backend that was considered. */
export interface OpenedTensorflow {
  readonly name: 'tensorflow';
  readonly available: boolean;
  /** Whether it computes on a GPU. */
  readonly gpu: boolean;
  /** Why it can or cannot be used. */
  readonly why: string;
  /** The remedy: mostly a command. */
  readonly install?: string;
  /** What was looked at, in order; a failed check names its remedy. */
  readonly checks: readonly TensorflowCheck[];
}

const gpuPackage = '@tensorflow/tfjs-node-gpu';
const cpuPackage = '@tensorflow/tfjs-node';

/** Loads a package that has all it needs; registers the backend with tfjs, whose engine is one for the whole process. */
function load({ name, directory }: FoundPackage): TensorflowCheck {
  const { warn } = console;
  // It registers what this process may have already, a warning a kernel; nobody else can speak meanwhile.
  console.warn = () => {};
  try {
    createRequire(import.meta.url)(directory);
    return { what: 'load', ok: true, detail: name };
  } catch (error) {
    return { what: 'load', ok: false, ...explainLoadFailure(error, setupCommand(name)) };
  } finally {
    console.warn = warn;
  }
}

/** Opens one package as far as it goes. */
function tryPackage(name: TensorflowPackage, directory?: string): TensorflowCheck[] {
  const found = findPackage(name, directory);
  if (!found)
    return [
      {
        what: 'package',
        ok: false,
        detail: `${name} is not installed`,
        remedy: setupCommand(name),
      },
    ];
  const checks = inspectPackage(found);
  return checks.every(({ ok }) => ok) ? [...checks, load(found)] : checks;
}

/** Puts the process on TensorFlow, which has been loaded, and says what it is. */
async function start(
  checks: readonly TensorflowCheck[],
  gpuCheck: TensorflowCheck,
  options: OpenTensorflowOptions,
): Promise<OpenedTensorflow> {
  await setBackend('tensorflow');
  const { binding, isGPUPackage, isUsingGpuDevice: gpu } = backend() as NodeBackend;
  const weights = weightForm(gpu, options.weights);
  if (weights === 'packed') installLinearProduct('tensorflow', packedWeights);
  else removeLinearProduct('tensorflow');
  installKernel(cachedAttentionOp.name, 'tensorflow', cachedAttentionKernel);
  const device = gpu
    ? 'on a GPU'
    : isGPUPackage
      ? `on the CPU: ${gpuCheck.ok ? 'TensorFlow lists no GPU (TF_CPP_MIN_LOG_LEVEL=0 shows why)' : `${gpuCheck.detail}. ${gpuCheck.remedy}`}`
      : 'on the CPU';
  const name = isGPUPackage ? gpuPackage : cpuPackage;
  const why = `TensorFlow ${binding.TF_Version} by ${name}, weights ${weights}, ${device}`;
  const all = isGPUPackage ? [...checks, gpuCheck] : checks;
  return { name: 'tensorflow', available: true, gpu, why, checks: all };
}

/**
 * Opens TensorFlow where the user set it up, and puts the process on it; else says what is missing and what to do. Of the two
 * packages the GPU's comes first where a GPU can be seen, else the CPU's; never are both loaded in one process.
 *
 * @throws ThinkbitsError `tensorflow/weight-form` (usage)
 */
export async function openTensorflow(
  options: OpenTensorflowOptions = {},
): Promise<OpenedTensorflow> {
  const gpuCheck = findGpu();
  if (findBackendFactory('tensorflow')) return start([], gpuCheck, options);
  const missing = (checks: readonly TensorflowCheck[]): OpenedTensorflow => {
    const failed = checks.filter(({ ok }) => !ok);
    // What is there and broken tells more than what was never installed.
    const broken = failed.find(({ detail }) => !detail.endsWith('is not installed'));
    const remedy = (broken ?? failed[0])?.remedy;
    const why = failed.map(({ detail }) => detail).join('; ');
    const shared = { name: 'tensorflow', available: false, gpu: false, why, checks } as const;
    return remedy === undefined ? shared : { ...shared, install: remedy };
  };
  if (options.device === 'gpu' && !gpuCheck.ok) return missing([gpuCheck]);
  const names: TensorflowPackage[] =
    options.device === 'gpu'
      ? [gpuPackage]
      : gpuCheck.ok
        ? [gpuPackage, cpuPackage]
        : [cpuPackage, gpuPackage];
  prepareProcess();
  const all: TensorflowCheck[] = [];
  for (const name of names) {
    const checks = tryPackage(name, options.directory);
    if (checks.every(({ ok }) => ok)) return start(checks, gpuCheck, options);
    all.push(...checks);
  }
  return missing(all);
}
