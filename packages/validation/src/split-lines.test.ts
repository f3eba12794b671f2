import { expect, it } from 'vitest';
import { splitLines } from './split-lines.js';

async function split(text: string, size: number) {
  const bytes = new TextEncoder().encode(text);
  async function* chunks() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  }
  const lines = [];
  for await (const { line, offset, bytes: own } of splitLines(chunks())) {
    lines.push([line, offset, new TextDecoder().decode(own)]);
  }
  return lines;
}

it.each([1, 2, 3, 7, 100])('lines keep number and place, in chunks of %i bytes', async (size) => {
  const text = 'one\n\ntwö\nlonger than a chunk\nlast';
  expect(await split(text, size)).toEqual([
    [1, 0, 'one'],
    [2, 4, ''],
    [3, 5, 'twö'],
    [4, 10, 'longer than a chunk'],
    [5, 30, 'last'],
  ]);
  expect(await split(`${text}\n`, size)).toHaveLength(5);
  expect(await split('', size)).toEqual([]);
});
