import { expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { toFloat32 } from './to-float32.js';

const words = (...values: number[]) => new Uint8Array(Uint16Array.from(values).buffer);

test('widens bfloat16, the largest, the smallest and infinity included', () => {
  const values = toFloat32('x', 'BF16', words(0x3f80, 0xc2f7, 0x7f7f, 0x0001, 0xff80, 0x8000));
  expect([...values]).toEqual([1, -123.5, 3.3895313892515355e38, 2 ** -133, -Infinity, -0]);
});

test('widens float16, subnormal values included', () => {
  const values = toFloat32('x', 'F16', words(0x3c00, 0xc000, 0x7bff, 0x0001, 0x7c00));
  expect([...values]).toEqual([1, -2, 65504, 2 ** -24, Infinity]);
});

test('reads float32 from any offset of a larger buffer', () => {
  const buffer = new Uint8Array(13);
  for (const start of [0, 1, 2, 3, 4, 5]) {
    buffer.set(new Uint8Array(new Float32Array([1.5, -2]).buffer), start);
    expect([...toFloat32('x', 'F32', buffer.subarray(start, start + 8))]).toEqual([1.5, -2]);
  }
});

test('refuses integers', async () => {
  const error = await errorOf(() => toFloat32('x', 'I32', new Uint8Array(4)));
  expect(error.code).toBe('checkpoint/not-float');
  expect(error.message).toContain('"x" is I32');
});
