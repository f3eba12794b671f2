import { expect, test } from 'vitest';
import { quickstart } from '../__fixtures__/studies.js';
import type { StudyRow } from '../study-results.js';
import { recipeMarks } from './recipe-marks.js';
import { narrowestBits, recipeSeries } from './recipe-series.js';
import { wilsonInterval } from './wilson-interval.js';

const [float] = quickstart.rows as [StudyRow];

test.each([
  ['rtn:w4g64', { weight_bits: 4 }, 'rtn g64, weights'],
  ['rtn:w3g64', { weight_bits: 3 }, 'rtn g64, weights'],
  ['rtn:k4v3', { kv_bits: 3 }, 'rtn, cache'],
  [
    'awq+gptq:w4a8kv4',
    { weight_bits: 4, activation_bits: 8, kv_bits: 4 },
    'awq+gptq, weights, activations and cache',
  ],
  ['paper/gptq-w3', { weight_bits: 3 }, 'gptq, weights'],
  ['recipes/mine.json', { weight_bits: 3 }, 'recipes/mine.json, weights'],
])('%s belongs to the series %s', (recipe, bits, series) => {
  expect(recipeSeries({ ...float, recipe, ...bits })).toBe(series);
});

test('the narrowest part gives a cell its place', () => {
  expect(narrowestBits(float)).toBeNull();
  expect(narrowestBits({ ...float, weight_bits: 4, activation_bits: 8, kv_bits: 3 })).toBe(3);
});

test('thirty labels look thirty ways, and float like no other', () => {
  const rows = Array.from({ length: 30 }, (_, index) => ({
    ...float,
    recipe: `r${index}`,
    label: `r${index}`,
  }));
  const marks = [...recipeMarks({ ...quickstart, rows: [float, ...rows] }).values()];
  expect(new Set(marks.map(({ color, shape }) => `${color} ${shape}`)).size).toBe(31);
});

test('Wilson intervals agree with published values', () => {
  // Newcombe, Statistics in Medicine 17, 857 (1998), table I, method 3.
  const published: [number, number, number, number][] = [
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ];
  for (const [right, count, low, high] of published) {
    const interval = wilsonInterval(right / count, count);
    expect(interval[0]).toBeCloseTo(low, 4);
    expect(interval[1]).toBeCloseTo(high, 4);
  }
});
