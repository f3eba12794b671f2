import type { QuantizedWeight, WeightScheme } from '@thinkbits/spec';
import type { TensorEntry } from '../safetensors/tensor-entry.js';
import { type PackedTensors, unpackQuantizedWeight } from './unpack-quantized-weight.js';

const parts = [
  'weight_packed',
  'weight_scale',
  'weight_global_scale',
  'weight_zero_point',
  'weight_g_idx',
  'weight_shape',
] as const;

/**
 * Reads the codes of a linear from among tensors.
 * @throws ThinkbitsError `checkpoint/bad-packed`
 */
export async function readPackedLinear(
  linear: string,
  scheme: WeightScheme,
  tensors: ReadonlyMap<string, TensorEntry>,
  read: (tensor: TensorEntry) => Promise<Uint8Array>,
): Promise<QuantizedWeight> {
  const packed: { -readonly [Part in keyof PackedTensors]: PackedTensors[Part] } = {};
  for (const part of parts) {
    const tensor = tensors.get(`${linear}.${part}`);
    if (tensor) packed[part] = { ...tensor, bytes: await read(tensor) };
  }
  return unpackQuantizedWeight(linear, scheme, packed);
}
