export * from './apply-kronecker.js';
export * from './attention/cached-attention.js';
export { attendOnHost, type HostAttention } from './attention/cached-attention-kernel.js';
export * from './attention/causal-attention.js';
export { hiddenScore } from './attention/hidden-score.js';
export * from './calibration/backend-product.js';
export * from './calibration/blocked-options.js';
export * from './calibration/compensated-session.js';
export * from './calibration/host-algebra.js';
export * from './calibration/host-values.js';
export * from './calibration/input-products.js';
export * from './calibration/largest-of-columns.js';
export * from './channel-map.js';
export * from './decoder-stack.js';
export * from './fake-quantize.js';
export * from './fused-op.js';
export * from './gradients/register-gradients.js';
export * from './hadamard.js';
export * from './host-memory.js';
export * from './install-kernels.js';
export * from './invert.js';
export * from './joined-product.js';
export {
  type BackendRows,
  installBackendRows,
  type KeepRows,
  type KvHalf,
  removeBackendRows,
} from './kv-cache/backend-rows.js';
export * from './kv-cache/check-kv-parameters.js';
export { KeyRotation, requireAngles } from './kv-cache/key-rotation.js';
export * from './kv-cache/kv-cache.js';
export * from './kv-cache/kv-store.js';
export { pageMemory } from './kv-cache/page-memory.js';
export * from './linear-part.js';
export * from './linear-product.js';
export * from './linear-weight.js';
export * from './packed-linear/code-layout.js';
export * from './quantize-activations.js';
export * from './rms-norm.js';
export * from './rotary-embedding.js';
export * from './sample-token.js';
export * from './sample-tokens.js';
export * from './swiglu.js';
