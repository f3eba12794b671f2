import { describe, expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { rawSafetensors } from '../__fixtures__/raw-safetensors.js';
import { memoryFiles } from '../memory-files.js';
import { readHeader } from './read-header.js';

const read = (file: Uint8Array) =>
  readHeader(memoryFiles({ 'x.safetensors': file }), 'x.safetensors');
const four = new Uint8Array(4);
const eight = new Uint8Array(8);
const f32 = (data_offsets: unknown, shape: unknown = [1]) => ({
  dtype: 'F32',
  shape,
  data_offsets,
});

test('tells name, type, shape and place of every tensor, and the metadata', async () => {
  const header = {
    __metadata__: { format: 'pt' },
    late: { dtype: 'I64', shape: [], data_offsets: [6, 14] },
    early: { dtype: 'BF16', shape: [3, 1], data_offsets: [0, 6] },
    empty: { dtype: 'U8', shape: [0, 7], data_offsets: [6, 6] },
  };
  const file = rawSafetensors(header, new Uint8Array(14));
  const start = file.length - 14;
  const name = 'x.safetensors';
  expect(await read(file)).toEqual({
    metadata: { format: 'pt' },
    tensors: [
      { name: 'early', dtype: 'BF16', shape: [3, 1], file: name, offset: start, bytes: 6 },
      { name: 'empty', dtype: 'U8', shape: [0, 7], file: name, offset: start + 6, bytes: 0 },
      { name: 'late', dtype: 'I64', shape: [], file: name, offset: start + 6, bytes: 8 },
    ],
  });
});

describe('refuses, with a code and the value', () => {
  test.each<[code: string, says: string, file: Uint8Array]>([
    ['too-short', '7 bytes', new Uint8Array(7)],
    ['header-too-long', '10000000000', rawSafetensors('{}', eight, 10_000_000_000n)],
    ['header-too-long', '18446744073709551615', rawSafetensors('{}', eight, 2n ** 64n - 1n)],
    ['header-too-long', '100000001', rawSafetensors('{}', eight, 100_000_001n)],
    ['header-truncated', '11 bytes, and 10 follow', rawSafetensors('{}', eight, 11n)],
    ['header-not-json', 'JSON', rawSafetensors('{"a":')],
    ['header-not-json', '[1]', rawSafetensors('[1]')],
    ['header-not-json', 'null', rawSafetensors('null')],
    ['header-not-json', 'JSON', rawSafetensors('', eight)],
    [
      'duplicate-tensor',
      '"a"',
      rawSafetensors(
        '{"a":{"dtype":"U8","shape":[],"data_offsets":[0,1]},"\\u0061":{"dtype":"U8","shape":[],"data_offsets":[0,1]}}',
        eight.slice(0, 1),
      ),
    ],
    ['bad-metadata', '{"a":1}', rawSafetensors({ __metadata__: { a: 1 } })],
    ['bad-entry', '"a" is described by 7', rawSafetensors({ a: 7 })],
    ['unknown-dtype', '"F33"', rawSafetensors({ a: { ...f32([0, 4]), dtype: 'F33' } }, four)],
    [
      'unknown-dtype',
      '"toString"',
      rawSafetensors({ a: { ...f32([0, 4]), dtype: 'toString' } }, four),
    ],
    ['unknown-dtype', 'nothing', rawSafetensors({ a: { shape: [1], data_offsets: [0, 4] } }, four)],
    ['bad-shape', '[null]', rawSafetensors({ a: f32([0, 4], [Number.NaN]) }, four)],
    ['bad-shape', '[-1]', rawSafetensors({ a: f32([0, 4], [-1]) }, four)],
    ['bad-shape', '[0.5,2]', rawSafetensors({ a: f32([0, 4], [0.5, 2]) }, four)],
    ['bad-shape', '9007199254740992', rawSafetensors({ a: f32([0, 4], [2 ** 53]) }, four)],
    ['bad-shape', '["1"]', rawSafetensors({ a: f32([0, 4], ['1']) }, four)],
    ['bad-range', '[4,0]', rawSafetensors({ a: f32([4, 0]) }, four)],
    ['bad-range', '[0]', rawSafetensors({ a: f32([0]) }, four)],
    ['bad-range', '9007199254740992', rawSafetensors({ a: f32([0, 2 ** 53]) }, four)],
    [
      'size-mismatch',
      '8 bytes, and its byte range [0, 4] has 4',
      rawSafetensors({ a: f32([0, 4], [2]) }, four),
    ],
    ['size-mismatch', '"a"', rawSafetensors({ a: f32([0, 4], [2 ** 52, 2 ** 52, 2 ** 52]) }, four)],
    [
      'size-mismatch',
      '1.5 bytes',
      rawSafetensors({ a: { dtype: 'F4', shape: [3], data_offsets: [0, 2] } }, four),
    ],
    ['truncated', '"b"', rawSafetensors({ a: f32([0, 4]), b: f32([4, 8]) }, eight.slice(0, 7))],
    ['overlap', '"b"', rawSafetensors({ a: f32([0, 4]), b: f32([2, 6]) }, eight.slice(0, 6))],
    ['overlap', '"b"', rawSafetensors({ a: f32([0, 4]), b: f32([0, 4]) }, four)],
    [
      'hole',
      '1 bytes between tensor "a" and tensor "b"',
      rawSafetensors({ a: f32([0, 4]), b: f32([5, 9]) }, new Uint8Array(9)),
    ],
    ['hole', '4 bytes between the header', rawSafetensors({ a: f32([4, 8]) }, eight)],
    ['trailing-bytes', '4 bytes follow tensor "a"', rawSafetensors({ a: f32([0, 4]) }, eight)],
  ])('%s (%s)', async (code, says, file) => {
    const error = await errorOf(read(file));
    expect(error.code).toBe(`safetensors/${code}`);
    expect(error.category).toBe('input');
    expect(error.message).toContain('x.safetensors');
    expect(error.message).toContain(says);
    expect(error.help).not.toBe('');
  });
});

test('reads eight bytes, and no more, of a file that claims a header of 10 GB', async () => {
  const reads: number[] = [];
  const source = {
    ...memoryFiles({ x: rawSafetensors('{}', eight, 10_000_000_000n) }),
    size: async () => 20_000_000_000,
  };
  const counted = {
    ...source,
    read: (file: string, offset: number, length: number) => {
      reads.push(length);
      return source.read(file, offset, length);
    },
  };
  expect((await errorOf(readHeader(counted, 'x'))).code).toBe('safetensors/header-too-long');
  expect(reads).toEqual([8]);
});

test('a tensor may have any name, those of object members included', async () => {
  const header =
    '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"constructor":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}';
  const { tensors } = await read(rawSafetensors(header, eight.slice(0, 2)));
  expect(tensors.map(({ name }) => name)).toEqual(['__proto__', 'constructor']);
});

test('a source that gives less than it was asked for is an error', async () => {
  const files = memoryFiles({ x: rawSafetensors({ a: f32([0, 4]) }, four) });
  const short = { ...files, read: async () => new Uint8Array(3) };
  expect((await errorOf(readHeader(short, 'x'))).code).toBe('source/short-read');
});
