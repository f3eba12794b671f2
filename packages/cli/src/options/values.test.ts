import { describe, expect, it } from 'vitest';
import * as values from './values.js';

describe('values of options', () => {
  it.each([
    [values.positiveInteger, '12', 12],
    [values.wholeNumber, '0', 0],
    [values.nonNegative, '0.6', 0.6],
    [values.nonNegative, '1e-3', 0.001],
    [values.share, '1', 1],
    [values.shareBelowOne, '0', 0],
    [values.openShare, '.03', 0.03],
    [values.listOf(values.positiveInteger), '1, 16', [1, 16]],
    [values.oneOf(['a', 'b']), 'b', 'b'],
    [values.day, '2024-02-29', '2024-02-29'],
  ])('%o reads %s', (parse, text, value) => {
    expect(parse(text, '--x')).toEqual(value);
  });

  it.each([
    [values.positiveInteger, '0'],
    [values.positiveInteger, '1e400'],
    [values.positiveInteger, '9007199254740993'],
    [values.positiveInteger, '0x10'],
    [values.positiveInteger, ''],
    [values.wholeNumber, '-1'],
    [values.nonNegative, 'NaN'],
    [values.nonNegative, 'Infinity'],
    [values.share, '0'],
    [values.share, '1.01'],
    [values.shareBelowOne, '1'],
    [values.openShare, '1'],
    [values.text, ''],
    [values.listOf(values.positiveInteger), '1,,2'],
    [values.listOf(values.positiveInteger), '1,1'],
    [values.oneOf(['a', 'b']), 'c'],
    [values.day, '2023-02-29'],
    [values.day, '26 Jul 2024'],
  ])('%o refuses %j', (parse, text) => {
    expect(() => parse(text, '--x')).toThrow(`--x takes`);
  });
});
