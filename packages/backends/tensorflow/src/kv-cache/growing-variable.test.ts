import { beforeEach, describe, expect, it } from 'vitest';
import type { Binding } from '../raw/binding.js';
import { dataType } from '../raw/data-type.js';
import { RawTf } from '../raw/raw-tf.js';
import { bindings } from '../testing/bindings.js';
import { FakeBinding } from '../testing/fake-binding.js';
import { GrowingVariable } from './growing-variable.js';

describe.each(bindings)('rows in device memory, $name', (tested) => {
  const binding = tested.binding as Binding;
  beforeEach(({ skip }) => skip(binding === undefined));

  it('are written in place, read by number, kept when there come more, and zeros before', () => {
    const before = binding.getNumOfTensors();
    const raw = new RawTf(binding);
    const variable = new GrowingVariable(raw, dataType.uint8, 2);
    const write = (rows: number[], bytes: number[]) =>
      raw.scope(() => {
        const values = raw.upload(dataType.uint8, [rows.length, 2], Uint8Array.from(bytes));
        variable.write(raw.indices(Int32Array.from(rows)), values);
      });
    const read = (rows: number[]) => {
      const values = raw.scope(() =>
        raw.cast(variable.read(raw.indices(Int32Array.from(rows))), dataType.float),
      );
      const numbers = [...raw.readFloat(values)];
      raw.free(values);
      return numbers;
    };
    variable.reserve(4);
    write([3, 0], [1, 2, 254, 255]);
    expect(read([0, 1, 3])).toEqual([254, 255, 0, 0, 1, 2]);
    variable.reserve(5);
    expect(variable.bytes).toBe(12); // six rows: half as many again
    write([5, 0], [7, 8, 9, 9]);
    expect(read([0, 5, 3, 4, 3])).toEqual([9, 9, 7, 8, 1, 2, 0, 0, 1, 2]);
    variable.reserve(6);
    expect(variable.bytes).toBe(12);
    variable.dispose();
    expect(binding.getNumOfTensors()).toBe(before);
  });
});

it('writes with one operation, and reads with one', () => {
  const binding = new FakeBinding();
  const raw = new RawTf(binding);
  const variable = new GrowingVariable(raw, dataType.float, 1);
  variable.reserve(2);
  const indices = raw.indices(Int32Array.of(1));
  const rows = raw.upload(dataType.float, [1, 1], Float32Array.of(0.5));
  const first = binding.calls.length;
  variable.write(indices, rows);
  expect([...raw.readFloat(variable.read(indices))]).toEqual([0.5]);
  expect(binding.calls.slice(first).map(({ operation }) => operation)).toEqual([
    'ResourceScatterUpdate',
    'ResourceGather',
  ]);
});
