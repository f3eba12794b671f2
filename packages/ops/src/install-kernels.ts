import { getKernel, type KernelFunc } from '@tensorflow/tfjs-core';
import { cachedAttentionOp } from './attention/cached-attention.js';
import { cachedAttentionKernel } from './attention/cached-attention-kernel.js';
import { installKernel } from './fused-op.js';
import { hostBackends } from './host-memory.js';
import { installLinearProduct, linearProductKernel } from './linear-product.js';
import { hostLinear } from './packed-linear/packed-linear.js';
import { quantizeActivationsOp } from './quantize-activations.js';
import { quantizeActivationsKernel } from './quantize-activations-kernel.js';
import { rmsNormOp } from './rms-norm.js';
import { rmsNormKernel } from './rms-norm-kernel.js';
import { rotaryEmbeddingOp } from './rotary-embedding.js';
import { rotaryEmbeddingKernel } from './rotary-embedding-kernel.js';
import { installWasmProducts } from './wasm/products.js';

const kernels: readonly (readonly [name: string, kernel: KernelFunc])[] = [
  [rmsNormOp.name, rmsNormKernel],
  [rotaryEmbeddingOp.name, rotaryEmbeddingKernel],
  [cachedAttentionOp.name, cachedAttentionKernel],
  [quantizeActivationsOp.name, quantizeActivationsKernel],
];

/**
 * Registers the TypeScript and WebAssembly kernels for the backends whose tensors live in host memory, and has products of tfjs's
 * backend `wasm`, once that was imported, take its fast path; safe to repeat, and a backend's own kernel stays.
 */
export function installHostKernels(): void {
  for (const backend of hostBackends)
    for (const [name, kernel] of kernels)
      if (!getKernel(name, backend)) installKernel(name, backend, kernel);
  for (const backend of hostBackends)
    if (!getKernel(linearProductKernel, backend)) installLinearProduct(backend, hostLinear);
  installWasmProducts();
}
