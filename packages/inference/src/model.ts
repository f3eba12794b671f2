import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import {
  type Engine,
  type GenerationRequest,
  type GenerationResult,
  greedy,
  type Message,
  type ModelInfo,
  type Sampling,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import type { Decoder, LayerObserver } from './decoder/decoder.js';
import { CoreEngine } from './generation/core-engine.js';
import { prefill } from './generation/prefill.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';

/** What a model takes, in bytes. */
export interface ModelMemory {
  /** Weights as held by this backend. */
  readonly heldBytes: number;
  /** Weights with quantized parts as packed codes, scales and zeros. */
  readonly packedBytes: number;
  /** The same weights as float32. */
  readonly floatBytes: number;
  /** A cached token over all layers, as float32 and as this model's cache stores it. */
  readonly kvBytesPerToken: { readonly float: number; readonly packed: number };
}

/** Options of {@link Model.generate} and {@link Model.stream}. */
export interface ModelGenerateOptions {
  readonly sampling?: Partial<Sampling>;
  readonly maxTokens?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly thinkingBudget?: number;
  readonly signal?: AbortSignal;
}

/** Rows whose logits are held at once where a vocabulary is large. */
const logitRows = 128;

/** log Σ exp of one row of logits, in float64. */
function logSumExp(values: Float32Array, start: number, count: number): number {
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = start; i < start + count; i++)
    if ((values[i] as number) > highest) highest = values[i] as number;
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp((values[i] as number) - highest);
  return highest + Math.log(sum);
}

/** A model ready to run. Made by `loadModel`, `createModel` and `quantize`; dispose it to free its tensors. */
export class Model {
  readonly info: ModelInfo;
  readonly checkpoint: Checkpoint;
  readonly tokenizer: Tokenizer | undefined;
  readonly memory: ModelMemory;
  /** Hash of the weights and of what was done to them. */
  readonly hash: string;
  readonly decoder: Decoder;

  constructor(parts: {
    info: ModelInfo;
    checkpoint: Checkpoint;
    tokenizer: Tokenizer | undefined;
    memory: ModelMemory;
    hash: string;
    decoder: Decoder;
  }) {
    this.info = parts.info;
    this.checkpoint = parts.checkpoint;
    this.tokenizer = parts.tokenizer;
    this.memory = parts.memory;
    this.hash = parts.hash;
    this.decoder = parts.decoder;
  }

  /** An engine over this model that decodes up to `batch` rows together (default 32). The model stays the caller's. */
  engine(options: { batch?: number } = {}): Engine {
    const batch = options.batch ?? 32;
    if (!Number.isInteger(batch) || batch < 1) {
      throw new ThinkbitsError({
        code: 'engine/batch',
        category: 'usage',
        message: `The batch is ${batch}.`,
        help: 'Give a whole number of rows, at least 1.',
      });
    }
    const { decoder, tokenizer, checkpoint, hash } = this;
    return new CoreEngine({ decoder, tokenizer, model: checkpoint.label, modelHash: hash, batch });
  }

  /** One answer. A string is plain text; a conversation is rendered by the chat template. */
  async generate(
    prompt: string | readonly Message[],
    options: ModelGenerateOptions = {},
  ): Promise<GenerationResult> {
    for await (const result of this.engine({ batch: 1 }).generate(
      [this.request(prompt, options)],
      options,
    ))
      return this.checked(result);
    throw new Error('an engine gives one result for one request');
  }

  /** The same answer as text, piece by piece, thinking included. */
  async *stream(
    prompt: string | readonly Message[],
    options: ModelGenerateOptions = {},
  ): AsyncIterable<string> {
    const pieces: string[] = [];
    let wake = (): void => {};
    let done = false;
    const work = (async () => {
      const results = this.engine({ batch: 1 }).generate([this.request(prompt, options)], {
        ...(options.signal && { signal: options.signal }),
        onDelta: ({ delta }) => {
          pieces.push(delta);
          wake();
        },
      });
      for await (const result of results) this.checked(result);
    })().finally(() => {
      done = true;
      wake();
    });
    work.catch(() => {});
    for (;;) {
      while (pieces.length > 0) yield pieces.shift() as string;
      if (done) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    await work;
  }

  /**
   * -log p of each id given those before it, natural logarithm.
   * @param ids at least two
   * @returns `[ids.length - 1]`
   */
  async negativeLogLikelihood(ids: Int32Array, signal?: AbortSignal): Promise<Float32Array> {
    const losses = new Float32Array(ids.length - 1);
    const { vocabulary } = this.decoder.config;
    this.forEachLogits(ids, signal, (logits, row, start) => {
      if (start + 1 >= ids.length) return;
      const target = logits[row * vocabulary + (ids[start + 1] as number)] as number;
      losses[start] = logSumExp(logits, row * vocabulary, vocabulary) - target;
    });
    return losses;
  }

  /** Logits of every position, `[ids.length, vocabulary]`. */
  async logits(ids: Int32Array, signal?: AbortSignal): Promise<Float32Array> {
    const { vocabulary } = this.decoder.config;
    const all = new Float32Array(ids.length * vocabulary);
    this.forEachLogits(ids, signal, (logits, row, position) => {
      all.set(logits.subarray(row * vocabulary, (row + 1) * vocabulary), position * vocabulary);
    });
    return all;
  }

  /**
   * The residual stream after the embedding and after each decoder layer, then the final norm: `layers + 2` arrays
   * `[ids.length, hidden]`.
   */
  async hiddenStates(ids: Int32Array): Promise<Float32Array[]> {
    const states: Float32Array[] = [];
    const observe: LayerObserver = (_, hidden) => states.push(new Float32Array(hidden.dataSync()));
    const cache = this.decoder.createCache();
    const segment = { slot: 0, start: 0, count: ids.length };
    const hidden = this.decoder.forward([...ids], [segment], cache, observe);
    const normed = this.decoder.finalNorm(hidden);
    states.push(new Float32Array(normed.dataSync()));
    for (const tensor of [hidden, normed]) tensor.dispose();
    cache.dispose();
    return states;
  }

  /** Frees the model's tensors. */
  dispose(): void {
    this.decoder.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Runs the model over `ids` and shows each position's logits, a few rows at a time. */
  private forEachLogits(
    ids: Int32Array,
    signal: AbortSignal | undefined,
    visit: (logits: Float32Array, row: number, position: number) => void,
  ): void {
    const visitChunk = (hidden: Tensor2D, start: number): void => {
      throwIfAborted(signal);
      for (let first = 0; first < hidden.shape[0]; first += logitRows) {
        const count = Math.min(logitRows, hidden.shape[0] - first);
        const logits = this.decoder.logits(
          hidden,
          Array.from({ length: count }, (_, i) => first + i),
        );
        const values = logits.dataSync() as Float32Array;
        for (let row = 0; row < count; row++) visit(values, row, start + first + row);
        logits.dispose();
      }
    };
    const cache = this.decoder.createCache();
    try {
      prefill(this.decoder, [...ids], 0, cache, visitChunk).dispose();
    } finally {
      cache.dispose();
    }
  }

  private request(
    prompt: string | readonly Message[],
    options: ModelGenerateOptions,
  ): GenerationRequest {
    const { sampling, maxTokens, seed, stop, thinkingBudget } = options;
    return {
      id: 'answer',
      prompt: typeof prompt === 'string' ? { text: prompt } : { messages: prompt },
      sampling: { ...greedy, ...sampling },
      maxTokens: maxTokens ?? 1024,
      seed: seed ?? 0,
      ...(stop && { stop }),
      ...(thinkingBudget !== undefined && { thinkingBudget }),
    };
  }

  private checked(result: GenerationResult): GenerationResult {
    if (result.error) throw new ThinkbitsError(result.error);
    return result;
  }
}
