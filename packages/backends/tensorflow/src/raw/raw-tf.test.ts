import { ThinkbitsError } from '@thinkbits/spec';
import { beforeEach, describe, expect, it } from 'vitest';
import { PackedWeights } from '../linear/packed-weights.js';
import { bindings } from '../testing/bindings.js';
import { FakeBinding } from '../testing/fake-binding.js';
import type { Binding } from './binding.js';
import { dataType } from './data-type.js';
import { RawTf } from './raw-tf.js';

describe.each(bindings)('operations by name, $name', (tested) => {
  const binding = tested.binding as Binding;
  beforeEach(({ skip }) => skip(binding === undefined));

  it('unpack two codes a byte: mask, shift, cast', () => {
    const raw = new RawTf(binding);
    const packed = raw.upload(dataType.uint8, [1, 2], Uint8Array.of(0x21, 0xf3));
    const both = raw.scope(() =>
      raw.cast(
        raw.concat([raw.bitwiseAnd(packed, 15), raw.rightShift(packed, 4)], 1),
        dataType.float,
      ),
    );
    expect(both.shape).toEqual([1, 4]);
    expect([...raw.readFloat(both)]).toEqual([1, 3, 2, 15]);
    raw.free(packed, both);
  });

  it('gather, crop, subtract and multiply along columns', () => {
    const raw = new RawTf(binding);
    const result = raw.scope(() => {
      const x = raw.upload(dataType.float, [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6));
      const index = raw.upload(dataType.int64, [4], Int32Array.of(2, 0, 0, 0, 2, 0, 1, 0));
      const gathered = raw.gatherColumns(x, index); // [[3, 1, 3, 2], [6, 4, 6, 5]]
      const cropped = raw.crop(gathered, [2, 2]); // [[3, 1], [6, 4]]
      return raw.multiply(raw.subtract(cropped, raw.scalar(1)), cropped);
    });
    expect([...raw.readFloat(result)]).toEqual([6, 0, 30, 12]);
    raw.free(result);
  });

  it('free what a scope made, also where it throws, and say what failed', () => {
    const raw = new RawTf(binding);
    const before = binding.getNumOfTensors();
    const failing = () =>
      raw.scope(() => {
        const a = raw.upload(dataType.float, [1, 2], Float32Array.of(1, 2));
        const b = raw.upload(dataType.float, [1, 3], Float32Array.of(1, 2, 3));
        return raw.subtract(
          raw.scope(() => raw.multiply(a, a)),
          b,
        );
      });
    let thrown: unknown;
    try {
      failing();
    } catch (error) {
      thrown = error;
    }
    expect(ThinkbitsError.isInstance(thrown)).toBe(true);
    const { code, message } = thrown as ThinkbitsError;
    expect(code).toBe('tensorflow/op-failed');
    expect(message).toContain('Sub(float[1, 2], float[1, 3])');
    expect(binding.getNumOfTensors()).toBe(before);
  });
});

it('multiplies with 4-bit groups in this sequence of operations and attributes', () => {
  const binding = new FakeBinding();
  const raw = new RawTf(binding);
  const held = new PackedWeights(raw, [
    {
      rows: 2,
      columns: 8,
      scheme: { bits: 4, group: 4, symmetric: false } as never,
      codes: new Uint8Array(16).fill(3),
      scales: new Float32Array(4).fill(0.5),
      zeros: new Float32Array(4).fill(1),
    },
  ]);
  const x = raw.upload(dataType.float, [1, 8], new Float32Array(8).fill(1));
  expect([...raw.readFloat(held.multiply(x))]).toEqual([8, 8]); // 8 · 0.5 · (3 - 1)
  const { float, int32, uint8 } = dataType;
  expect(binding.calls.map(({ operation, attributes }) => [operation, attributes])).toEqual([
    ['BitwiseAnd', { T: uint8 }],
    ['RightShift', { T: uint8 }],
    ['ConcatV2', { N: 2, T: uint8, Tidx: int32 }],
    ['Cast', { SrcT: uint8, DstT: float, Truncate: false }],
    ['Reshape', { T: float, Tshape: int32 }],
    ['Reshape', { T: float, Tshape: int32 }],
    ['Sub', { T: float }],
    ['Reshape', { T: float, Tshape: int32 }],
    ['Mul', { T: float }],
    ['Reshape', { T: float, Tshape: int32 }],
    ['MatMul', { T: float, transpose_a: false, transpose_b: true }],
  ]);
});
