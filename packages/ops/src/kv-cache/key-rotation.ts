import { ThinkbitsError } from '@thinkbits/spec';
import type { RotaryTable } from '../rotary-embedding.js';
import { pageMemory } from './page-memory.js';

/** The angles of a rotary table in the page memory: rotates keys that were stored before the embedding as they are read. */
export class KeyRotation {
  private readonly table: RotaryTable;
  private readonly cosines: number;
  private readonly sines: number;

  constructor(table: RotaryTable) {
    this.table = table;
    this.cosines = pageMemory().store(table.cosines);
    this.sines = pageMemory().store(table.sines);
  }

  /** Whether this is made of the table. */
  isOf(table: RotaryTable): boolean {
    return this.table === table;
  }

  get heldBytes(): number {
    return 8 * this.table.cosines.length;
  }

  /**
   * Rotates `count` keys `[count, headDim]` by the angles of the positions from `first` on.
   * @param output may be the keys' own address
   * @returns `output`
   * @throws ThinkbitsError `kv/no-angles` for a position beyond the table
   */
  apply(keys: number, count: number, first: number, output: number): number {
    const { half, cosines } = this.table;
    if ((first + count) * half > cosines.length) {
      throw new ThinkbitsError({
        code: 'kv/no-angles',
        message: `Keys up to position ${first + count} are read; the rotary table has ${cosines.length / half}.`,
        help: 'Give attention a table that reaches the last position of its rows.',
      });
    }
    const at = first * half * 4;
    const { kernels } = pageMemory();
    kernels.rotateKeys(keys, count, 2 * half, this.cosines + at, this.sines + at, output);
    return output;
  }

  /** Rotates keys `[count, headDim]` of positions from 0 on that are not in the page memory, in place. */
  applyTo(keys: Float32Array): void {
    const memory = pageMemory();
    const address = memory.store(keys);
    this.apply(address, keys.length / (2 * this.table.half), 0, address);
    keys.set(memory.floats.subarray(address / 4, address / 4 + keys.length));
    memory.release(address, keys.length * 4);
  }

  dispose(): void {
    const bytes = this.table.cosines.length * 4;
    pageMemory().release(this.cosines, bytes);
    pageMemory().release(this.sines, bytes);
  }
}
