import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { packCodes, packedWords, unpackCodes } from './pack-codes.js';

const hex = (words: Uint32Array) => Array.from(words, (word) => word.toString(16).padStart(8, '0'));

describe('packCodes', () => {
  // words that the compressed-tensors and GPTQ layouts have for these codes (formats.md §3)
  test.each([
    ['signed int4', [-8, -7, -1, 0, 1, 2, 6, 7], 4, true, ['fea98710']],
    ['signed int8', [-128, -1, 0, 127], 8, true, ['ff807f00']],
    ['unsigned int4', [0, 1, 2, 3, 4, 5, 6, 15], 4, false, ['f6543210']],
    [
      'dense int3, codes over the word boundary',
      Array.from({ length: 32 }, (_, i) => (5 * i + 3) % 8),
      3,
      false,
      ['43c67543', '7543c675', 'c67543c6'],
    ],
    ['a zero point of 1 at 2 bits', new Array(16).fill(1), 2, false, ['55555555']],
    [
      'a zero point of 3 at 3 bits',
      new Array(32).fill(3),
      3,
      false,
      ['db6db6db', 'b6db6db6', '6db6db6d'],
    ],
    ['a zero point of 128', new Array(4).fill(128), 8, false, ['80808080']],
  ] as const)('%s', (_, codes, bits, symmetric, words) => {
    const array = symmetric ? Int8Array.from(codes) : Uint8Array.from(codes);
    expect(hex(packCodes(array, 1, codes.length, bits, symmetric))).toEqual(words);
  });

  test('each row starts a word, and the tail of a row is 0', () => {
    // 5 codes of 7 bits: 35 bits, two words a row
    const packed = packCodes(Int8Array.of(0, 0, 0, 0, -64, -64, -64, -64, -64, 63), 2, 5, 7, true);
    // 64 at bits 0, 7, 14 and 21, and a last code of 0; then four times 0 and 127 from bit 28 on
    expect(hex(packed)).toEqual(['08102040', '00000000', 'f0000000', '00000007']);
  });

  test('unpacking gives the codes back, for every width and ragged rows', () => {
    const inputs = fc
      .record({
        bits: fc.integer({ min: 2, max: 8 }),
        symmetric: fc.boolean(),
        rows: fc.integer({ min: 1, max: 4 }),
        columns: fc.integer({ min: 1, max: 70 }),
      })
      .chain((shape) => {
        const lowest = shape.symmetric ? -(2 ** (shape.bits - 1)) : 0;
        const size = shape.rows * shape.columns;
        const code = fc.integer({ min: lowest, max: lowest + 2 ** shape.bits - 1 });
        return fc.tuple(fc.constant(shape), fc.array(code, { minLength: size, maxLength: size }));
      });
    fc.assert(
      fc.property(inputs, ([{ bits, symmetric, rows, columns }, codes]) => {
        const array = symmetric ? Int8Array.from(codes) : Uint8Array.from(codes);
        const packed = packCodes(array, rows, columns, bits, symmetric);
        expect(packed.length).toBe(rows * packedWords(columns, bits));
        expect(unpackCodes(packed, rows, columns, bits, symmetric)).toEqual(array);
      }),
      { numRuns: 500 },
    );
  });

  test('refuses arrays of another shape, and widths that there are not', () => {
    const code = (value: string) => expect.objectContaining({ code: value });
    expect(() => packCodes(new Uint8Array(3), 2, 2, 4, false)).toThrow(code('numerics/length'));
    expect(() => unpackCodes(new Uint32Array(1), 2, 2, 4, false)).toThrow(code('numerics/length'));
    expect(() => packCodes(new Uint8Array(4), 2, 2, 1, false)).toThrow(code('numerics/bits'));
    expect(() => packCodes(new Uint8Array(4), 2, 2, 9, false)).toThrow(code('numerics/bits'));
  });
});
