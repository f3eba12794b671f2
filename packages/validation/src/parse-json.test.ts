import { ThinkbitsError } from '@thinkbits/spec';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findSyntaxError } from './find-syntax-error.js';
import { parseJson } from './parse-json.js';
import { parseJsonLines, readJsonLines } from './parse-json-lines.js';

describe('parseJson', () => {
  test('reads a value and ignores a byte order mark', () => {
    expect(parseJson('\uFEFF{"a": [1, 2]}', 'a.json')).toEqual({ a: [1, 2] });
  });

  test.each([
    ['{"a": 1,}', 'line 1, column 9: expected a key in double quotes, found "}"'],
    ['{"a" 1}', 'line 1, column 6: expected ":", found "1}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 'line 3, column 3: expected "," or "}", found "\\"b\\": 2"'],
    ['[1, 2', 'line 1, column 6: expected "," or "]", found the end'],
    ["{'a': 1}", 'line 1, column 2: expected a key in double quotes or "}", found "\'a\': 1}"'],
    ['{"a": NaN}', 'line 1, column 7: expected a value, found "NaN}"'],
    ['[01]', 'line 1, column 2: expected a value, found "01]"'],
    ['1 2', 'line 1, column 3: expected the end, found "2"'],
    ['', 'line 1, column 1: expected a value, found the end'],
  ])('%s', (text, message) => {
    expect(() => parseJson(text, 'a.json')).toThrow(`a.json is not JSON: ${message}.`);
  });

  test('finds an error exactly where the engine refuses', () => {
    const accepts = (text: string) => {
      try {
        JSON.parse(text);
        return true;
      } catch {
        return false;
      }
    };
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 3 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', '0', '-', '\\', ' ', '\t'),
      )
      .map(([text, at, mark]) => {
        const place = at % (text.length + 1);
        return text.slice(0, place) + mark + text.slice(place + (at % 2));
      });
    fc.assert(
      fc.property(damaged, (text) => {
        expect(findSyntaxError(text) === undefined).toBe(accepts(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('deep nesting does not exhaust the stack', () => {
    expect(findSyntaxError('['.repeat(200_000))?.column).toBe(200_001);
  });
});

describe('parseJsonLines', () => {
  test('gives values, and line numbers that count empty lines', () => {
    const text = '{"a":1}\r\n\n{"a":2}\n';
    expect(parseJsonLines(text, 'rows')).toEqual([{ a: 1 }, { a: 2 }]);
    expect([...readJsonLines(text, 'rows')].map(({ line }) => line)).toEqual([1, 3]);
  });

  test('names the line that is wrong', () => {
    expect(() => parseJsonLines('{"a":1}\n\n{"a":}\n', 'rows.jsonl')).toThrow(
      'rows.jsonl is not JSON: line 3, column 6: expected a value, found "}".',
    );
  });

  test('a torn last line is an error unless it is allowed', () => {
    const text = '{"a":1}\n{"a":2';
    expect(() => parseJsonLines(text, 'rows')).toThrow(ThinkbitsError);
    expect(parseJsonLines(text, 'rows', { allowTornTail: true })).toEqual([{ a: 1 }]);
  });

  test('a broken line that was finished is an error in any case', () => {
    expect(() => parseJsonLines('{"a":1}\n{"a":2\n', 'rows', { allowTornTail: true })).toThrow(
      /line 2/,
    );
    expect(() => parseJsonLines('{"a"\n{"a":2}', 'rows', { allowTornTail: true })).toThrow(
      /line 1/,
    );
  });

  test('a whole last line without newline is kept', () => {
    expect(parseJsonLines('{"a":1}\n{"a":2}', 'rows', { allowTornTail: true })).toHaveLength(2);
  });
});
