import type { ThinkbitsError } from '@thinkbits/spec';

const pageBytes = 65536;
/** 4 GiB. */
const mostPages = 65536;

/** Bytes of base64 text, with what browsers and Node share. */
const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/** What makes the error of a memory that cannot grow, from MiB that it has and that it lacks. */
export type MemoryIsFull = (held: number, missing: number, cause: unknown) => ThinkbitsError;

/** A WebAssembly memory that grows up to 4 GiB and never shrinks, with views of it. */
export class GrowingMemory {
  private readonly memory: WebAssembly.Memory;
  private readonly isFull: MemoryIsFull;
  private buffer: ArrayBuffer;
  private byteView: Uint8Array;
  private floatView: Float32Array;

  /** @param maximum pages of 64 KiB */
  constructor(isFull: MemoryIsFull, maximum = mostPages) {
    this.memory = new WebAssembly.Memory({ initial: 16, maximum });
    this.isFull = isFull;
    this.buffer = this.memory.buffer;
    this.byteView = new Uint8Array(this.buffer);
    this.floatView = new Float32Array(this.buffer);
  }

  /** What a module exports, its pointers being addresses in this memory. */
  instantiate<Kernels>(base64: string): Kernels {
    const module = new WebAssembly.Module(decodeBase64(base64));
    const instance = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    return instance.exports as unknown as Kernels;
  }

  /** The memory as bytes; valid until it grows. */
  get bytes(): Uint8Array {
    return this.byteView;
  }

  /** The memory as floats, indexed by address / 4; valid until it grows. */
  get floats(): Float32Array {
    return this.floatView;
  }

  /**
   * Grows where addresses below `end` do not all exist.
   * @throws the error of {@link MemoryIsFull}
   */
  reach(end: number): void {
    const missing = end - this.buffer.byteLength;
    if (missing <= 0) return;
    const needed = Math.ceil(missing / pageBytes);
    // A quarter more than asked for, so that what grows steadily does not grow page by page.
    const generous = Math.ceil((missing + this.buffer.byteLength / 4) / pageBytes);
    const held = this.buffer.byteLength / pageBytes;
    try {
      this.memory.grow(Math.max(Math.min(generous, mostPages - held), needed));
    } catch (cause) {
      const mebibytes = 2 ** 20;
      throw this.isFull(
        Math.round(this.buffer.byteLength / mebibytes),
        Math.ceil(missing / mebibytes),
        cause,
      );
    }
    this.buffer = this.memory.buffer;
    this.byteView = new Uint8Array(this.buffer);
    this.floatView = new Float32Array(this.buffer);
  }
}
