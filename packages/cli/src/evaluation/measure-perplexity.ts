import { resolve } from 'node:path';
import type { PerplexityResult } from '@thinkbits/evaluate';
import type { Model } from '@thinkbits/inference';
import type { CalibrationEntry } from '@thinkbits/quantize';
import { type Run, ThinkbitsError } from '@thinkbits/spec';
import { readText } from '../resolve/read-text.js';
import type { Session } from '../session.js';

/** What a text may be; see {@link PerplexityText.form}. */
export const perplexityForms = ['raw', 'wikitext-rows', 'traces'] as const;
/** One of {@link perplexityForms}. */
export type PerplexityForm = (typeof perplexityForms)[number];

/** A text and how it is cut. */
export interface PerplexityText {
  readonly file: string;
  /**
   * `wikitext-rows` joins the lines of wiki.test.raw as GPTQ-style evaluations do; `traces` are JSON lines as
   * `thinkbits calibrate` writes them, each alone, of which only the answer is scored. Default `raw`.
   */
  readonly form?: PerplexityForm;
  /** Ids in a window. Default 2048, or all positions of a shorter model. */
  readonly window?: number;
  /** Ids from window to window; disjoint windows where absent. */
  readonly stride?: number;
  /** Only the first so many windows or traces. */
  readonly limit?: number;
}

/** A text that was read: one text, or answers behind their prompts. */
export type LoadedText = { readonly hash: string } & (
  | { readonly content: string }
  | { readonly traces: readonly Trace[] }
);

type Trace = Extract<CalibrationEntry, { kind: 'trace' }>;

/**
 * Reads a text as its form asks.
 * @throws ThinkbitsError `text/not-found`, `text/no-traces`, `calibration/bad-row`
 */
export async function readPerplexityText(
  { file, form = 'raw' }: PerplexityText,
  directory: string,
): Promise<LoadedText> {
  const read = await readText(file, directory, {
    code: 'text/not-found',
    what: 'text file',
    help: 'Check the path.',
  });
  const { hashText, wikitextRows } = await import('@thinkbits/evaluate');
  if (form !== 'traces') {
    const content = form === 'raw' ? read : wikitextRows(read);
    return { hash: hashText(content), content };
  }
  const { readCalibrationFile } = await import('@thinkbits/quantize');
  const entries = await readCalibrationFile(resolve(directory, file));
  const traces = entries.filter((entry) => entry.kind === 'trace');
  if (traces.length === entries.length) return { hash: hashText(read), traces };
  throw new ThinkbitsError({
    code: 'text/no-traces',
    message: `${file} has plain texts among its traces.`,
    help: 'Traces are JSON lines { "question": …, "generated_text": … }, as thinkbits calibrate writes them; for texts leave the form out.',
  });
}

/** Ids in a window for a model. @throws ThinkbitsError `perplexity/window-too-long` */
function windowFor(model: Model, name: string, asked: number | undefined): number {
  const { maxPositions } = model.info;
  const window = asked ?? Math.min(2048, maxPositions);
  if (window <= maxPositions) return window;
  throw new ThinkbitsError({
    code: 'perplexity/window-too-long',
    message: `A window of ${window} is longer than the ${maxPositions} positions of ${name}.`,
    help: `Take a window of ${maxPositions} ids or less.`,
  });
}

/**
 * The perplexity of a model over a text, or over the answers of traces, with progress.
 * @throws ThinkbitsError `tokenizer/missing`, `perplexity/window-too-long`, and what `perplexity` and
 *   `perplexityOfTraces` throw
 */
export async function measurePerplexity(
  model: Model,
  name: string,
  loaded: LoadedText,
  cut: Pick<PerplexityText, 'window' | 'stride' | 'limit'>,
  session: Session,
): Promise<PerplexityResult> {
  const { tokenizer } = model;
  if (!tokenizer) {
    throw new ThinkbitsError({
      code: 'tokenizer/missing',
      message: `${name} has no tokenizer.json.`,
      help: 'Put tokenizer.json and tokenizer_config.json beside the weights.',
    });
  }
  const options = { textHash: loaded.hash, signal: session.host.signal };
  const follow = (run: Run<PerplexityResult>) => session.follow(run, `perplexity ${name}`);
  const { perplexity, perplexityOfTraces } = await import('@thinkbits/evaluate');
  if ('traces' in loaded) {
    const { renderTrace } = await import('@thinkbits/quantize');
    const traces = loaded.traces.slice(0, cut.limit).map((trace) => {
      const { prompt, answer } = renderTrace(trace, tokenizer);
      const asked = tokenizer.encodeRendered(prompt);
      const told = tokenizer.encodeRendered(answer);
      return { ids: Int32Array.of(...asked, ...told), prompt: asked.length };
    });
    return follow(perplexityOfTraces(model, traces, options));
  }
  const ids = Int32Array.from(tokenizer.encode(loaded.content));
  return follow(
    perplexity(model, ids, {
      ...options,
      window: windowFor(model, name, cut.window),
      ...(cut.stride !== undefined && { stride: cut.stride }),
      ...(cut.limit !== undefined && { limit: cut.limit }),
    }),
  );
}
