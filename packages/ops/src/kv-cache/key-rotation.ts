import { ThinkbitsError } from '@thinkbits/spec';
import type { RotaryTable } from '../rotary-embedding.js';
import { pageMemory } from './page-memory.js';

/**
 * The table by which keys are rotated as they are read.
 * @param positions of the rows that are read, where known
 * @throws ThinkbitsError `kv/no-angles` where there is none, or it ends before the last position
 */
export function requireAngles(table: RotaryTable | undefined, positions = 0): RotaryTable {
  if (table && positions * table.half <= table.cosines.length) return table;
  const has = table
    ? `a rotary table of ${table.cosines.length / table.half} positions`
    : 'no rotary table';
  const upTo = positions > 0 ? `, up to position ${positions}` : '';
  throw new ThinkbitsError({
    code: 'kv/no-angles',
    message: `Keys are rotated as they are read${upTo}, and attention has ${has}.`,
    help: 'Hand a table that reaches the last position of the rows over in the attributes of cachedAttention.',
  });
}

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
    const { half } = this.table;
    requireAngles(this.table, first + count);
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
