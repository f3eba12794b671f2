import { describe, expect, it } from 'vitest';
import { compareOutput } from './compare-output.js';
import { parseDecimal } from './parse-decimal.js';
import { equalResult, pythonEqual } from './python-equal.js';
import { parsePythonValue } from './python-value.js';

describe('printed text', () => {
  it.each([
    ['3\n', '3'],
    ['  a  \n b', 'a\nb  \n\n'],
    ['0.10 1e2', '0.1 100'],
    ['1 2', '1  2'],
    ['-0', '0'],
    ['Infinity', 'inf'],
    ['nan', 'nan'],
    ['1_000', '1000'],
    ['100000000000000000000000000000001', '100000000000000000000000000000001.0'],
  ])('%j is %j', (printed, expected) => {
    expect(compareOutput(printed, expected)).toBeUndefined();
  });

  it.each([
    ['3.1416', '3.14159'],
    ['a b', 'a  b'],
    ['1\n\n2', '1\n2'],
    ['', '0'],
    ['1', '1 1'],
    ['yes', 'YES'],
    ['nan 1', 'nan 1.0'],
    ['100000000000000000000000000000001', '100000000000000000000000000000002'],
    ['0x10', '16'],
  ])('%j is not %j', (printed, expected) => {
    expect(compareOutput(printed, expected)).toMatch(/expected/);
  });

  it('of megabytes is compared in steps that grow with its length', () => {
    const spaces = `1${' '.repeat(5_000_000)}2`;
    expect(compareOutput(spaces, '1 2')).toBeUndefined();
    expect(compareOutput(`${'9'.repeat(5_000_000)}e999999999`, '1')).toMatch(/expected/);
  });
});

it.each([
  ['0.10', '1e-1'],
  ['1200', '12e2'],
  ['-0.0', '0'],
  ['.5', '5e-1'],
  ['5.', '5'],
  ['1e-999999999', '10e-1000000000'],
])('the decimals %s and %s are the same', (a, b) => {
  expect(parseDecimal(a)).toBeDefined();
  expect(parseDecimal(a)).toBe(parseDecimal(b));
});

it.each(['', '.', 'e5', '1e', '--1', '1 ', 'nan', '0x1', '1e99999999999999999999'])(
  '%j is no decimal',
  (text) => {
    expect(parseDecimal(text)).toBeUndefined();
  },
);

describe('returned values', () => {
  const equal = (a: string, b: string) => equalResult(parsePythonValue(a), parsePythonValue(b));

  it.each([
    ['true', '1'],
    ['1.0', '1'],
    ['(1,2)', '[1, 2]'],
    ['{"a":1,"b":(1,)}'.replace('(1,)', '[1]'), '{"b": [true], "a": 1}'],
    ['9007199254740993', '9007199254740993'],
    ['Infinity', 'Infinity'],
    ['"\\ud83e\\udd16"', '"🤖"'],
  ])('%s is %s', (a, b) => {
    expect(equal(a, b)).toBe(true);
  });

  it.each([
    ['9007199254740993', '9007199254740992.0'],
    ['[(1,2)]', '[[1, 2]]'],
    ['NaN', 'NaN'],
    ['?"<x>"', '"<x>"'],
    ['null', '0'],
    ['"1"', '1'],
    ['[1]', '[1, 1]'],
    ['{1:2}', '{"1": 2}'],
    ['[]', '{}'],
  ])('%s is not %s', (a, b) => {
    expect(equal(a, b)).toBe(false);
  });

  it.each(['', '[1', '1 2', '{"a"}', '[,]', `${'['.repeat(2000)}${']'.repeat(2000)}`, '"\\x"'])(
    'what is no value is refused',
    (text) => {
      expect(() => parsePythonValue(text)).toThrow(SyntaxError);
    },
  );

  it('are equal in both directions or in none', () => {
    const values = ['1', '1.0', 'true', '[1]', '(1)', '{"a":1}', 'null', '"1"'].map(
      parsePythonValue,
    );
    for (const a of values)
      for (const b of values) expect(pythonEqual(a, b)).toBe(pythonEqual(b, a));
  });
});
