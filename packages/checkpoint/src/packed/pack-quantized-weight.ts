import { groupCount, hasSignedCodes, packCodes, packedWords } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';
import { storeScales } from './stored-scales.js';
import { bytesOf, type TensorData } from './tensor-data.js';

/**
 * The tensors that store a quantized linear (interface.md §3): codes packed as compressed-tensors does,
 * parameters in float32, so that opening equals quantizing in memory, to the bit.
 *
 * - `weight_packed` I32 `[rows, ceil(columns · bits / 32)]`
 * - `weight_scale` F32 `[rows, groups]`, `[1]` where one scale serves the whole tensor; U8 (E8M0) or F8_E4M3 in the
 *   formats that have such scales, `weight_global_scale` F32 `[1]` beside the latter
 * - `weight_zero_point` F32 `[rows, groups]`, unless symmetric
 * - `weight_g_idx` I32 `[columns]`, where groups are not consecutive
 * - `weight_shape` I64 `[2]` = (rows, columns)
 *
 * Bits, symmetry and format are not stored: thinkbits.json has them.
 * @param linear full name without `.weight`
 * @throws ThinkbitsError `checkpoint/scale-format` when a scale is not one of its format
 */
export function packQuantizedWeight(linear: string, weight: QuantizedWeight): TensorData[] {
  const { rows, columns, scheme, codes, zeros, groupIndex } = weight;
  const groups = groupCount(columns, scheme.group);
  const packed = packCodes(codes, rows, columns, scheme.bits, hasSignedCodes(scheme));
  const shape = new BigInt64Array([BigInt(rows), BigInt(columns)]);
  return [
    {
      name: `${linear}.weight_packed`,
      dtype: 'I32',
      shape: [rows, packedWords(columns, scheme.bits)],
      bytes: bytesOf(packed),
    },
    ...storeScales(linear, weight),
    ...(zeros
      ? [
          {
            name: `${linear}.weight_zero_point`,
            dtype: 'F32' as const,
            shape: [rows, groups],
            bytes: bytesOf(zeros),
          },
        ]
      : []),
    ...(groupIndex
      ? [
          {
            name: `${linear}.weight_g_idx`,
            dtype: 'I32' as const,
            shape: [columns],
            bytes: bytesOf(groupIndex),
          },
        ]
      : []),
    { name: `${linear}.weight_shape`, dtype: 'I64', shape: [2], bytes: bytesOf(shape) },
  ];
}
