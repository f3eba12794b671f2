interface Span {
  readonly start: number;
  readonly end: number;
}

/** Where blocks of any size lie in an address space: the first gap that is long enough. Gaps that touch become one. */
export class SpanAllocator {
  /** In the order of their addresses, no two touching, none touching the end. */
  private gaps: Span[] = [];
  private top: number;

  /** @param start where the first block may lie */
  constructor(start: number) {
    this.top = start;
  }

  /** Behind the last block. */
  get end(): number {
    return this.top;
  }

  /** Address of a block of `size` bytes. */
  allocate(size: number): number {
    const at = this.gaps.findIndex(({ start, end }) => end - start >= size);
    const gap = this.gaps[at];
    if (!gap) {
      this.top += size;
      return this.top - size;
    }
    const rest = { start: gap.start + size, end: gap.end };
    this.gaps.splice(at, 1, ...(rest.start < rest.end ? [rest] : []));
    return gap.start;
  }

  /** Gives a block of {@link allocate} back. */
  release(address: number, size: number): void {
    let [start, end] = [address, address + size];
    const before = this.gaps.find((gap) => gap.end === start);
    const behind = this.gaps.find((gap) => gap.start === end);
    if (before) start = before.start;
    if (behind) end = behind.end;
    this.gaps = this.gaps.filter((gap) => gap !== before && gap !== behind);
    if (end === this.top) this.top = start;
    else {
      const next = this.gaps.findIndex((gap) => gap.start > start);
      this.gaps.splice(next < 0 ? this.gaps.length : next, 0, { start, end });
    }
  }
}
