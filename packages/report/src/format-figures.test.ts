import { expect, test } from 'vitest';
import {
  bytes,
  change,
  changeInterval,
  percent,
  percentInterval,
  speed,
  whole,
} from './format-figures.js';

test('percent has one decimal, also at both ends', () => {
  expect([0, 0.754545, 1].map(percent)).toEqual(['0.0', '75.5', '100.0']);
  expect(percentInterval([0.6664, 0.8255])).toBe('66.6 to 82.5');
});

test('a loss reads as a negative change, and zero has no sign', () => {
  expect(change(5.45)).toBe('−5.5');
  expect(change(-0.4)).toBe('+0.4');
  expect(change(0.04)).toBe('0.0');
  expect(change(-0.04)).toBe('0.0');
  expect(changeInterval([-0.9, 11.8])).toBe('−11.8 to +0.9');
});

test('bytes keep three digits and never read 1000', () => {
  expect([0, 576, 999, 1000, 2048, 919_000, 999_600, 19_900_000, 3_680_000_000].map(bytes)).toEqual(
    ['0 B', '576 B', '999 B', '1.00 kB', '2.05 kB', '919 kB', '1.00 MB', '19.9 MB', '3.68 GB'],
  );
});

test('whole numbers are grouped by three', () => {
  expect([7, 999, 1024, 4_987_136].map(whole)).toEqual([
    '7',
    '999',
    '1\u202f024',
    '4\u202f987\u202f136',
  ]);
  expect([98.7, 512.4, 2140.5].map(speed)).toEqual(['98.7', '512', '2\u202f141']);
});
