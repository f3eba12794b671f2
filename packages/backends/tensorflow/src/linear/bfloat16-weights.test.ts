import { bfloat16ToFloat32, dequantizeWeight, float32ToBfloat16 } from '@thinkbits/numerics';
import { isQuantized, type LinearPart } from '@thinkbits/ops';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Binding, BindingAttribute, BindingTensor } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { RawTf } from '../raw/raw-tf.js';
import { bindings } from '../testing/bindings.js';
import { FakeBinding } from '../testing/fake-binding.js';
import { productOfRows } from '../testing/product-of-rows.js';
import { generator, randomWeight } from '../testing/random-weight.js';
import { arithmetics } from './arithmetic.js';
import { FloatWeights } from './float-weights.js';
import { PackedWeights } from './packed-weights.js';
import { probeBfloat16 } from './probe-products.js';

const rounded = (values: Float32Array) => bfloat16ToFloat32(float32ToBfloat16(values));
const magnitudes = (values: Float32Array) => values.map(Math.abs);

/** Side by side, for each token the outputs of all parts. */
const join = (pieces: readonly number[][], tokens: number): number[] =>
  Array.from({ length: tokens }, (_, token) =>
    pieces.flatMap((piece) => {
      const rows = piece.length / tokens;
      return piece.slice(token * rows, (token + 1) * rows);
    }),
  ).flat();

describe.each(bindings)('products in bfloat16, $name', (tested) => {
  const binding = tested.binding as Binding;
  beforeEach(({ skip }) => skip(binding === undefined));

  const draw = (random: () => number, length: number) =>
    Float32Array.from({ length }, () => 2 * random() - 1);

  /** Multiplies, and frees all; `held` must be of the same numbers. */
  function multiply(x: Float32Array, tokens: number, held: FloatWeights | PackedWeights) {
    const raw = new RawTf(binding);
    const input = raw.upload(dataType.float, [tokens, x.length / tokens], x);
    const output = held.multiply(input);
    const values = [...raw.readFloat(output)];
    raw.free(input, output);
    held.dispose();
    return { values, shape: output.shape };
  }

  // Twelve rounds: each shape is compiled once.
  it('are those of rounded operands in float64 to float32 sums, packed and not; nothing leaks', () => {
    const random = generator(3);
    const below = (n: number) => Math.floor(random() * n);
    const before = binding.getNumOfTensors();
    for (let round = 0; round < 12; round++) {
      const columns = 1 + below(300);
      const tokens = [1, 2, 3, 1 + below(9), 1 + below(80), 71][round % 6] as number;
      const shape = () => ({
        rows: 1 + below(20),
        columns,
        bits: 2 + below(7),
        group: below(3) === 0 ? ('channel' as const) : 1 + below(columns + 3),
        symmetric: random() < 0.5,
        scattered: random() < 0.3,
      });
      const weight = randomWeight(shape(), random);
      const codes = [weight, randomWeight(shape(), random)];
      const rows = 1 + below(9);
      const float = { rows, columns, values: draw(random, rows * columns) };
      const x = draw(random, tokens * columns);
      const check = (held: FloatWeights | PackedWeights, parts: readonly LinearPart[]) => {
        const dense = parts.map((part) =>
          rounded(isQuantized(part) ? dequantizeWeight(part) : part.values),
        );
        const expected = join(
          dense.map((weight) => productOfRows(rounded(x), weight, columns)),
          tokens,
        );
        const sizes = join(
          dense.map((weight) => productOfRows(magnitudes(rounded(x)), magnitudes(weight), columns)),
          tokens,
        );
        const { values, shape: found } = multiply(x, tokens, held);
        expect(found).toEqual([tokens, parts.reduce((sum, part) => sum + part.rows, 0)]);
        // A result that had been rounded to bfloat16 would be off by up to 2⁻⁹ of itself.
        const excess = values.map(
          (value, i) => Math.abs(value - (expected[i] as number)) / (sizes[i] as number),
        );
        expect(Math.max(...excess)).toBeLessThan(2 ** -20);
      };
      const raw = new RawTf(binding);
      check(new FloatWeights(raw, arithmetics.bf16, [weight, float]), [weight, float]);
      check(new PackedWeights(raw, codes, { arithmetic: arithmetics.bf16 }), codes);
    }
    expect(binding.getNumOfTensors()).toBe(before);
  });

  it('hold floats in half the bytes of float32, and codes as they are', () => {
    const raw = new RawTf(binding);
    const shape = { rows: 8, columns: 64, bits: 4, group: 32, symmetric: false, scattered: false };
    const weight = randomWeight(shape, generator(1));
    const expanded = new FloatWeights(raw, arithmetics.bf16, [weight, weight]);
    expect(expanded.bytes).toBe(2 * (2 * 8 * 64));
    const packed = new PackedWeights(raw, [weight], { arithmetic: arithmetics.bf16 });
    expect(packed.bytes).toBe(8 * (32 + 2 * 8));
    for (const held of [expanded, packed]) held.dispose();
  });

  it('are found to be there by a product, which leaves nothing', () => {
    const before = binding.getNumOfTensors();
    expect(probeBfloat16(binding)).toEqual({
      what: 'bf16',
      ok: true,
      detail: 'bfloat16 products with sums in float32',
    });
    expect(binding.getNumOfTensors()).toBe(before);
  });
});

/** A TensorFlow whose product is another one, or none. */
class OtherBinding extends FakeBinding {
  private readonly answer: (ids: number[]) => BindingTensor[];

  constructor(answer: (binding: FakeBinding, ids: number[]) => BindingTensor[]) {
    super();
    this.answer = (ids) => answer(this, ids);
  }

  override executeOp(name: string, list: BindingAttribute[], ids: number[], outputs: number) {
    return name === 'XlaDotV2' ? this.answer(ids) : super.executeOp(name, list, ids, outputs);
  }
}

describe('a TensorFlow without products in bfloat16', () => {
  it('is told why, and nothing is left of the attempt', () => {
    const binding = new OtherBinding(() => {
      throw new Error('Could not find compiler for platform CUDA');
    });
    expect(probeBfloat16(binding)).toMatchObject({
      ok: false,
      detail: expect.stringMatching(/^it does not multiply bfloat16: .*CUDA/),
    });
    expect(binding.getNumOfTensors()).toBe(0);
  });

  it('is told that sums are rounded', () => {
    const binding = new OtherBinding((fake) => [
      {
        id: fake.createTensor([1, 1], dataType.float, Float32Array.of(2.015625)),
        shape: [1, 1],
        dtype: dataType.float,
      },
    ]);
    expect(probeBfloat16(binding).detail).toContain('2.015625, wrong or rounded');
    expect(binding.getNumOfTensors()).toBe(0);
  });
});

it('multiplies three rows in this sequence of operations and attributes', () => {
  const binding = new FakeBinding();
  const raw = new RawTf(binding);
  const values = Float32Array.of(1, 2);
  const held = new FloatWeights(raw, arithmetics.bf16, [{ rows: 1, columns: 2, values }]);
  binding.calls.length = 0;
  const x = raw.upload(dataType.float, [3, 2], Float32Array.of(1, 1, 2, 2, 3, 3));
  expect([...raw.readFloat(held.multiply(x))]).toEqual([3, 6, 9]);
  const { float, int32, bfloat16 } = dataType;
  const product = {
    LhsT: bfloat16,
    RhsT: bfloat16,
    dimension_numbers: '\n\x01\x01\x12\x01\x01',
    precision_config: '',
    preferred_element_type: float,
  };
  expect(binding.calls.map(({ operation, attributes }) => [operation, attributes])).toEqual([
    ['Pad', { T: float, Tpaddings: int32 }],
    ['Cast', { SrcT: float, DstT: bfloat16, Truncate: false }],
    ['XlaDotV2', product],
    ['Slice', { T: float, Index: int32 }],
  ]);
});
