import { keep, slice, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import type { RotaryTable } from '@thinkbits/ops';
import { rotateHalves } from '../rotate-halves.js';

/** The angles of a rotary table on the device: keys that were stored before the rotary embedding are rotated as they are read. */
export class KeyAngles {
  private readonly table: RotaryTable;
  /** `[positions, half]` each */
  private readonly cosines: Tensor;
  private readonly sines: Tensor;

  constructor(table: RotaryTable) {
    this.table = table;
    const shape: [number, number] = [table.cosines.length / table.half, table.half];
    this.cosines = keep(tensor2d(table.cosines, shape));
    this.sines = keep(tensor2d(table.sines, shape));
  }

  get bytes(): number {
    return 8 * this.table.cosines.length;
  }

  /** Whether this is made of the table. */
  isOf(table: RotaryTable): boolean {
    return this.table === table;
  }

  /** Keys of positions from 0 on, `[…, tokens, headDim]`; call within a tidy. */
  rotate(keys: Tensor): Tensor {
    const tokens = keys.shape.at(-2) as number;
    const rows = (table: Tensor) => slice(table, [0, 0], [tokens, this.table.half]);
    return rotateHalves(keys, rows(this.cosines), rows(this.sines));
  }

  dispose(): void {
    this.cosines.dispose();
    this.sines.dispose();
  }
}
