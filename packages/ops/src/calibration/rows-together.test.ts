import { completeWeightScheme, floatFormats } from '@thinkbits/spec';
import { expect, it } from 'vitest';
import { rowsTogether } from './rows-together.js';

it('strips hold four million weights, and a scale of the whole weight sees all of it', () => {
  const [rows, columns] = [10_000, 2 ** 20];
  const together = (scheme: Parameters<typeof completeWeightScheme>[0]) =>
    rowsTogether({ scheme: completeWeightScheme(scheme) }, rows, columns);
  expect(together({ bits: 4 })).toBe(4);
  expect(together({ bits: 4, float: floatFormats.mxfp4 })).toBe(4);
  expect(together({ bits: 4, float: floatFormats.nvfp4 })).toBe(rows);
  expect(together({ bits: 8, group: 'tensor' })).toBe(rows);
  const clip = { low: new Float32Array(rows).fill(-1), high: new Float32Array(rows).fill(1) };
  const scheme = completeWeightScheme({ bits: 4 });
  expect(rowsTogether({ scheme, hints: { clip } }, rows, columns)).toBe(rows);
});
