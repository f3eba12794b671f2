import { expect, it } from 'vitest';
import { fitLine, plotLines } from './line-plot.mjs';

it('finds the line that points lie on', () => {
  const { slope, start, residual } = fitLine([1, 2, 4, 64], [5, 7, 11, 131]);
  expect(slope).toBeCloseTo(2, 12);
  expect(start).toBeCloseTo(3, 12);
  expect(residual).toBeCloseTo(0, 12);
});

it('tells how far the worst point lies from it, relative to the point', () => {
  // y = x² is no line: of 1, 4, 9 the weighted line misses one most
  const x = [1, 2, 3];
  const y = [1, 4, 9];
  const { valueAt, residual } = fitLine(x, y);
  const distances = x.map((at, i) => Math.abs(valueAt(at) - (y[i] as number)) / (y[i] as number));
  expect(residual).toBeCloseTo(Math.max(...distances), 12);
  expect(residual).toBeGreaterThan(0.1);
});

it('draws every point, with texts that are safe in SVG', () => {
  const plot = {
    title: 'a < b',
    x: [1, 2],
    y: [3, 4],
    line: (x: number) => 2 + x,
    labels: ['<', '&'],
  };
  const svg = plotLines('R & D', [plot, plot]);
  expect(svg.match(/<circle/g)).toHaveLength(4);
  expect(svg).toContain('a &lt; b');
  expect(svg).toContain('R &amp; D');
  expect(svg).not.toContain('NaN');
});
