import { dequantizeWeight } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Binding } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { RawTf } from '../raw/raw-tf.js';
import { bindings } from '../testing/bindings.js';
import { productOfRows } from '../testing/product-of-rows.js';
import { generator, randomWeight } from '../testing/random-weight.js';
import { packPlanes } from './pack-planes.js';
import { PackedWeights } from './packed-weights.js';

describe('planes', () => {
  it('put column b + plane · width into byte b, low bits first', () => {
    const weight = {
      rows: 1,
      columns: 6,
      scheme: { bits: 4, group: 'channel', symmetric: true },
      codes: Int8Array.from([-8, 7, 0, -1, 3, -5]),
      scales: Float32Array.of(1),
    } as unknown as QuantizedWeight;
    // A word a row holds eight slots: columns 0 … 3 low, 4 and 5 high; codes + 8.
    const { bytes, width, slot } = packPlanes(weight, 0, 1);
    expect([width, slot]).toEqual([4, 4]);
    expect([...bytes]).toEqual([0xb0, 0x3f, 0x08, 0x07]);
  });
});

describe.each(bindings)('weights packed on the device, $name', (tested) => {
  const binding = tested.binding as Binding;
  beforeEach(({ skip }) => skip(binding === undefined));

  const multiply = (x: Float32Array, tokens: number, weights: readonly QuantizedWeight[]) => {
    const raw = new RawTf(binding);
    const held = new PackedWeights(raw, weights);
    const [{ columns }] = weights as [QuantizedWeight];
    const input = raw.upload(dataType.float, [tokens, columns], x);
    const output = held.multiply(input);
    const values = [...raw.readFloat(output)];
    raw.free(input, output);
    const { bytes } = held;
    held.dispose();
    return { values, bytes, shape: output.shape };
  };

  it('equal the product with dequantized weights on 300 random shapes, and leak nothing', () => {
    const random = generator(7);
    const below = (n: number) => Math.floor(random() * n);
    const before = binding.getNumOfTensors();
    for (let round = 0; round < 300; round++) {
      const columns = 1 + below(70);
      const tokens = 1 + below(4);
      const weights = Array.from({ length: 1 + below(3) }, () =>
        randomWeight(
          {
            rows: 1 + below(9),
            columns,
            bits: 2 + below(7),
            group: below(4) === 0 ? 'channel' : 1 + below(columns + 3),
            symmetric: random() < 0.5,
            scattered: random() < 0.3,
          },
          random,
        ),
      );
      const x = Float32Array.from({ length: tokens * columns }, () => 2 * random() - 1);
      const { values, shape } = multiply(x, tokens, weights);
      const parts = weights.map((weight) =>
        productOfRows(x, dequantizeWeight(weight), weight.columns),
      );
      expect(shape).toEqual([tokens, weights.reduce((sum, { rows }) => sum + rows, 0)]);
      const expected = Array.from({ length: tokens }, (_, t) =>
        parts.flatMap((part, i) => {
          const { rows } = weights[i] as QuantizedWeight;
          return part.slice(t * rows, (t + 1) * rows);
        }),
      ).flat();
      // Float32 sums of up to 70 products of up to 256 · 1.01.
      const largest = Math.max(
        ...values.map((value, i) => Math.abs(value - (expected[i] as number))),
      );
      expect(largest).toBeLessThan(5e-3);
    }
    expect(binding.getNumOfTensors()).toBe(before);
  });

  it('take the bytes of their packed form', () => {
    const shape = { rows: 8, columns: 64, bits: 4, group: 32, symmetric: false, scattered: false };
    const weight = randomWeight(shape, generator(1));
    // 32 bytes of codes a row, two groups of scale and zero in float32.
    expect(multiply(new Float32Array(64), 1, [weight]).bytes).toBe(8 * (32 + 2 * 8));
    const eight = randomWeight({ ...shape, bits: 8, symmetric: true }, generator(1));
    // 64 bytes of codes a row, two scales; 128, which is subtracted from every slot, once.
    expect(multiply(new Float32Array(64), 1, [eight]).bytes).toBe(8 * (64 + 2 * 4) + 4);
  });
});
