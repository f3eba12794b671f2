import { readFileSync } from 'node:fs';
import type { WeightBits } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import {
  bfloat16ToFloat32,
  compressedTensorsQuantize,
  defaultClipSearch,
  quantizeTokens,
  roundToNearest,
} from './index.js';

interface ReferenceCase {
  readonly topic: string;
  readonly id: string;
  readonly inputs: {
    readonly weight: string;
    readonly activation: string;
    readonly key: string;
    readonly value: string;
  };
  readonly expected: { readonly [name: string]: string };
  readonly settings: {
    readonly kind?: string;
    readonly bits: WeightBits;
    /** -1 = the whole row. */
    readonly group: number;
    readonly symmetric?: boolean;
    readonly mse_search?: boolean;
    readonly clip_ratio?: number;
  };
}

const { tensors, cases } = JSON.parse(
  readFileSync(new URL('./__fixtures__/reference-outputs.json', import.meta.url), 'utf8'),
) as {
  tensors: { [name: string]: { dtype: string; shape: number[]; data: string } };
  cases: ReferenceCase[];
};

/** A stored tensor as numbers; bfloat16 is widened. */
function read(name: string) {
  const { dtype, shape, data } = tensors[name]!;
  const { buffer } = new Uint8Array(Buffer.from(data, 'base64'));
  const arrays = { F32: Float32Array, U8: Uint8Array, I8: Int8Array };
  const values =
    dtype === 'BF16'
      ? bfloat16ToFloat32(new Uint16Array(buffer))
      : new arrays[dtype as 'F32'](buffer);
  const columns = shape.at(-1) as number;
  return { values, columns, rows: values.length / columns };
}

/** Codes, scales and zero points as this package computes them, named as in the case. */
function compute({ topic, settings, inputs }: ReferenceCase): {
  [name: string]: ArrayLike<number>;
} {
  const { kind, bits, symmetric = false } = settings;
  const groupOf = (columns: number) => (settings.group === -1 ? columns : settings.group);
  const tokens = (name: keyof ReferenceCase['inputs']) => {
    const { values, rows, columns } = read(inputs[name]);
    const grid = { bits, symmetric, clip: settings.clip_ratio ?? 1, group: groupOf(columns) };
    return quantizeTokens(values, rows, columns, grid);
  };
  if (topic === 'kvcache') {
    const [key, value] = [tokens('key'), tokens('value')];
    return {
      key_codes: key.codes,
      key_scale: key.scales,
      key_zero: key.zeros,
      value_codes: value.codes,
      value_scale: value.scales,
      value_zero: value.zeros,
    };
  }
  if (kind === 'activation') {
    const { codes, scales, zeros } = tokens('activation');
    return { codes, codes_float32_scales: codes, scale: scales, zero: zeros };
  }
  const { values, rows, columns } = read(inputs.weight);
  const group = groupOf(columns);
  if (topic === 'compressed-tensors') {
    const { codes, scales, zeros } = compressedTensorsQuantize(values, rows, columns, {
      bits,
      group,
      symmetric,
    });
    return { codes, scale: scales, zero: zeros };
  }
  const range = kind === 'awq-weight' ? 'min-max' : 'zero-inclusive';
  const { codes, scales, zeros } = roundToNearest(
    values,
    rows,
    columns,
    { bits, group, symmetric, range },
    settings.mse_search ? { clipSearch: defaultClipSearch } : {},
  );
  return { codes, scale: scales, zero: zeros ?? new Float32Array(scales.length) };
}

describe('reference outputs are reproduced to the last code', () => {
  test.each(cases)('$topic $id', (reference) => {
    const computed = compute(reference);
    for (const [name, tensor] of Object.entries(reference.expected)) {
      expect(
        Array.from(computed[name]!, (value) => value + 0),
        name,
      ).toEqual(
        Array.from(read(tensor).values, (value) => value + 0), // -0 is 0
      );
    }
  });
});
