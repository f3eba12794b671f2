import { createRequire } from 'node:module';
import { backend, findBackendFactory, setBackend } from '@tensorflow/tfjs-core';
import {
  cachedAttentionOp,
  installBackendRows,
  installKernel,
  installLinearProduct,
  longCachedAttentionOp,
  removeBackendRows,
  removeLinearProduct,
  rotaryEmbeddingOp,
  sampleTokensOp,
} from '@thinkbits/ops';
import type { ComputeType } from '@thinkbits/spec';
import { type CachePlace, cachePlace } from './cache-place.js';
import { cachedAttentionKernel, longCachedAttentionKernel } from './cached-attention-kernel.js';
import { findGpu } from './install/find-gpu.js';
import { type FoundPackage, findPackage, type TensorflowPackage } from './install/find-package.js';
import { inspectPackage, setupCommand, type TensorflowCheck } from './install/inspect-package.js';
import { explainLoadFailure } from './install/load-failure.js';
import { prepareProcess } from './install/prepare-process.js';
import { DeviceRows } from './kv-cache/device-rows.js';
import { canKeepRows } from './kv-cache/layer-store.js';
import { probeBfloat16, probeIntegers } from './linear/probe-products.js';
import { tensorflowLinear } from './linear/tensorflow-linear.js';
import type { NodeBackend } from './raw/binding.js';
import { rotaryEmbeddingKernel } from './rotary-embedding-kernel.js';
import { sampleTokensKernel } from './sample-tokens-kernel.js';
import { type WeightForm, weightForm } from './weight-form.js';

/** How TensorFlow is opened. */
export interface OpenTensorflowOptions {
  /** `gpu`: nothing is loaded unless a GPU can be seen; by default a CPU serves too. */
  readonly device?: 'gpu' | 'any';
  /** How quantized weights are held; by default packed on a GPU and expanded on a CPU. */
  readonly weights?: WeightForm;
  /** Where keys and values are kept; by default on a GPU, and on a CPU in host memory. */
  readonly cache?: CachePlace;
  /**
   * Arithmetic of products with a linear's weights; `f32` where absent. `bf16` rounds their inputs and weights to bfloat16, and
   * sums in float32.
   */
  readonly compute?: ComputeType;
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
const notInstalled = 'is not installed';

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
  if (!found) {
    const detail = `${name} ${notInstalled}`;
    return [{ what: 'package', ok: false, detail, remedy: setupCommand(name) }];
  }
  const checks = inspectPackage(found);
  return checks.every(({ ok }) => ok) ? [...checks, load(found)] : checks;
}

/** Where it computes, and, where that is not on a GPU, why and what would change it. */
function describeDevice(
  { isGPUPackage, isUsingGpuDevice }: NodeBackend,
  gpu: TensorflowCheck,
): string {
  if (isUsingGpuDevice) return 'on a GPU';
  if (!isGPUPackage)
    return gpu.ok ? `on the CPU; ${setupCommand(gpuPackage)} would use the GPU` : 'on the CPU';
  return gpu.ok
    ? 'on the CPU: TensorFlow lists no GPU (TF_CPP_MIN_LOG_LEVEL=0 shows why)'
    : `on the CPU: ${gpu.detail}. ${gpu.remedy}`;
}

/** Puts the process on TensorFlow, which has been loaded, and says what it is. */
async function start(
  checks: readonly TensorflowCheck[],
  gpuCheck: TensorflowCheck,
  options: OpenTensorflowOptions,
): Promise<OpenedTensorflow> {
  await setBackend('tensorflow');
  const node = backend() as NodeBackend;
  const { isGPUPackage, isUsingGpuDevice: gpu } = node;
  const weights = weightForm(gpu, options.weights);
  const compute = options.compute ?? 'f32';
  const bf16 = compute === 'bf16' ? [probeBfloat16(node.binding)] : [];
  const int8 = weights === 'packed' ? [probeIntegers(node.binding)] : [];
  const all = [...checks, ...(isGPUPackage ? [gpuCheck] : []), ...bf16, ...int8];
  const lack = bf16.find(({ ok }) => !ok);
  if (lack) return { name: 'tensorflow', available: false, gpu, why: lack.detail, checks: all };
  node.compute = compute;
  if (weights === 'packed' || compute !== 'f32') {
    const integers = int8.some(({ ok }) => ok);
    const linear = tensorflowLinear({ form: weights, compute, integers });
    installLinearProduct('tensorflow', linear);
  } else removeLinearProduct('tensorflow');
  const cache = cachePlace(gpu, options.cache);
  if (cache === 'device') {
    installBackendRows('tensorflow', (shape) =>
      canKeepRows(shape) ? new DeviceRows(node, shape) : undefined,
    );
  } else removeBackendRows('tensorflow');
  installKernel(cachedAttentionOp.name, 'tensorflow', cachedAttentionKernel);
  installKernel(longCachedAttentionOp.name, 'tensorflow', longCachedAttentionKernel);
  installKernel(rotaryEmbeddingOp.name, 'tensorflow', rotaryEmbeddingKernel);
  installKernel(sampleTokensOp.name, 'tensorflow', sampleTokensKernel);
  const name = isGPUPackage ? gpuPackage : cpuPackage;
  const version = node.binding.TF_Version;
  const device = describeDevice(node, gpuCheck);
  return {
    name: 'tensorflow',
    available: true,
    gpu,
    why: `TensorFlow ${version} by ${name}, weights ${weights}, cache on the ${cache}, ${compute === 'f32' ? '' : `in ${compute}, `}${device}`,
    checks: all,
  };
}

/** What is missing, in the order in which it was looked for. */
function unavailable(checks: readonly TensorflowCheck[]): OpenedTensorflow {
  const failed = checks.filter(({ ok }) => !ok);
  // What is there and broken tells more than what was never installed.
  const broken = failed.find(({ detail }) => !detail.endsWith(notInstalled));
  const remedy = (broken ?? failed[0])?.remedy;
  const why = failed.map(({ detail }) => detail).join('; ');
  const shared = { name: 'tensorflow', available: false, gpu: false, why, checks } as const;
  return remedy === undefined ? shared : { ...shared, install: remedy };
}

/** The packages to try, best first. */
function candidates(device: OpenTensorflowOptions['device'], gpu: boolean): TensorflowPackage[] {
  if (device === 'gpu') return [gpuPackage];
  return gpu ? [gpuPackage, cpuPackage] : [cpuPackage, gpuPackage];
}

/**
 * Opens TensorFlow where the user set it up, and puts the process on it; else says what is missing and what to do. Of the two
 * packages the GPU's comes first where a GPU can be seen, else the CPU's; never are both loaded in one process.
 *
 * @throws ThinkbitsError `tensorflow/weight-form`, `tensorflow/cache-place` (usage)
 */
export async function openTensorflow(
  options: OpenTensorflowOptions = {},
): Promise<OpenedTensorflow> {
  const gpuCheck = findGpu();
  if (findBackendFactory('tensorflow')) return start([], gpuCheck, options);
  if (options.device === 'gpu' && !gpuCheck.ok) return unavailable([gpuCheck]);
  prepareProcess();
  const tried: TensorflowCheck[] = [];
  for (const name of candidates(options.device, gpuCheck.ok)) {
    const checks = tryPackage(name, options.directory);
    tried.push(...checks);
    if (checks.every(({ ok }) => ok)) return start(tried, gpuCheck, options);
  }
  return unavailable(tried);
}
