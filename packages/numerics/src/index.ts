export { type ClipSearch, defaultClipSearch } from './clip-search.js';
export { type CompressedTensorsWeight, compressedTensorsQuantize } from './compressed-tensors.js';
export { dequantizeWeight } from './dequantize-weight.js';
export { encodeGroup } from './encode-group.js';
export { type Grid, highestCode, lowestCode } from './grid.js';
export { groupCount, groupSize } from './group-count.js';
export { groupIssues } from './group-issues.js';
export {
  bfloat16ToFloat32,
  float16ToFloat32,
  float32ToBfloat16,
  float32ToFloat16,
} from './half-precision.js';
export { packCodes, packedWords, unpackCodes } from './pack-codes.js';
export { dequantizeTokens, type QuantizedTokens, quantizeTokens } from './quantize-tokens.js';
export { createRandom } from './random.js';
export { relativeSquaredError } from './relative-error.js';
export { roundHalfEven } from './round-half-even.js';
export { type RoundToNearestOptions, roundToNearest } from './round-to-nearest.js';
