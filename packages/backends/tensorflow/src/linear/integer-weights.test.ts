import { dequantizeWeight } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Binding } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { RawTf } from '../raw/raw-tf.js';
import { bindings } from '../testing/bindings.js';
import { productOfRows } from '../testing/product-of-rows.js';
import { generator, randomWeight } from '../testing/random-weight.js';
import { PackedWeights } from './packed-weights.js';
import { probeIntegers } from './probe-products.js';

const form = { rows: 8, columns: 64, bits: 8, group: 'channel', scattered: false } as const;

describe.each(bindings)('bytes multiplied as integers, $name', (tested) => {
  const binding = tested.binding as Binding;
  beforeEach(({ skip }) => skip(binding === undefined));

  it('give the product of what was rounded, with zeros on either side; nothing leaks', () => {
    const random = generator(11);
    const below = (n: number) => Math.floor(random() * n);
    const raw = new RawTf(binding);
    const before = binding.getNumOfTensors();
    for (let round = 0; round < 8; round++) {
      const [columns, tokens] = [1 + below(200), round % 2 ? 1 + below(9) : 66];
      const weight = randomWeight(
        { ...form, rows: 1 + below(20), columns, bits: 5 + below(4), symmetric: round % 4 < 2 },
        random,
      );
      const codes = Float32Array.from({ length: tokens * columns }, () => below(256) - 128);
      const perToken = (draw: () => number) => Float32Array.from({ length: tokens }, draw);
      const scales = perToken(() => 0.01 + random());
      const shifts = round % 3 ? perToken(() => below(256) - 128) : undefined;
      const sums = perToken(() => 0).map((_, t) =>
        codes.subarray(t * columns, (t + 1) * columns).reduce((sum, code) => sum + code, 0),
      );
      const held = new PackedWeights(raw, [weight], { integers: true });
      const upload = (values: Float32Array) => raw.upload(dataType.float, [tokens, 1], values);
      const x = {
        codes: raw.upload(dataType.float, [tokens, columns], codes),
        scale: upload(scales),
        ...(shifts && { shift: upload(shifts) }),
        sums: upload(sums),
      };
      const output = held.multiplyRounded(x);
      expect(output.shape).toEqual([tokens, weight.rows]);
      const values = raw.readFloat(output);
      raw.free(output, ...Object.values(x));
      held.dispose();
      const rounded = codes.map((code, i) => {
        const token = Math.floor(i / columns);
        return (scales[token] as number) * (code - (shifts?.[token] ?? 0));
      });
      const expected = productOfRows(rounded, dequantizeWeight(weight), columns);
      const largest = Math.max(...expected.map(Math.abs));
      const gap = Math.max(...expected.map((value, i) => Math.abs(value - (values[i] as number))));
      expect(gap).toBeLessThan(2 ** -20 * largest);
    }
    expect(binding.getNumOfTensors()).toBe(before);
  });

  it('take the bytes of their codes, of a scale, a zero and a sum a row', () => {
    const raw = new RawTf(binding);
    const bytes = (weight: QuantizedWeight) => {
      const held = new PackedWeights(raw, [weight], { integers: true });
      const taken = held.bytes;
      held.dispose();
      return taken;
    };
    const weight = (more: object) =>
      randomWeight({ ...form, symmetric: false, ...more }, generator(1));
    expect(bytes(weight({}))).toBe(8 * (64 + 3 * 4));
    expect(bytes(weight({ symmetric: true }))).toBe(8 * (64 + 2 * 4));
  });

  it('are found to be there by a product, which leaves nothing', () => {
    const before = binding.getNumOfTensors();
    expect(probeIntegers(binding)).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/int8.*int32/),
    });
    expect(binding.getNumOfTensors()).toBe(before);
  });

  it('are those of one sum a row alone: whole channels, codes of a byte', () => {
    const raw = new RawTf(binding);
    const rounds = (more: object, activations: object = {}) => {
      const weight = randomWeight({ ...form, symmetric: false, ...more }, generator(1));
      const held = new PackedWeights(raw, [weight], { integers: true });
      const scheme = { bits: 8, symmetric: false, clip: 1, ...activations };
      const found = held.rounds({ scheme: scheme as never, group: 64 });
      held.dispose();
      return found;
    };
    expect(rounds({})).toBe(true);
    expect(rounds({ bits: 4 })).toBe(false);
    expect(rounds({ group: 32 })).toBe(false);
    expect(rounds({}, { float: { element: 'e4m3', scale: 'float32' } })).toBe(false);
  });
});
