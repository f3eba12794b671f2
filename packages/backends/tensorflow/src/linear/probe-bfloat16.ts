import type { TensorflowCheck } from '../install/inspect-package.js';
import type { Binding } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { RawTf } from '../raw/raw-tf.js';
import { arithmetics } from './arithmetic.js';
import { FloatWeights } from './float-weights.js';

/**
 * Multiplies (1 + 2⁻⁷, 1) by itself: 2 + 2⁻⁶ + 2⁻¹⁴ where factors are exact and the sum is float32, 2 + 2⁻⁶ where it is rounded
 * to bfloat16.
 */
export function probeBfloat16(binding: Binding): TensorflowCheck {
  const what = 'bf16';
  const raw = new RawTf(binding);
  const values = Float32Array.of(1 + 2 ** -7, 1);
  let product: number | undefined;
  try {
    const output = raw.scope(() => {
      const x = raw.upload(dataType.float, [1, 2], values);
      const held = new FloatWeights(raw, arithmetics.bf16, [{ rows: 1, columns: 2, values }]);
      return held.multiply(x);
    });
    [product] = raw.readFloat(output);
    raw.free(output);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] as string) : error;
    return { what, ok: false, detail: `it does not multiply in bfloat16: ${reason}` };
  }
  return product === 2 + 2 ** -6 + 2 ** -14
    ? { what, ok: true, detail: 'bfloat16 products with sums in float32' }
    : { what, ok: false, detail: `its product in bfloat16 is ${product}, wrong or rounded` };
}
