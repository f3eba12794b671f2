export { estimateSeconds } from './plan/estimate-seconds.js';
export { packedWeightBytes } from './plan/packed-weight-bytes.js';
export { planQuantization } from './plan/plan-quantization.js';
export type { QuantizationPlan } from './plan/quantization-plan.js';
export { quantize } from './quantize.js';
export {
  type QuantizeCheckpointOptions,
  type QuantizeResult,
  quantizeCheckpoint,
} from './quantize-checkpoint.js';
export type { LayerFailurePolicy, QuantizeOptions } from './quantize-options.js';
