export { type CachePlace, cachePlace, cachePlaceVariable } from './cache-place.js';
export { findGpu } from './install/find-gpu.js';
export {
  type FoundPackage,
  findPackage,
  type TensorflowPackage,
  tensorflowPackageVersion,
} from './install/find-package.js';
export type { TensorflowCheck } from './install/inspect-package.js';
export { PackedWeights } from './linear/packed-weights.js';
export {
  type OpenedTensorflow,
  type OpenTensorflowOptions,
  openTensorflow,
} from './open-tensorflow.js';
export type { Binding, BindingAttribute, BindingTensor, NodeBackend } from './raw/binding.js';
export { type DataType, dataType } from './raw/data-type.js';
export { type OpAttributes, type OpName, opTable } from './raw/op-table.js';
export { type Handle, RawTf } from './raw/raw-tf.js';
export { type WeightForm, weightForm, weightFormVariable } from './weight-form.js';
