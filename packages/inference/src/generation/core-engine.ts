import { getBackend } from '@tensorflow/tfjs-core';
import { type KvCache, type Segment, sampleTokens } from '@thinkbits/ops';
import {
  type Engine,
  type EngineInfo,
  type GenerateOptions,
  type GenerationRequest,
  type GenerationResult,
  ThinkbitsError,
  throwIfAborted,
  toErrorRecord,
} from '@thinkbits/spec';
import { computeInUse } from '../backend/select-backend.js';
import type { Decoder } from '../decoder/decoder.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { checkRequest } from './check-request.js';
import { prefill } from './prefill.js';
import { Row } from './row.js';

/** What the engine of our own core is made of. */
export interface CoreEngineOptions {
  readonly decoder: Decoder;
  readonly tokenizer: Tokenizer | undefined;
  readonly model: string;
  readonly modelHash: string;
  /** Rows decoded together. Results do not depend on it. */
  readonly batch: number;
}

/** How long a stretch of steps may keep the event loop waiting, in milliseconds. */
const patience = 25;

/**
 * Continuous batching over one decoder: as soon as a row finishes, the next request takes its place. A row's tokens are a
 * function of its own request alone, whatever shares the batch.
 */
export class CoreEngine implements Engine {
  readonly info: EngineInfo;
  private readonly options: CoreEngineOptions;

  constructor(options: CoreEngineOptions) {
    this.options = options;
    this.info = {
      engine: 'thinkbits',
      backend: getBackend(),
      model: options.model,
      modelHash: options.modelHash,
      compute: computeInUse(),
      details: {},
    };
  }

  async *generate(
    requests: Iterable<GenerationRequest>,
    options: GenerateOptions = {},
  ): AsyncIterable<GenerationResult> {
    const { decoder, batch } = this.options;
    const cache = decoder.createCache();
    try {
      yield* this.run(requests, options, cache, batch);
    } finally {
      cache.dispose();
    }
  }

  dispose(): void {}

  private async *run(
    requests: Iterable<GenerationRequest>,
    options: GenerateOptions,
    cache: KvCache,
    batch: number,
  ): AsyncIterable<GenerationResult> {
    const waiting = requests[Symbol.iterator]();
    const active: Row[] = [];
    const slots = Array.from({ length: batch }, (_, slot) => slot).reverse();
    let rested = performance.now();
    for (;;) {
      while (slots.length > 0) {
        const { value: request, done } = waiting.next();
        if (done) break;
        throwIfAborted(options.signal);
        const row = this.admit(request, slots.at(-1) as number, cache, options);
        if (!(row instanceof Row)) {
          yield row;
        } else if (row.finishReason !== undefined) {
          cache.reset(row.slot);
          yield row.result();
        } else {
          active.push(row);
          slots.pop();
        }
      }
      if (active.length === 0) return;
      throwIfAborted(options.signal);
      this.step(active, cache);
      for (const row of active.filter(({ finishReason }) => finishReason !== undefined)) {
        active.splice(active.indexOf(row), 1);
        cache.reset(row.slot);
        slots.push(row.slot);
        yield row.result();
      }
      if (performance.now() - rested > patience) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        rested = performance.now();
      }
    }
  }

  /** Reads a request's prompt and chooses its first token; a bad request becomes a result that says so. */
  private admit(
    request: GenerationRequest,
    slot: number,
    cache: KvCache,
    options: GenerateOptions,
  ): Row | GenerationResult {
    const { decoder, tokenizer } = this.options;
    try {
      const prompt = checkRequest(request, this.encode(request), decoder.config);
      const { maxPositions } = decoder.config;
      const row = new Row({
        slot,
        request,
        prompt,
        tokenizer,
        maxPositions,
        onDelta: options.onDelta,
      });
      const hidden = prefill(decoder, prompt, slot, cache);
      const logits = decoder.logits(hidden, [hidden.shape[0] - 1]);
      hidden.dispose();
      const [first] = sampleTokens(logits, [row.choice()]);
      logits.dispose();
      row.advance(first as number);
      return row;
    } catch (error) {
      if (!ThinkbitsError.isInstance(error)) throw error;
      return {
        id: request.id,
        promptTokens: 0,
        completionTokens: 0,
        finishReason: 'error',
        thinking: '',
        text: '',
        seconds: 0,
        error: toErrorRecord(error),
      };
    }
  }

  /** One token for every active row. */
  private step(active: readonly Row[], cache: KvCache): void {
    const { decoder } = this.options;
    const tokens = active.map((row) => row.tokens.at(-1) as number);
    const segments = active.map(
      (row): Segment => ({ slot: row.slot, start: row.position, count: 1 }),
    );
    const hidden = decoder.forward(tokens, segments, cache);
    const logits = decoder.logits(hidden); // [rows, vocabulary]
    hidden.dispose();
    const next = sampleTokens(
      logits,
      active.map((row) => row.choice()),
    );
    logits.dispose();
    for (const [index, row] of active.entries()) row.advance(next[index] as number);
  }

  private encode({ prompt }: GenerationRequest): readonly number[] {
    if ('ids' in prompt) return prompt.ids;
    const { tokenizer } = this.options;
    if (!tokenizer) {
      throw new ThinkbitsError({
        code: 'tokenizer/missing',
        message: `${this.options.model} has no tokenizer.json.`,
        help: 'Put tokenizer.json and tokenizer_config.json beside the weights, or give token ids.',
      });
    }
    return 'text' in prompt
      ? tokenizer.encode(prompt.text)
      : tokenizer.encodeRendered(tokenizer.render(prompt.messages, { date: prompt.date }));
  }
}
