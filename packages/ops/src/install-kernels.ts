import { cachedAttentionOp } from './attention/cached-attention.js';
import { cachedAttentionKernel } from './attention/cached-attention-kernel.js';
import { installKernel } from './fused-op.js';
import { hostBackends } from './host-memory.js';
import { quantizeActivationsOp } from './quantize-activations.js';
import { quantizeActivationsKernel } from './quantize-activations-kernel.js';
import { rmsNormOp } from './rms-norm.js';
import { rmsNormKernel } from './rms-norm-kernel.js';
import { rotaryEmbeddingOp } from './rotary-embedding.js';
import { rotaryEmbeddingKernel } from './rotary-embedding-kernel.js';

/** Registers the TypeScript kernels for the backends whose tensors live in host memory; safe to repeat. */
export function installHostKernels(): void {
  for (const backend of hostBackends) {
    installKernel(rmsNormOp.name, backend, rmsNormKernel);
    installKernel(rotaryEmbeddingOp.name, backend, rotaryEmbeddingKernel);
    installKernel(cachedAttentionOp.name, backend, cachedAttentionKernel);
    installKernel(quantizeActivationsOp.name, backend, quantizeActivationsKernel);
  }
}
