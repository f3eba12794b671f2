import { ThinkbitsError } from '@thinkbits/spec';
import { attentionWasm } from '../generated/attention-wasm.js';

/** How stored codes are meant: unsigned with a zero point, signed, or unsigned above a minimum in float. */
export const codeKinds = { unsigned: 0, signed: 1, minimum: 2 } as const;
export type CodeKind = (typeof codeKinds)[keyof typeof codeKinds];

/** What assembly/attention.ts exports; pointers are byte addresses. */
export interface AttentionKernels {
  scoreKeys(
    query: number,
    keys: number,
    count: number,
    headDim: number,
    group: number,
    scale: number,
    scores: number,
    stride: number,
  ): void;
  addValues(
    values: number,
    count: number,
    headDim: number,
    group: number,
    weights: number,
    stride: number,
    output: number,
  ): void;
  softmax(scores: number, count: number): void;
  decodeTokens(
    codes: number,
    bytesPerToken: number,
    parameters: number,
    bits: number,
    kind: CodeKind,
    headDim: number,
    group: number,
    count: number,
    levels: number,
    output: number,
  ): void;
  decodeFloats(
    codes: number,
    bytesPerToken: number,
    scales: number,
    scaleBytes: number,
    bits: number,
    headDim: number,
    group: number,
    count: number,
    elements: number,
    output: number,
  ): void;
  decodeChannels(
    codes: number,
    bytesPerToken: number,
    scales: number,
    zeros: number,
    offsets: number,
    bits: number,
    kind: CodeKind,
    headDim: number,
    count: number,
    levels: number,
    output: number,
  ): void;
  rotateKeys(
    keys: number,
    count: number,
    headDim: number,
    cosines: number,
    sines: number,
    output: number,
  ): void;
}

const pageBytes = 65536;
const mostPages = 65536;
const align = (bytes: number): number => (bytes + 15) & ~15;

/** Bytes of base64 text, with what browsers and Node share. */
const decodeBase64 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

/**
 * The memory that cached keys and values live in, and the WebAssembly loops that read them there. Blocks are given back by
 * hand and used again; the memory itself only grows, up to 4 GiB.
 */
export class PageMemory {
  readonly kernels: AttentionKernels;
  private readonly memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages });
  private readonly free = new Map<number, number[]>();
  /** The first bytes stay unused, so that no block is at address 0. */
  private end = 1024;
  private buffer: ArrayBuffer;
  private byteView: Uint8Array;
  private floatView: Float32Array;

  constructor() {
    const module = new WebAssembly.Module(decodeBase64(attentionWasm));
    const instance = new WebAssembly.Instance(module, { env: { memory: this.memory } });
    this.kernels = instance.exports as unknown as AttentionKernels;
    this.buffer = this.memory.buffer;
    this.byteView = new Uint8Array(this.buffer);
    this.floatView = new Float32Array(this.buffer);
  }

  /** The memory as bytes; valid until the next allocation. */
  get bytes(): Uint8Array {
    return this.byteView;
  }

  /** The memory as floats, indexed by address / 4; valid until the next allocation. */
  get floats(): Float32Array {
    return this.floatView;
  }

  /**
   * Address of a block aligned to 16 bytes, its content undefined.
   * @throws ThinkbitsError `kv/memory` (machine) beyond 4 GiB
   */
  allocate(size: number): number {
    const bytes = align(size);
    const reused = this.free.get(bytes)?.pop();
    if (reused !== undefined) return reused;
    const address = this.end;
    const missing = address + bytes - this.buffer.byteLength;
    if (missing > 0) this.grow(missing);
    this.end += bytes;
    return address;
  }

  /** A block that holds these floats. */
  store(values: Float32Array): number {
    const address = this.allocate(values.length * 4);
    this.floatView.set(values, address / 4);
    return address;
  }

  /** Gives a block of {@link allocate} back. */
  release(address: number, size: number): void {
    const bytes = align(size);
    const list = this.free.get(bytes);
    if (list) list.push(address);
    else this.free.set(bytes, [address]);
  }

  private grow(missing: number): void {
    // A quarter more than asked for, so that a growing cache does not grow the memory page by page.
    const wanted = Math.ceil((missing + this.buffer.byteLength / 4) / pageBytes);
    const held = this.buffer.byteLength / pageBytes;
    try {
      this.memory.grow(
        Math.max(Math.min(wanted, mostPages - held), Math.ceil(missing / pageBytes)),
      );
    } catch (cause) {
      throw new ThinkbitsError({
        code: 'kv/memory',
        category: 'machine',
        message: `The cache holds ${Math.round(this.buffer.byteLength / 2 ** 20)} MiB and cannot grow by ${Math.ceil(missing / 2 ** 20)} MiB.`,
        help: 'Use a smaller batch, shorter answers, or fewer bits for keys and values (kv4).',
        cause,
      });
    }
    this.buffer = this.memory.buffer;
    this.byteView = new Uint8Array(this.buffer);
    this.floatView = new Float32Array(this.buffer);
  }
}

let shared: PageMemory | undefined;

/** The page memory of this thread. */
export function pageMemory(): PageMemory {
  shared ??= new PageMemory();
  return shared;
}
