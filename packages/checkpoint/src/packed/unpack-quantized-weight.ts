import {
  floatElements,
  groupCount,
  hasSignedCodes,
  packedWords,
  unpackCodes,
} from '@thinkbits/numerics';
import { type QuantizedWeight, ThinkbitsError, type WeightScheme } from '@thinkbits/spec';
import { aligned } from '../safetensors/aligned.js';
import type { Dtype } from '../safetensors/dtype.js';
import { restoreScales, scaleLayout } from './stored-scales.js';
import type { TensorData } from './tensor-data.js';

/** The tensors of a quantized linear, by the last part of their names. */
export interface PackedTensors {
  readonly weight_packed?: TensorData;
  readonly weight_scale?: TensorData;
  readonly weight_global_scale?: TensorData;
  readonly weight_zero_point?: TensorData;
  readonly weight_g_idx?: TensorData;
  readonly weight_shape?: TensorData;
}

function refuse(linear: string, message: string): never {
  throw new ThinkbitsError({
    code: 'checkpoint/bad-packed',
    message: `${linear}: ${message}`,
    help: 'thinkbits.json and the weights do not belong together; copy both again, or quantize again.',
    details: { linear },
  });
}

/**
 * The inverse of {@link packQuantizedWeight}.
 * @param linear full name without `.weight`, for messages
 * @param scheme of the weight, from thinkbits.json
 * @throws ThinkbitsError `checkpoint/bad-packed` when a tensor is missing, or has another type or shape
 *   than the scheme says
 */
export function unpackQuantizedWeight(
  linear: string,
  scheme: WeightScheme,
  tensors: PackedTensors,
): QuantizedWeight {
  const bytes = (part: keyof PackedTensors, dtype: Dtype, shape: readonly number[]): Uint8Array => {
    const tensor = tensors[part];
    if (!tensor) return refuse(linear, `${part} is missing.`);
    if (tensor.dtype !== dtype || tensor.shape.join() !== shape.join()) {
      const found = `${tensor.dtype} of shape [${tensor.shape.join(', ')}]`;
      return refuse(linear, `${part} is ${found}, not ${dtype} of shape [${shape.join(', ')}].`);
    }
    return tensor.bytes;
  };
  const floats = (part: keyof PackedTensors, shape: readonly number[]) =>
    aligned(Float32Array, bytes(part, 'F32', shape));

  const [rows, columns] = Array.from(
    aligned(BigInt64Array, bytes('weight_shape', 'I64', [2])),
    Number,
  ) as [number, number];
  if (!Number.isSafeInteger(rows * columns) || rows < 1 || columns < 1) {
    refuse(linear, `weight_shape says [${rows}, ${columns}].`);
  }
  const groups = groupCount(columns, scheme.group);
  const wordsPerRow = packedWords(columns, scheme.bits);
  const words = aligned(Uint32Array, bytes('weight_packed', 'I32', [rows, wordsPerRow]));
  const usedBits = (columns * scheme.bits) % 32;
  for (let row = 0; usedBits > 0 && row < rows; row++) {
    if ((words[(row + 1) * wordsPerRow - 1] as number) >>> usedBits === 0) continue;
    refuse(
      linear,
      `row ${row} of weight_packed has more than ${columns} codes of ${scheme.bits} bits.`,
    );
  }
  const layout = scaleLayout(scheme, rows, columns);
  const scaleBytes = bytes('weight_scale', layout.dtype, layout.shape);
  const relative = scheme.float?.scale === 'e4m3';
  const globalScale = relative ? (floats('weight_global_scale', [1])[0] as number) : 1;
  const stored = layout.dtype === 'F32' ? aligned(Float32Array, scaleBytes) : scaleBytes;
  const scales = restoreScales(scheme, rows, stored, globalScale);
  if (scheme.symmetric && tensors.weight_zero_point) {
    refuse(linear, 'the scheme is symmetric, and there is a weight_zero_point.');
  }
  const groupIndex =
    tensors.weight_g_idx && aligned(Int32Array, bytes('weight_g_idx', 'I32', [columns]));
  const outside = groupIndex?.find((group) => group < 0 || group >= groups);
  if (outside !== undefined) {
    refuse(linear, `weight_g_idx has group ${outside}; there are ${groups}.`);
  }
  const codes = unpackCodes(words, rows, columns, scheme.bits, hasSignedCodes(scheme));
  const elements = scheme.float && floatElements[scheme.float.element].values;
  const strange = elements && codes.find((code) => !Number.isFinite(elements[code]));
  if (strange !== undefined)
    refuse(linear, `weight_packed has the code ${strange}, which is no number.`);
  return {
    rows,
    columns,
    scheme,
    codes,
    scales,
    ...(relative && { globalScale }),
    ...(!scheme.symmetric && { zeros: floats('weight_zero_point', [rows, groups]) }),
    ...(groupIndex && { groupIndex }),
  };
}
