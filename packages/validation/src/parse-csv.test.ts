import { describe, expect, it } from 'vitest';
import { parseCsv } from './index.js';

const read = (text: string) => [...parseCsv(text, 'rows.csv')];

describe('parseCsv', () => {
  it('reads quotes, commas and line breaks inside of fields, and knows the lines', () => {
    const text = '\uFEFFa,b\r\n1,"x, ""y"""\r\n\r\n"two\nlines",\r\nlast,z';
    expect(read(text)).toEqual([
      { line: 2, value: { a: '1', b: 'x, "y"' } },
      { line: 4, value: { a: 'two\nlines', b: '' } },
      { line: 6, value: { a: 'last', b: 'z' } },
    ]);
  });

  it.each(['', 'a,b', 'a,b\n'])('%j has no records', (text) => {
    expect(read(text)).toEqual([]);
  });

  it.each([
    ['a,b\n1,2\n3', /rows\.csv, line 3: 1 fields under 2 columns/],
    ['a,b\n1,"2\n3', /rows\.csv, line 2: field 2 is not CSV/],
    ['a,b\n1,2"3', /rows\.csv, line 2: field 2/],
    ['a,b\n"1"x,2', /rows\.csv, line 2: field 1/],
  ])('%j is refused', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('reads a field of megabytes', () => {
    const long = 'x"'.repeat(1_000_000);
    expect(read(`a\n"${long.replaceAll('"', '""')}"`)[0]?.value).toEqual({ a: long });
  });
});
