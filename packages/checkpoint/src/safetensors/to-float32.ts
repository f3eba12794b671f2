import { bfloat16ToFloat32, float16ToFloat32 } from '@thinkbits/numerics';
import { ThinkbitsError } from '@thinkbits/spec';
import { aligned } from './aligned.js';
import type { Dtype } from './dtype.js';

/**
 * Widens F32, F16 or BF16 bytes to float32: exact. F32 is viewed, not copied, where alignment allows.
 * @throws ThinkbitsError `checkpoint/not-float`
 */
export function toFloat32(name: string, dtype: Dtype, bytes: Uint8Array): Float32Array {
  switch (dtype) {
    case 'F32':
      return aligned(Float32Array, bytes);
    case 'F16':
      return float16ToFloat32(aligned(Uint16Array, bytes));
    case 'BF16':
      return bfloat16ToFloat32(aligned(Uint16Array, bytes));
    default:
      throw new ThinkbitsError({
        code: 'checkpoint/not-float',
        message: `Tensor "${name}" is ${dtype}; F32, F16 and BF16 are read as float.`,
        help: 'Read its bytes, or convert the checkpoint to bf16 first.',
        details: { tensor: name, dtype },
      });
  }
}
