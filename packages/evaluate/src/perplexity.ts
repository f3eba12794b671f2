import { type Run, startRun, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';

/** The one thing that is asked of a model. */
export interface LikelihoodModel {
  /** -ln p(id[t] | id[0 … t-1]) for t from 1: `ids.length - 1` values. */
  negativeLogLikelihood(ids: Int32Array, signal?: AbortSignal): Promise<Float32Array>;
}

/** Options of {@link perplexity}. */
export interface PerplexityOptions {
  /** Ids per window, at least 2. */
  readonly window: number;
  /**
   * From the start of one window to the start of the next, below `window`; disjoint windows where
   * absent.
   */
  readonly stride?: number;
  /** Only the first so many windows. */
  readonly limit?: number;
  /** Of the text that the ids stand for, see `hashText`; recorded. */
  readonly textHash?: string;
  readonly signal?: AbortSignal;
}

/** What `thinkbits perplexity --json` prints. */
export interface PerplexityResult {
  /** exp of `nll_per_token`. */
  readonly perplexity: number;
  /** Mean over the scored ids, in nats. */
  readonly nll_per_token: number;
  readonly windows: number;
  /** Ids that were scored. */
  readonly tokens: number;
  readonly window: number;
  /** null where none was given. */
  readonly text_hash: string | null;
}

/** A window, and how many of its last ids no earlier window has scored. */
interface Window {
  readonly begin: number;
  readonly end: number;
  readonly fresh: number;
}

/**
 * Perplexity of a model over a sequence of ids.
 *
 * - Disjoint windows (the default; evaluation.md §1.9, as GPTQ evaluates): the sequence is cut into
 *   windows, an incomplete last one is dropped, a window of n ids gives n - 1 losses and nothing is
 *   scored across windows.
 * - With a stride: windows overlap, and each scores only ids that no earlier one did, so that every
 *   id but the first is scored once with at least `window - stride` ids before it. The last window
 *   may be shorter.
 *
 * Losses are added in float64. Progress: `plan`, `advance` by window with the running perplexity.
 *
 * @throws ThinkbitsError `perplexity/bad-window`, `perplexity/too-short`, `perplexity/not-finite`,
 *   `run/aborted`
 */
export function perplexity(
  model: LikelihoodModel,
  ids: Int32Array,
  options: PerplexityOptions,
): Run<PerplexityResult> {
  return startRun(async (emit) => {
    const windows = planWindows(ids.length, options);
    const total = windows.length;
    emit({ type: 'plan', label: 'perplexity', total, unit: 'window' });
    let sum = 0;
    let tokens = 0;
    for (const [index, { begin, end, fresh }] of windows.entries()) {
      throwIfAborted(options.signal);
      const losses = await model.negativeLogLikelihood(ids.subarray(begin, end), options.signal);
      const scored = losses.subarray(Math.max(0, losses.length - fresh));
      for (const loss of scored) sum += loss;
      tokens += scored.length;
      if (!Number.isFinite(sum)) throw notFinite(index, begin, end);
      const note = `perplexity ${Math.exp(sum / tokens).toFixed(3)}`;
      emit({ type: 'advance', done: index + 1, total, unit: 'window', note });
    }
    const perToken = sum / tokens;
    return {
      perplexity: Math.exp(perToken),
      nll_per_token: perToken,
      windows: total,
      tokens,
      window: options.window,
      text_hash: options.textHash ?? null,
    };
  });
}

function planWindows(length: number, { window, stride, limit }: PerplexityOptions): Window[] {
  const whole = (value: number, least: number) => Number.isInteger(value) && value >= least;
  if (!whole(window, 2)) throw badWindow(`The window is ${window} ids; it must be 2 or more.`);
  if (limit !== undefined && !whole(limit, 1))
    throw badWindow(`The limit is ${limit} windows; it must be 1 or more.`);
  if (stride !== undefined && !(whole(stride, 1) && stride < window)) {
    throw badWindow(
      `The stride is ${stride}; it must be from 1 to ${window - 1}, below the window.`,
    );
  }
  const windows = stride === undefined ? disjoint(length, window) : strided(length, window, stride);
  if (windows.length === 0) {
    const least = stride === undefined ? `one window of ${window}` : 'a single loss';
    throw new ThinkbitsError({
      code: 'perplexity/too-short',
      message: `The text has ${length} ids, too few for ${least}.`,
      help: 'Give a longer text or a smaller window.',
      details: { ids: length, window },
    });
  }
  return windows.slice(0, limit);
}

function disjoint(length: number, window: number): Window[] {
  return Array.from({ length: Math.floor(length / window) }, (_, index) => ({
    begin: index * window,
    end: (index + 1) * window,
    fresh: window,
  }));
}

function strided(length: number, window: number, stride: number): Window[] {
  const windows: Window[] = [];
  let scoredTo = 0;
  for (let begin = 0; scoredTo < length && length > 1; begin += stride) {
    const end = Math.min(begin + window, length);
    windows.push({ begin, end, fresh: end - scoredTo });
    scoredTo = end;
  }
  return windows;
}

function badWindow(message: string): ThinkbitsError {
  const help = 'Leave the stride out for disjoint windows; 2048 is the usual window.';
  return new ThinkbitsError({ code: 'perplexity/bad-window', category: 'usage', message, help });
}

function notFinite(index: number, begin: number, end: number): ThinkbitsError {
  return new ThinkbitsError({
    code: 'perplexity/not-finite',
    message: `Window ${index + 1} (ids ${begin} to ${end - 1}) has a loss that is not a finite number.`,
    help: 'The model gives infinite or undefined logits there: check its weights or the recipe.',
    details: { window: index + 1 },
  });
}
