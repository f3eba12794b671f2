export type { CalibrationEntry } from './calibration-text/calibration-entry.js';
export {
  type CalibrationSource,
  calibrationSources,
} from './calibration-text/calibration-sources.js';
export type { CalibrationText } from './calibration-text/calibration-text.js';
export {
  type CalibrationTokenizer,
  cutCalibrationText,
} from './calibration-text/cut-calibration-text.js';
export { readCalibrationFile } from './calibration-text/read-calibration-file.js';
export {
  type CalibrationTexts,
  portableSource,
  readCalibrationSource,
} from './calibration-text/read-calibration-source.js';
export { renderTrace } from './calibration-text/render-trace.js';
export { type TensorEdit, tensorEdits } from './edits/tensor-edits.js';
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
export type { FindCalibration, LayerFailurePolicy, QuantizeOptions } from './quantize-options.js';
