import type { Host, TextOutput } from '../host.js';

/** Wraps text in terminal styles, or leaves it alone. */
export interface Style {
  dim(text: string): string;
  bold(text: string): string;
}

/** Styles on a terminal; plain text elsewhere, with NO_COLOR (no-color.org) and on a dumb terminal. */
export function styleOf(output: TextOutput, environment: Host['environment']): Style {
  const colour = output.isTTY === true && !environment.NO_COLOR && environment.TERM !== 'dumb';
  const wrap = (open: number, close: number) => (text: string) =>
    colour && text !== '' ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return { dim: wrap(2, 22), bold: wrap(1, 22) };
}
