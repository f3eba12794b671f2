import { expect, test } from 'vitest';
import { quickstart } from '../__fixtures__/studies.js';
import type { StudyRow } from '../study-results.js';
import { darkColors, lightColors } from './plot-theme.js';
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

/** Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
function contrast(a: string, b: string): number {
  const luminance = (hex: string) =>
    [0.2126, 0.7152, 0.0722].reduce((sum, weight, index) => {
      const channel = Number.parseInt(hex.slice(1 + 2 * index, 3 + 2 * index), 16) / 255;
      return (
        sum + weight * (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4)
      );
    }, 0);
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

test('marks stand out from the page in both themes', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 6);
  for (const color of lightColors) expect(contrast(color, '#ffffff')).toBeGreaterThan(3);
  for (const color of darkColors) expect(contrast(color, '#14161a')).toBeGreaterThan(3);
});
