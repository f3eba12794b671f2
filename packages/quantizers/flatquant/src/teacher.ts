import { concat, dispose, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import type { BlockView } from '@thinkbits/spec';

/** Bytes of float outputs that are kept from epoch to epoch; those beyond are computed again. */
export const targetBytes = 2 ** 28;

/** Windows of one training step, one after another. */
export interface Batch {
  /** What the float layer reads, `[tokens, hidden]`. */
  readonly hidden: Tensor2D;
  /** What it gives, `[tokens, hidden]`. */
  readonly target: Tensor2D;
  /** Tokens of each window. */
  readonly lengths: readonly number[];
}

/** The float layer as a teacher: its inputs and outputs, in the same order every time. */
export class Teacher {
  private readonly view: BlockView;
  private readonly kept = new Map<number, Float32Array>();
  private left = targetBytes;

  constructor(view: BlockView) {
    this.view = view;
  }

  /** How many windows there are. */
  async windows(): Promise<number> {
    let count = 0;
    for await (const _ of this.view.hidden()) count++;
    return count;
  }

  /** Batches of `size` windows, the last of what is left; a batch is disposed when the next is asked for. */
  async *batches(size: number): AsyncGenerator<Batch> {
    const gathered: Tensor2D[] = [];
    let window = 0;
    try {
      for await (const hidden of this.view.hidden()) {
        gathered.push(hidden.clone());
        window++;
        if (gathered.length < size) continue;
        yield* this.batch(gathered.splice(0), window);
      }
      if (gathered.length > 0) yield* this.batch(gathered.splice(0), window);
    } finally {
      dispose(gathered);
    }
  }

  /** One batch of the windows before `end`. */
  private async *batch(windows: Tensor2D[], end: number): AsyncGenerator<Batch> {
    const made: Tensor2D[] = [...windows];
    const keep = <T extends Tensor2D>(tensor: T): T => {
      made.push(tensor);
      return tensor;
    };
    try {
      const targets: Tensor2D[] = [];
      for (const [i, { shape }] of windows.entries())
        targets.push(keep(await this.target(end - windows.length + i, shape)));
      yield {
        hidden: keep(concat(windows, 0)),
        target: keep(concat(targets, 0)),
        lengths: windows.map(({ shape }) => shape[0]),
      };
    } finally {
      dispose(made);
    }
  }

  /** The float layer's output for a window. */
  private async target(window: number, shape: [number, number]): Promise<Tensor2D> {
    const values = this.kept.get(window);
    if (values) return tensor2d(values, shape);
    const output = await this.view.forward(window);
    const bytes = 4 * output.size;
    if (bytes <= this.left) {
      this.left -= bytes;
      this.kept.set(window, new Float32Array((await output.data()) as Float32Array));
    }
    return output;
  }
}
