import type { Interval, StudyRow } from './study-results.js';

/** Rounds to `digits` decimals without ever writing "-0". */
export function fixed(value: number, digits: number): string {
  const text = value.toFixed(digits);
  return Number(text) === 0 ? (0).toFixed(digits) : text;
}

/** A share in [0, 1] as percent with one decimal and no sign, `75.0`. */
export function percent(share: number): string {
  return fixed(100 * share, 1);
}

/** An interval of shares as percent, `66.1 to 82.2`. */
export function percentInterval([low, high]: Interval): string {
  return `${percent(low)} to ${percent(high)}`;
}

/** A signed number with a true minus sign, `−5.3` or `+0.4`; zero has no sign. */
export function signed(value: number, digits = 1): string {
  const text = fixed(value, digits);
  if (Number(text) === 0) return text;
  return value < 0 ? text.replace('-', '−') : `+${text}`;
}

/** Points lost as the change they are: a drop of 5.3 reads `−5.3`. */
export function change(points: number, digits = 1): string {
  return signed(-points, digits);
}

/** An interval of points lost as the interval of the change, low to high, `−12.1 to +0.3`. */
export function changeInterval([low, high]: Interval, digits = 1): string {
  return `${change(high, digits)} to ${change(low, digits)}`;
}

/** Bytes in decimal units with three significant digits, `1.34 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let scaled = value;
  // 999.5 would print as 1000 in the smaller unit.
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const digits = unit === 0 ? 0 : scaled >= 99.95 ? 0 : scaled >= 9.995 ? 1 : 2;
  return `${fixed(scaled, digits)} ${units[unit]}`;
}

/** A whole number with thin groups of three, `1 024`; the space does not break. */
export function whole(value: number): string {
  return fixed(value, 0).replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

/** A ratio with two decimals, `×1.03`. */
export function ratio(value: number): string {
  return `×${fixed(value, 2)}`;
}

/** Tokens per second: whole above 100, one decimal below. */
export function speed(value: number): string {
  return value >= 99.95 ? whole(value) : fixed(value, 1);
}

/** How many problems a cell rests on, `110` or `30 × 3`. */
export function sampleSize(row: StudyRow): string {
  return row.repeats === 1 ? whole(row.problems) : `${whole(row.problems)} × ${row.repeats}`;
}

/** A perplexity: three decimals below 10, two below 100, else whole. */
export function perplexity(value: number): string {
  if (value >= 99.995) return whole(value);
  return fixed(value, value < 9.9995 ? 3 : 2);
}

/** A score that is no share, such as a correlation: three decimals. */
export function score(value: number): string {
  return fixed(value, 3).replace('-', '−');
}

/** Its interval: `0.120 to 0.310`. */
export function scoreInterval([low, high]: Interval): string {
  return `${score(low)} to ${score(high)}`;
}

/** The name of a score for people: `mr_score_partial` is `mr score partial`. */
export function scoreTitle(name: string): string {
  return name.replaceAll('_', ' ');
}
