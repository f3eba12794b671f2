import { createHash } from 'node:crypto';
import { type CalibrationSpec, type Message, ThinkbitsError } from '@thinkbits/spec';
import type { CalibrationEntry } from './calibration-entry.js';
import type { CalibrationText } from './calibration-text.js';
import { type CutSettings, cuts, type EncodedTexts } from './cuts.js';
import { renderTrace } from './render-trace.js';

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

function render(entry: CalibrationEntry, tokenizer: CalibrationTokenizer): string {
  if (entry.kind === 'text') return entry.text;
  const { prompt, answer } = renderTrace(entry, tokenizer);
  return prompt + answer;
}

/** Texts whose special tokens are spelled out get no other beginning. */
function encodeTexts(
  entries: readonly CalibrationEntry[],
  tokenizer: CalibrationTokenizer,
  joined: number,
): EncodedTexts {
  const rendered = entries.some(({ kind }) => kind === 'trace');
  const encode = (text: string): Int32Array =>
    Int32Array.from(rendered ? tokenizer.encodeRendered(text) : tokenizer.encode(text));
  const text = (index: number) => render(entries[index] as CalibrationEntry, tokenizer);
  return {
    count: entries.length,
    one: (index) => encode(text(index)),
    stripped: (index) => {
      const content = text(index).trim();
      return content === '' ? new Int32Array(0) : encode(content);
    },
    all: () =>
      encode(
        Array.from({ length: Math.min(joined, entries.length) }, (_, i) => text(i)).join(separator),
      ),
  };
}

function hashOf(windows: readonly Int32Array[]): string {
  const hash = createHash('sha256');
  for (const ids of windows) hash.update(`${ids.length}:${ids.join(',')};`);
  return hash.digest('hex');
}

/**
 * Cuts calibration text into windows of tokens as a recipe says; see {@link CalibrationSpec.sampling}.
 * @param joined how many texts `windows` joins; all where absent
 * @throws ThinkbitsError `calibration/too-short`, `calibration/mixed`, `tokenizer/no-chat-template`
 */
export function cutCalibrationText(
  entries: readonly CalibrationEntry[],
  tokenizer: CalibrationTokenizer,
  spec: Pick<CalibrationSpec, 'sampling'> & CutSettings,
  joined = entries.length,
): CalibrationText {
  if (new Set(entries.map(({ kind }) => kind)).size > 1) {
    throw new ThinkbitsError({
      code: 'calibration/mixed',
      message: 'The calibration text has plain texts and traces.',
      help: 'Put them into two files: traces spell special tokens out, and plain texts do not.',
    });
  }
  const windows = cuts[spec.sampling](encodeTexts(entries, tokenizer, joined), spec);
  const tokens = windows.reduce((sum, ids) => sum + ids.length, 0);
  return { windows, hash: hashOf(windows), tokens };
}
