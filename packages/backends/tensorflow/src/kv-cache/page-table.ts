import { pageTokens } from '@thinkbits/ops';

/**
 * Which places of the device's memory hold the tokens of which row: pages of {@link pageTokens} places, taken as a row grows
 * and used again when it is forgotten. All decoder layers share the table, because a row's layers grow together.
 */
export class PageTable {
  /** Of each row, in order. */
  private readonly rows = new Map<number, number[]>();
  private readonly free: number[] = [];
  /** The first page belongs to no row: its places hold zeros. */
  private pages = 1;

  /** A place that nothing is ever written to. */
  static readonly empty = 0;

  /** Places that there are. */
  get places(): number {
    return this.pages * pageTokens;
  }

  /** Takes pages for a row that will hold so many tokens. */
  reserve(slot: number, tokens: number): void {
    const pages = this.rows.get(slot) ?? [];
    while (pages.length * pageTokens < tokens) pages.push(this.free.pop() ?? this.pages++);
    this.rows.set(slot, pages);
  }

  /**
   * Writes the places of a row's tokens from `start` up to `end` to `out` from `at` on.
   * @throws RangeError beyond what was reserved
   */
  write(slot: number, start: number, end: number, out: Int32Array, at: number): void {
    const pages = this.rows.get(slot) ?? [];
    if (end > pages.length * pageTokens)
      throw new RangeError(`row ${slot} holds no token ${end - 1}`);
    for (let token = start; token < end; token++) {
      const page = pages[Math.floor(token / pageTokens)] as number;
      out[at + token - start] = page * pageTokens + (token % pageTokens);
    }
  }

  /** Forgets a row. */
  release(slot: number): void {
    this.free.push(...(this.rows.get(slot) ?? []));
    this.rows.delete(slot);
  }
}
