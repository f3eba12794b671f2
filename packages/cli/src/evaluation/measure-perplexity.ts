import type { PerplexityResult } from '@thinkbits/evaluate';
import type { Model } from '@thinkbits/inference';
import { ThinkbitsError } from '@thinkbits/spec';
import { readText } from '../resolve/read-text.js';
import type { Session } from '../session.js';

/** A text and how it is cut. */
export interface PerplexityText {
  readonly file: string;
  /** `wikitext-rows` joins the lines of wiki.test.raw as GPTQ-style evaluations do. Default `raw`. */
  readonly form?: 'raw' | 'wikitext-rows';
  /** Ids in a window. Default 2048, or all positions of a shorter model. */
  readonly window?: number;
  /** Ids from window to window; disjoint windows where absent. */
  readonly stride?: number;
  /** Only the first so many windows. */
  readonly limit?: number;
}

/** Reads a text as its form asks. @throws ThinkbitsError `text/not-found` */
export async function readPerplexityText(
  { file, form = 'raw' }: PerplexityText,
  directory: string,
): Promise<string> {
  const content = await readText(file, directory, {
    code: 'text/not-found',
    what: 'text file',
    help: 'Check the path.',
  });
  const { wikitextRows } = await import('@thinkbits/evaluate');
  return form === 'raw' ? content : wikitextRows(content);
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
 * The perplexity of a model over a text, with progress.
 * @throws ThinkbitsError `tokenizer/missing`, `perplexity/window-too-long`, and what `perplexity` throws
 */
export async function measurePerplexity(
  model: Model,
  name: string,
  content: string,
  text: PerplexityText,
  session: Session,
): Promise<PerplexityResult> {
  const { hashText, perplexity } = await import('@thinkbits/evaluate');
  if (!model.tokenizer) {
    throw new ThinkbitsError({
      code: 'tokenizer/missing',
      message: `${name} has no tokenizer.json.`,
      help: 'Put tokenizer.json and tokenizer_config.json beside the weights.',
    });
  }
  const run = perplexity(model, Int32Array.from(model.tokenizer.encode(content)), {
    window: windowFor(model, name, text.window),
    textHash: hashText(content),
    signal: session.host.signal,
    ...(text.stride !== undefined && { stride: text.stride }),
    ...(text.limit !== undefined && { limit: text.limit }),
  });
  return session.follow(run, `perplexity ${name}`);
}
