import { ThinkbitsError } from '@thinkbits/spec';
import { attentionWasm } from '../generated/attention-wasm.js';
import { GrowingMemory, type MemoryIsFull } from '../wasm/growing-memory.js';

/**
 * How stored codes are meant: unsigned with a zero point, signed, unsigned above a minimum in float, or as floats of few bits.
 */
export const codeKinds = { unsigned: 0, signed: 1, minimum: 2, float: 3 } as const;
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

const align = (bytes: number): number => (bytes + 15) & ~15;

const isFull: MemoryIsFull = (held, missing, cause) =>
  new ThinkbitsError({
    code: 'kv/memory',
    category: 'machine',
    message: `The cache holds ${held} MiB and cannot grow by ${missing} MiB.`,
    help: 'Use a smaller batch, shorter answers, or fewer bits for keys and values (kv4).',
    cause,
  });

/**
 * The memory that cached keys and values live in, and the WebAssembly loops that read them there. Blocks are given back by
 * hand and used again; the memory itself only grows, up to 4 GiB.
 */
export class PageMemory {
  readonly kernels: AttentionKernels;
  private readonly memory = new GrowingMemory(isFull);
  /** Addresses by size: pages are many, and of few sizes. */
  private readonly free = new Map<number, number[]>();
  /** The first bytes stay unused, so that no block is at address 0. */
  private end = 1024;

  constructor() {
    this.kernels = this.memory.instantiate(attentionWasm);
  }

  /** The memory as bytes; valid until the next allocation. */
  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  /** The memory as floats, indexed by address / 4; valid until the next allocation. */
  get floats(): Float32Array {
    return this.memory.floats;
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
    this.memory.reach(address + bytes);
    this.end += bytes;
    return address;
  }

  /** A block that holds these floats. */
  store(values: Float32Array): number {
    const address = this.allocate(values.length * 4);
    this.floats.set(values, address / 4);
    return address;
  }

  /** Gives a block of {@link allocate} back. */
  release(address: number, size: number): void {
    const bytes = align(size);
    const list = this.free.get(bytes);
    if (list) list.push(address);
    else this.free.set(bytes, [address]);
  }
}

let shared: PageMemory | undefined;

/** The page memory of this thread. */
export function pageMemory(): PageMemory {
  shared ??= new PageMemory();
  return shared;
}
