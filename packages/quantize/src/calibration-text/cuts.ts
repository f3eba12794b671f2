import { createPythonRandom, numpyPermutation } from '@thinkbits/numerics';
import { type CalibrationSpec, ThinkbitsError } from '@thinkbits/spec';

/** Texts as token ids, on demand. */
export interface EncodedTexts {
  readonly count: number;
  /** One text. */
  one(index: number): Int32Array;
  /** One text without the white space around it; no ids at all where nothing is left. */
  stripped(index: number): Int32Array;
  /** All texts joined, tokenized once. */
  all(): Int32Array;
}

/** How many windows of how many tokens, drawn with which seed. */
export interface CutSettings {
  readonly samples: number;
  readonly length: number;
  readonly seed: number;
}

type Cut = (texts: EncodedTexts, settings: CutSettings) => Int32Array[];

function tooShort(found: string, tokens: number, length: number): ThinkbitsError {
  return new ThinkbitsError({
    code: 'calibration/too-short',
    message: `${found}, and a window takes ${length}.`,
    help:
      tokens > 0 ? `Give more text, or windows of at most ${tokens} tokens.` : 'Give more text.',
    details: { tokens, length },
  });
}

/** The study's draw: starts 0 to N - L - 1, the last window only where there is no other (methods.md §3.3). */
const drawStart = (random: { below(bound: number): number }, tokens: number, length: number) =>
  random.below(Math.max(1, tokens - length));

/** Windows anywhere in the joined texts, whatever ends within them; they may overlap. */
const windows: Cut = (texts, { samples, length, seed }) => {
  const ids = texts.all();
  if (ids.length < length)
    throw tooShort(`The calibration text has ${ids.length} tokens`, ids.length, length);
  const random = createPythonRandom(seed);
  return Array.from({ length: samples }, () => {
    const start = drawStart(random, ids.length, length);
    return ids.slice(start, start + length);
  });
};

/** A window each from texts drawn by seed, passing over those that are shorter (methods.md §3.3, C4). */
const documents: Cut = (texts, { samples, length, seed }) => {
  const random = createPythonRandom(seed);
  const short = new Set<number>();
  let longest = 0;
  return Array.from({ length: samples }, () => {
    while (short.size < texts.count) {
      const index = random.below(texts.count);
      if (short.has(index)) continue;
      const ids = texts.one(index);
      longest = Math.max(longest, ids.length);
      if (ids.length >= length) {
        const start = drawStart(random, ids.length, length);
        return ids.slice(start, start + length);
      }
      short.add(index);
    }
    throw tooShort(`The longest of the calibration texts has ${longest} tokens`, longest, length);
  });
};

/**
 * AWQ's sampling (methods.md §3.2): texts in shuffled order, those longer than a block left out, until
 * `samples` are kept; these are joined and cut into blocks, of which there are fewer than texts.
 */
const blocks: Cut = (texts, { samples, length, seed }) => {
  const kept: Int32Array[] = [];
  for (const index of numpyPermutation(seed, texts.count)) {
    if (kept.length === samples) break;
    const ids = texts.stripped(index);
    if (ids.length > 0 && ids.length <= length) kept.push(ids);
  }
  const total = kept.reduce((sum, ids) => sum + ids.length, 0);
  const found = `The ${kept.length} calibration texts of at most ${length} tokens have ${total} together`;
  if (total < length) throw tooShort(found, total, length);
  const joined = new Int32Array(total);
  let at = 0;
  for (const ids of kept) {
    joined.set(ids, at);
    at += ids.length;
  }
  return Array.from({ length: Math.floor(total / length) }, (_, block) =>
    joined.slice(block * length, (block + 1) * length),
  );
};

/** Whole texts chosen by shuffling, in their own order, each cut at the length (methods.md §3.1, KVQuant*). */
const traces: Cut = (texts, { samples, length, seed }) => {
  const chosen = numpyPermutation(seed, texts.count).subarray(0, samples).sort();
  const found = Array.from(chosen, (index) => texts.one(index).slice(0, length));
  const whole = found.filter((ids) => ids.length > 0);
  if (whole.length === 0) throw tooShort('The calibration texts have 0 tokens', 0, length);
  return whole;
};

/** By {@link CalibrationSpec.sampling}. */
export const cuts: { readonly [sampling in CalibrationSpec['sampling']]: Cut } = {
  windows,
  documents,
  blocks,
  traces,
};
