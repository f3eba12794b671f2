import type { TensorflowCheck } from '../install/inspect-package.js';
import type { Binding } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { type Handle, RawTf } from '../raw/raw-tf.js';
import { arithmetics } from './arithmetic.js';
import { FloatWeights } from './float-weights.js';

/** A small product of which the result tells whether a kind of product can be relied on. */
interface Probe {
  readonly what: TensorflowCheck['what'];
  /** What is multiplied, and what sums are. */
  readonly factors: string;
  readonly sums: string;
  readonly expected: number;
  /** The product, one float32. */
  multiply(raw: RawTf): Handle;
}

function run({ what, factors, sums, expected, multiply }: Probe, binding: Binding) {
  const raw = new RawTf(binding);
  try {
    const output = raw.scope(() => multiply(raw));
    const [product] = raw.readFloat(output);
    raw.free(output);
    return product === expected
      ? { what, ok: true, detail: `${factors} products with sums in ${sums}` }
      : { what, ok: false, detail: `its product of ${factors} is ${product}, wrong or rounded` };
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] as string) : error;
    return { what, ok: false, detail: `it does not multiply ${factors}: ${reason}` };
  }
}

/**
 * Multiplies (1 + 2⁻⁷, 1) by itself: 2 + 2⁻⁶ + 2⁻¹⁴ where factors are exact and the sum is float32, 2 + 2⁻⁶ where it is rounded
 * to bfloat16.
 */
export const probeBfloat16 = (binding: Binding): TensorflowCheck =>
  run(
    {
      what: 'bf16',
      factors: 'bfloat16',
      sums: 'float32',
      expected: 2 + 2 ** -6 + 2 ** -14,
      multiply(raw) {
        const values = Float32Array.of(1 + 2 ** -7, 1);
        const x = raw.upload(dataType.float, [1, 2], values);
        const held = new FloatWeights(raw, arithmetics.bf16, [{ rows: 1, columns: 2, values }]);
        return held.multiply(x);
      },
    },
    binding,
  );

/** Multiplies (127, 127) by (127, -126) as int8: 127, from two products that int8 is too narrow for. */
export const probeIntegers = (binding: Binding): TensorflowCheck =>
  run(
    {
      what: 'int8',
      factors: 'int8',
      sums: 'int32',
      expected: 127,
      multiply(raw) {
        const int8 = (...bytes: number[]) =>
          raw.bitcast(raw.upload(dataType.uint8, [1, 2], Uint8Array.from(bytes)), dataType.int8);
        const sum = raw.dotTransposed(int8(127, 127), int8(127, -126), dataType.int32);
        return raw.cast(sum, dataType.float);
      },
    },
    binding,
  );
