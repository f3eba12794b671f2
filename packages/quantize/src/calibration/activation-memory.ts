/**
 * Bytes that all stores of a run may keep in memory together; what is beyond goes to disk. Arrays that a store gives back are
 * handed out again, within the bytes that are left: fresh memory costs a pass over it and work for the garbage collector.
 */
export class ActivationMemory {
  private left: number;
  private readonly idle = new Map<number, Float32Array[]>();
  private idleBytes = 0;

  constructor(bytes: number) {
    this.left = bytes;
  }

  /** Bytes that no store has. */
  get bytesLeft(): number {
    return this.left;
  }

  /** Counts an array as a store's, where it fits. */
  claim({ byteLength }: Float32Array): boolean {
    if (byteLength > this.left) return false;
    this.left -= byteLength;
    if (this.idleBytes > this.left) this.dropIdle();
    return true;
  }

  /** Takes back an array that a store claimed. */
  giveBack(values: Float32Array): void {
    this.left += values.byteLength;
    const list = this.idle.get(values.length);
    if (list) list.push(values);
    else this.idle.set(values.length, [values]);
    this.idleBytes += values.byteLength;
  }

  /** An array of so many elements that was given back, with what stands in it; whoever fills it claims it again. */
  reuse(length: number): Float32Array | undefined {
    const values = this.idle.get(length)?.pop();
    this.idleBytes -= values?.byteLength ?? 0;
    return values;
  }

  private dropIdle(): void {
    this.idle.clear();
    this.idleBytes = 0;
  }
}
