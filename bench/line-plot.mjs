/** Straight lines through measurements, and a plain SVG of both. */

/**
 * Least squares with every point weighed by 1/y², so that the distance is relative: a millisecond too much counts where a step
 * takes two, and not where it takes a hundred.
 * @param {readonly number[]} x at least two different values
 * @param {readonly number[]} y above 0
 * @returns {{ slope: number, start: number, residual: number, valueAt: (x: number) => number }} residual: the largest
 *   relative distance of a point from the line
 */
export function fitLine(x, y) {
  let [w, wx, wy, wxx, wxy] = [0, 0, 0, 0, 0];
  x.forEach((at, i) => {
    const weight = 1 / y[i] ** 2;
    w += weight;
    wx += weight * at;
    wy += weight * y[i];
    wxx += weight * at * at;
    wxy += weight * at * y[i];
  });
  const slope = (w * wxy - wx * wy) / (w * wxx - wx * wx);
  const start = (wy - slope * wx) / w;
  const valueAt = (at) => start + slope * at;
  const residual = Math.max(...x.map((at, i) => Math.abs(valueAt(at) / y[i] - 1)));
  return { slope, start, residual, valueAt };
}

const escaped = (text) =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign]);
const [width, height, left, top, right, bottom] = [560, 260, 56, 40, 110, 36];

/** Marks of an axis from 0 to `most`: 1, 2 or 5 times a power of ten apart. */
function marks(most) {
  const power = 10 ** Math.floor(Math.log10(most / 4));
  const step = power * [1, 2, 5, 10].find((times) => most / 4 / power <= times);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

/** One plot, `y` over `x`: points with labels, and the line. */
function plot({ title, x, y, line, labels }, index) {
  const [mostX, mostY] = [Math.max(...x), 1.1 * Math.max(...y, line(Math.max(...x)))];
  const px = (value) => (left + (value / mostX) * (width - left - right)).toFixed(1);
  const py = (value) => (height - bottom - (value / mostY) * (height - top - bottom)).toFixed(1);
  const parts = [`<text x="${left}" y="20" font-weight="bold">${escaped(title)}</text>`];
  for (const mark of marks(mostY)) {
    const at = py(mark);
    parts.push(`<line x1="${left}" y1="${at}" x2="${width - right}" y2="${at}" stroke="#ddd"/>`);
    parts.push(
      `<text x="${left - 6}" y="${at}" dy="4" text-anchor="end">${Number(mark.toPrecision(6))}</text>`,
    );
  }
  for (const mark of marks(mostX))
    parts.push(
      `<text x="${px(mark)}" y="${height - bottom + 18}" text-anchor="middle">${mark}</text>`,
    );
  parts.push(
    `<line x1="${px(0)}" y1="${py(line(0))}" x2="${px(mostX)}" y2="${py(line(mostX))}" stroke="#b45309" stroke-width="1.5"/>`,
  );
  x.forEach((value, i) => {
    parts.push(`<circle cx="${px(value)}" cy="${py(y[i])}" r="3.5" fill="#1d4ed8"/>`);
    parts.push(
      `<text x="${px(value)}" y="${py(y[i])}" dx="7" dy="4" font-size="10">${escaped(labels[i])}</text>`,
    );
  });
  return `<g transform="translate(0 ${30 + index * height})">\n${parts.join('\n')}\n</g>`;
}

/**
 * An SVG of plots below each other; axes begin at 0.
 * @param {{ title: string, x: number[], y: number[], line: (x: number) => number, labels: string[] }[]} plots
 */
export function plotLines(title, plots) {
  const total = 30 + plots.length * height;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${total}" width="${width}" height="${total}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${width}" height="${total}" fill="white"/>`,
    `<text x="12" y="20" font-size="14">${escaped(title)}</text>`,
    ...plots.map(plot),
    '</svg>\n',
  ].join('\n');
}
