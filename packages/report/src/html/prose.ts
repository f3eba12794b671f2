import { escapeHtml } from './escape-html.js';

/** A sentence of ours as HTML: escaped, and lines never break between a figure and its unit or around `n = 110`. */
export function prose(text: string): string {
  return escapeHtml(text)
    .replace(/(\d) %/g, '$1\u202f%')
    .replace(/\bn = (\d)/g, 'n\u00a0=\u00a0$1')
    .replace(/(\d) (points|tokens|[kMGT]?B)\b/g, '$1\u00a0$2');
}
