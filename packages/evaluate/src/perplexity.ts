import { type Progress, type Run, startRun, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';

/** The one thing that is asked of a model. */
export interface LikelihoodModel {
  /** -ln p(id[t] | id[0 … t-1]) for t from 1: `ids.length - 1` values. */
  negativeLogLikelihood(ids: Int32Array, signal?: AbortSignal): Promise<Float32Array>;
}

/** Options of every measurement of perplexity. */
export interface ScoringOptions {
  /** Of the text that the ids stand for, see `hashText`; recorded. */
  readonly textHash?: string;
  readonly signal?: AbortSignal;
}

/** Options of {@link perplexity}. */
export interface PerplexityOptions extends ScoringOptions {
  /** Ids per window, at least 2. */
  readonly window: number;
  /**
   * From the start of one window to the start of the next, below `window`; disjoint windows where
   * absent.
   */
  readonly stride?: number;
  /** Only the first so many windows. */
  readonly limit?: number;
}

/** What a model was asked and what follows, as token ids. */
export interface TraceIds {
  readonly ids: Int32Array;
  /** How many of the first ids are the prompt, at least 1: read, and not scored. */
  readonly prompt: number;
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
    const scored = windows.map(({ begin, end, fresh }) => ({
      ids: ids.subarray(begin, end),
      fresh,
    }));
    return score(model, scored, options.window, options, emit);
  });
}

/**
 * Perplexity of a model over answers, each behind the prompt that it answers and alone: only what follows the prompt is
 * scored. `window` of the result is the longest trace.
 * @throws ThinkbitsError `perplexity/empty-trace`, `perplexity/too-short`, `perplexity/not-finite`, `run/aborted`
 */
export function perplexityOfTraces(
  model: LikelihoodModel,
  traces: readonly TraceIds[],
  options: ScoringOptions = {},
): Run<PerplexityResult> {
  return startRun(async (emit) => {
    const scored = traces.map(({ ids, prompt }, index) => {
      if (prompt < 1 || ids.length <= prompt) throw emptyTrace(index, ids.length, prompt);
      return { ids, fresh: ids.length - prompt };
    });
    if (scored.length === 0) throw tooShort(0, 'a single trace');
    const longest = Math.max(...traces.map(({ ids }) => ids.length));
    return score(model, scored, longest, options, emit);
  });
}

/** Mean loss of the last `fresh` ids of each window. */
async function score(
  model: LikelihoodModel,
  windows: readonly { readonly ids: Int32Array; readonly fresh: number }[],
  window: number,
  { textHash, signal }: ScoringOptions,
  emit: (event: Progress) => void,
): Promise<PerplexityResult> {
  const total = windows.length;
  emit({ type: 'plan', label: 'perplexity', total, unit: 'window' });
  let sum = 0;
  let tokens = 0;
  for (const [index, { ids, fresh }] of windows.entries()) {
    throwIfAborted(signal);
    const losses = await model.negativeLogLikelihood(ids, signal);
    const scored = losses.subarray(Math.max(0, losses.length - fresh));
    for (const loss of scored) sum += loss;
    tokens += scored.length;
    if (!Number.isFinite(sum)) throw notFinite(index, ids.length);
    const note = `perplexity ${Math.exp(sum / tokens).toFixed(3)}`;
    emit({ type: 'advance', done: index + 1, total, unit: 'window', note });
  }
  const perToken = sum / tokens;
  return {
    perplexity: Math.exp(perToken),
    nll_per_token: perToken,
    windows: total,
    tokens,
    window,
    text_hash: textHash ?? null,
  };
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
    throw tooShort(length, least);
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

function tooShort(length: number, least: string): ThinkbitsError {
  return new ThinkbitsError({
    code: 'perplexity/too-short',
    message: `The text has ${length} ids, too few for ${least}.`,
    help: 'Give a longer text or a smaller window.',
    details: { ids: length },
  });
}

function emptyTrace(index: number, length: number, prompt: number): ThinkbitsError {
  return new ThinkbitsError({
    code: 'perplexity/empty-trace',
    message: `Trace ${index + 1} has ${length} ids, ${prompt} of them its prompt.`,
    help: 'A trace is a prompt and at least one id that answers it.',
    details: { trace: index + 1 },
  });
}

function notFinite(index: number, length: number): ThinkbitsError {
  return new ThinkbitsError({
    code: 'perplexity/not-finite',
    message: `Window ${index + 1} (of ${length} ids) has a loss that is not a finite number.`,
    help: 'The model gives infinite or undefined logits there: check its weights or the recipe.',
    details: { window: index + 1 },
  });
}
