export type { Checkpoint, FloatTensor, RowRange } from './checkpoint.js';
export { createPortableSha256 } from './hash-checkpoint.js';
export { indexFile } from './locate-tensors.js';
export {
  decodeFloatArrays,
  encodeFloatArrays,
  type JsonWithArrays,
} from './manifest/float-array-json.js';
export { formatManifest } from './manifest/format-manifest.js';
export { manifestSchema } from './manifest/manifest-schema.js';
export { parseManifest } from './manifest/parse-manifest.js';
export {
  manifestFile,
  manifestVersion,
  type OnlineEdit,
  type ThinkbitsManifest,
} from './manifest/thinkbits-manifest.js';
export { memoryFiles } from './memory-files.js';
export type { IncrementalHash, ModelFiles } from './model-files.js';
export { openCheckpoint } from './open-checkpoint.js';
export { packQuantizedWeight } from './packed/pack-quantized-weight.js';
export { readPackedLinear } from './packed/read-packed-linear.js';
export type { TensorData } from './packed/tensor-data.js';
export { type PackedTensors, unpackQuantizedWeight } from './packed/unpack-quantized-weight.js';
export { type ModelDescription, readDescription } from './read-description.js';
export { byteCount, type Dtype, dtypeBits, elementCount, isDtype } from './safetensors/dtype.js';
export { formatShardIndex } from './safetensors/format-shard-index.js';
export { readHeader } from './safetensors/read-header.js';
export type { TensorHeader } from './safetensors/serialize-header.js';
export type { TensorEntry } from './safetensors/tensor-entry.js';
export { toFloat32 } from './safetensors/to-float32.js';
