export { allFinite } from './all-finite.js';
export { channelGrids, encodeChannelGroup, encodeOnGrids } from './channel-grids.js';
export { clampGroups } from './clamp-groups.js';
export { type ClipSearch, defaultClipSearch } from './clip-search.js';
export {
  type Block,
  type BlockKernels,
  plainBlockKernels,
  type Rounding,
} from './compensated-rounding/block-kernels.js';
export { activationOrder } from './compensated-rounding/column-order.js';
export {
  type CompensationOptions,
  type CompleteCompensationOptions,
  compensationProperties,
  completeCompensation,
  schemeOfOptions,
} from './compensated-rounding/options.js';
export { type CompensationCost, planCompensatedRounding } from './compensated-rounding/plan.js';
export {
  type PrepareColumnsOptions,
  type PreparedColumns,
  prepareColumns,
} from './compensated-rounding/prepare-columns.js';
export { type RoundColumnsOptions, roundColumns } from './compensated-rounding/round-columns.js';
export { type CompressedTensorsWeight, compressedTensorsQuantize } from './compressed-tensors.js';
export { dequantizeWeight } from './dequantize-weight.js';
export { encodeGroup } from './encode-group.js';
export { encodeFloat } from './float-formats/encode-float.js';
export { type FloatElementFormat, floatElements } from './float-formats/float-element.js';
export {
  floatScale,
  globalScale,
  scaleCode,
  scaleOfCode,
} from './float-formats/float-scale.js';
export { decodePowerScale } from './float-formats/power-scale.js';
export { type Grid, highestCode, lowestCode } from './grid.js';
export { type GroupSize, groupCount, groupSize } from './group-count.js';
export { groupIssues } from './group-issues.js';
export { leastWidth } from './group-parameters.js';
export { baseHadamard } from './hadamard/base-hadamard.js';
export { findHadamardOrder, type HadamardOrder, hadamardOrder } from './hadamard/hadamard-order.js';
export {
  type HadamardFactors,
  hadamardFactors,
  hadamardTransform,
} from './hadamard/hadamard-transform.js';
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half-precision.js';
export { checkKvScheme, kvSchemeIssues, type StaticHalves } from './kv-scheme.js';
export { choleskyFactor } from './linear-algebra/cholesky-factor.js';
export { invertLower } from './linear-algebra/invert-lower.js';
export { invertMatrix } from './linear-algebra/invert-matrix.js';
export { kroneckerFactors } from './linear-algebra/kronecker-factors.js';
export {
  type BlockedOptions,
  blockOf,
  type FactorPanel,
  type MatrixBlock,
  type MatrixKernels,
  type QuadraticTrace,
  type ReorderSquare,
  type SolveRows,
  type SubtractProduct,
  spans,
} from './linear-algebra/matrix-block.js';
export { pause } from './linear-algebra/pause.js';
export { quadraticTrace } from './linear-algebra/quadratic-trace.js';
export { randomOrthogonal } from './linear-algebra/random-orthogonal.js';
export { subtractProduct } from './linear-algebra/subtract-product.js';
export { upperFactorOfInverse } from './linear-algebra/upper-factor-of-inverse.js';
export {
  applyLinearMap,
  denseLinearMap,
  hadamardSigns,
  invertLinearMap,
  linearMapSize,
  mapOutputs,
  transposeLinearMap,
} from './linear-map/linear-map.js';
export { packCodes, packedWords, unpackCodes } from './pack-codes.js';
export { packedWeightBytes, storedScales } from './packed-weight-bytes.js';
export {
  dequantizeTokens,
  type QuantizedTokens,
  quantizeTokens,
  type TokenGrid,
} from './quantize-tokens.js';
export { createRandom } from './random.js';
export { numpyPermutation } from './reference-random/numpy-permutation.js';
export { createPythonRandom, type PythonRandom } from './reference-random/python-random.js';
export { relativeSquaredError } from './relative-error.js';
export { roundHalfEven } from './round-half-even.js';
export { type RoundToNearestOptions, roundToNearest } from './round-to-nearest.js';
export { hasSignedCodes } from './weight-parameters.js';
