import { isFloat } from '../study-panels.js';
import type { StudyRow } from '../study-results.js';

/** The narrowest width that a cell quantizes to; null where nothing is stored in fewer bits. */
export function narrowestBits(row: StudyRow): number | null {
  const widths = [row.weight_bits, row.activation_bits, row.kv_bits].filter(
    (bits) => bits !== null,
  );
  return widths.length === 0 ? null : Math.min(...widths);
}

/** What is quantized, in words: `weights`, `cache`, `weights and activations`, … */
export function quantizedParts(row: StudyRow): string {
  const parts = [
    ...(row.weight_bits === null ? [] : ['weights']),
    ...(row.activation_bits === null ? [] : ['activations']),
    ...(row.kv_bits === null ? [] : ['cache']),
  ];
  if (parts.length === 0) return isFloat(row) ? 'float' : 'nothing stored in fewer bits';
  return parts.length === 1 ? parts.join() : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** The recipe without its bit widths, so that cells that differ in bits alone share a line: `rtn:w4g64` → `rtn g64`. */
export function recipeSeries(row: StudyRow): string {
  const [method = '', scheme = ''] = row.recipe.replace(/^paper\//, '').split(':');
  const rest = scheme.replace(/(?:kv|[kvwa])\d+/g, '').trim();
  const name = scheme === '' ? method.replace(/-(?:[wakv]+\d+)+$/, '') : `${method} ${rest}`.trim();
  return `${name}, ${quantizedParts(row)}`;
}
