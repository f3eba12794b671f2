import { expect, test } from 'vitest';
import { repeatedKey } from './repeated-key.js';

test.each([
  ['{"a":1,"b":{"a":2},"c":[{"a":3}]}', undefined],
  ['{}', undefined],
  ['{"a":"b","b":"a,\\"a\\":1"}', undefined],
  ['{"a":1,"b":[1,2,"x"],"a":2}', 'a'],
  [' { "a" : { "x" : 1 } , "\\u0061" : 2 } ', 'a'],
  ['{"":1,"":2}', ''],
])('%s', (text, key) => {
  expect(repeatedKey(text)).toBe(key);
});
