import type { Tokenizer } from './tokenizer.js';

/** How many earlier tokens are decoded along, so that spaces and merges at the seam come out right. */
const context = 6;

/**
 * Turns tokens into text one by one. A character whose bytes are spread over several tokens is held back until it is
 * complete, so no half of it is ever shown.
 */
export class Detokenizer {
  private readonly tokenizer: Tokenizer;
  private readonly ids: number[] = [];
  private start = 0;
  private shown = 0;

  constructor(tokenizer: Tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** Text that this token completes; empty while a character is incomplete. */
  push(id: number): string {
    this.ids.push(id);
    const before = this.tokenizer.decode(this.ids.slice(this.start, this.shown));
    const now = this.tokenizer.decode(this.ids.slice(this.start));
    if (now.length <= before.length || now.endsWith('\uFFFD')) return '';
    this.shown = this.ids.length;
    this.start = Math.max(this.start, this.shown - context);
    return now.slice(before.length);
  }

  /** Whatever is still held back: bytes that never became a character come out as U+FFFD. */
  flush(): string {
    const before = this.tokenizer.decode(this.ids.slice(this.start, this.shown));
    const now = this.tokenizer.decode(this.ids.slice(this.start));
    this.shown = this.ids.length;
    return now.slice(before.length);
  }
}
