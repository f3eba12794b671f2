import { createRandom } from '@thinkbits/numerics';
import type { TokenChoice } from '@thinkbits/ops';
import type { GenerationRequest, GenerationResult, RandomSource, TextDelta } from '@thinkbits/spec';
import { Detokenizer } from '../tokenizer/detokenizer.js';
import type { Tokenizer } from '../tokenizer/tokenizer.js';
import { StopMatcher } from './stop-matcher.js';

/** One answer as it grows: which token comes next, what text it has made, and when it ends. */
export class Row {
  readonly slot: number;
  readonly prompt: readonly number[];
  finishReason: 'stop' | 'length' | undefined;
  readonly tokens: number[] = [];
  private readonly request: GenerationRequest;
  private readonly tokenizer: Tokenizer | undefined;
  private readonly random: RandomSource;
  private readonly onDelta: ((delta: TextDelta) => void) | undefined;
  private readonly limit: number;
  private readonly stops: StopMatcher;
  private detokenizer: Detokenizer | undefined;
  private thinks: boolean;
  private thinkingTokens = 0;
  private thinking = '';
  private text = '';
  private readonly started: number;

  constructor(options: {
    slot: number;
    request: GenerationRequest;
    prompt: readonly number[];
    tokenizer: Tokenizer | undefined;
    maxPositions: number;
    onDelta: ((delta: TextDelta) => void) | undefined;
  }) {
    const { slot, request, prompt, tokenizer } = options;
    this.slot = slot;
    this.request = request;
    this.prompt = prompt;
    this.tokenizer = tokenizer;
    this.onDelta = options.onDelta;
    this.limit = Math.min(request.maxTokens, options.maxPositions - prompt.length);
    this.random = createRandom(request.seed).fork(request.stream ?? request.id);
    this.stops = new StopMatcher(request.stop ?? []);
    this.detokenizer = tokenizer && new Detokenizer(tokenizer);
    const markers = tokenizer?.thinking;
    this.thinks =
      markers !== undefined &&
      prompt.lastIndexOf(markers.openId) > prompt.lastIndexOf(markers.closeId);
    this.started = performance.now();
  }

  /** Position of the next token to be fed. */
  get position(): number {
    return this.prompt.length + this.tokens.length - 1;
  }

  /** How the next token is chosen. A sampled one takes one draw of the row's stream, a greedy one none. */
  choice(): TokenChoice {
    const { sampling } = this.request;
    return { sampling, draw: sampling.temperature === 0 ? 0 : this.random.next() };
  }

  /** Takes the token in that {@link choice} led to, or the end of thinking where the budget is spent. */
  advance(sampled: number): void {
    const { thinkingBudget } = this.request;
    const spent =
      this.thinks && thinkingBudget !== undefined && this.thinkingTokens >= thinkingBudget;
    // The draw was taken even where the marker is forced, so that a budget does not shift the stream of what follows.
    this.take(spent ? (this.tokenizer?.thinking?.closeId as number) : sampled);
  }

  result(): GenerationResult {
    return {
      id: this.request.id,
      promptTokens: this.prompt.length,
      completionTokens: this.tokens.length,
      finishReason: this.finishReason ?? 'length',
      thinking: this.thinking.trim(),
      text: this.text.trim(),
      tokens: this.tokens,
      seconds: (performance.now() - this.started) / 1000,
    };
  }

  private take(id: number): void {
    this.tokens.push(id);
    if (this.thinks) this.thinkingTokens++;
    const markers = this.tokenizer?.thinking;
    if (this.tokenizer?.endIds.has(id)) this.finishReason = 'stop';
    else if (
      markers &&
      (id === markers.closeId || (id === markers.openId && this.text.trim() === ''))
    )
      this.turn(id === markers.openId);
    else if (this.detokenizer) this.show(this.detokenizer.push(id));
    if (this.finishReason === undefined && this.tokens.length >= this.limit)
      this.finishReason = 'length';
    if (this.finishReason !== undefined) this.close();
  }

  /** Thinking begins or ends; text on the other side starts afresh. */
  private turn(thinks: boolean): void {
    if (this.detokenizer) this.show(this.detokenizer.flush());
    this.detokenizer = this.tokenizer && new Detokenizer(this.tokenizer);
    this.thinks = thinks;
  }

  /** Stop strings count in the answer alone: they would cut a chain of thought short. */
  private show(delta: string): void {
    if (delta === '') return;
    if (this.thinks) {
      this.thinking += delta;
      this.onDelta?.({ id: this.request.id, kind: 'thinking', delta });
      return;
    }
    const shown = this.stops.push(delta);
    if (this.stops.stopped) this.finishReason = 'stop';
    this.addText(shown);
  }

  private addText(delta: string): void {
    if (delta === '') return;
    this.text += delta;
    this.onDelta?.({ id: this.request.id, kind: 'text', delta });
  }

  private close(): void {
    if (this.detokenizer && !this.stops.stopped) this.show(this.detokenizer.flush());
    if (!this.stops.stopped) this.addText(this.stops.flush());
  }
}
