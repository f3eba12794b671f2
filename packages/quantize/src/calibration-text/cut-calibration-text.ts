import { createHash } from 'node:crypto';
import { createRandom } from '@thinkbits/numerics';
import { type CalibrationSpec, type Message, ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationEntry } from './calibration-entry.js';
import type { CalibrationText } from './calibration-text.js';

/** What cutting needs of a tokenizer; that of `@thinkbits/inference` fits. */
export interface CalibrationTokenizer {
  /** Ids of plain text, with the beginning-of-sequence token where the model wants one. */
  encode(text: string): readonly number[];
  /** Ids of text that spells its special tokens out. */
  encodeRendered(text: string): readonly number[];
  /** A conversation up to where its answer begins. */
  render(messages: readonly Message[]): string;
}

/** What the reference puts between texts (methods.md §3.3). */
const separator = '\n\n';

const render = (entry: CalibrationEntry, tokenizer: CalibrationTokenizer): string =>
  entry.kind === 'text'
    ? entry.text
    : tokenizer.render([{ role: 'user', content: entry.question }]) + entry.answer;

/** Texts whose special tokens are spelled out get no other beginning. */
function encode(entries: readonly CalibrationEntry[], tokenizer: CalibrationTokenizer) {
  const rendered = entries.some(({ kind }) => kind === 'trace');
  const text = entries.map((entry) => render(entry, tokenizer)).join(separator);
  return Int32Array.from(rendered ? tokenizer.encodeRendered(text) : tokenizer.encode(text));
}

/** Windows drawn by seed from all texts joined; they may overlap. */
function drawWindows(ids: Int32Array, { samples, length, seed }: CalibrationSpec): Int32Array[] {
  if (ids.length < length) {
    throw new ThinkbitsError({
      code: 'calibration/too-short',
      message: `The calibration text has ${ids.length} tokens, and a window takes ${length}.`,
      help: `Give a longer text, or windows of at most ${ids.length} tokens.`,
      details: { tokens: ids.length, length },
    });
  }
  const random = createRandom(seed).fork('calibration windows');
  return Array.from({ length: samples }, () => {
    const start = random.integer(ids.length - length + 1);
    return ids.slice(start, start + length);
  });
}

/** A seeded choice of whole entries, in their own order, each cut at the length. */
function takeWhole(
  entries: readonly CalibrationEntry[],
  tokenizer: CalibrationTokenizer,
  { samples, length, seed }: CalibrationSpec,
): Int32Array[] {
  const random = createRandom(seed).fork('calibration traces');
  const order = entries.map((_, index) => ({ index, draw: random.next() }));
  const chosen = order
    .sort((a, b) => a.draw - b.draw || a.index - b.index)
    .slice(0, samples)
    .map(({ index }) => index)
    .sort((a, b) => a - b);
  return chosen.map((index) =>
    encode([entries[index] as CalibrationEntry], tokenizer).slice(0, length),
  );
}

function hashOf(windows: readonly Int32Array[]): string {
  const hash = createHash('sha256');
  for (const ids of windows) hash.update(`${ids.length}:${ids.join(',')};`);
  return hash.digest('hex');
}

/**
 * Cuts calibration text as a recipe says (methods.md §3.3, with whole generations): `windows` joins all texts, tokenizes them
 * once and draws windows by seed, regardless of where texts end; `traces` takes whole texts.
 * @throws ThinkbitsError `calibration/too-short`, `calibration/mixed`, `tokenizer/no-chat-template`
 */
export function cutCalibrationText(
  entries: readonly CalibrationEntry[],
  tokenizer: CalibrationTokenizer,
  spec: CalibrationSpec,
): CalibrationText {
  if (new Set(entries.map(({ kind }) => kind)).size > 1) {
    throw new ThinkbitsError({
      code: 'calibration/mixed',
      message: 'The calibration text has plain texts and traces.',
      help: 'Put them into two files: traces spell special tokens out, and plain texts do not.',
    });
  }
  const windows =
    spec.sampling === 'traces'
      ? takeWhole(entries, tokenizer, spec)
      : drawWindows(encode(entries, tokenizer), spec);
  const tokens = windows.reduce((sum, ids) => sum + ids.length, 0);
  return { windows, hash: hashOf(windows), tokens };
}
