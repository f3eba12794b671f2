import { ThinkbitsError } from '@thinkbits/spec';
import { packedLinearWasm } from '../generated/packed-linear-wasm.js';
import { GrowingMemory, type MemoryIsFull } from '../wasm/growing-memory.js';
import { SpanAllocator } from '../wasm/span-allocator.js';

/** What assembly/packed-linear.ts exports; pointers are byte addresses. */
interface PackedLinearKernels {
  multiply(
    x: number,
    rows: number,
    codes: number,
    bits: number,
    panels: number,
    groups: number,
    groupDepth: number,
    scales: number,
    zeros: number,
    zeroStep: number,
    levels: number,
    scratch: number,
    y: number,
  ): void;
}

/** Bytes of the memory that a weight or a call has to itself. */
export interface Block {
  readonly address: number;
  readonly size: number;
}

const align = (bytes: number): number => 64 * Math.ceil(bytes / 64);

/** The first bytes stay unused, so that no block is at address 0. */
const firstAddress = 1024;
/** One zero for all of a panel, for every width of codes. */
const middleBytes = 9 * 64;
/** One segment as bytes and as floats (assembly/packed-linear.ts). */
const scratchBytes = 20 * 1024;

const isFull: MemoryIsFull = (held, missing, cause) =>
  new ThinkbitsError({
    code: 'linear/memory',
    category: 'machine',
    message: `Packed weights hold ${held} MiB and cannot grow by ${missing} MiB: a WebAssembly memory ends at 4096 MiB.`,
    help: 'Use fewer bits for weights, a smaller model, or another backend: native has no such limit.',
    details: { heldMebibytes: held, missingMebibytes: missing },
    cause,
  });

/**
 * The memory that packed weights live in, and the WebAssembly kernels that read them there. Blocks are given back by hand
 * and used again; the memory itself only grows, up to 4 GiB.
 */
export class LinearMemory {
  readonly kernels: PackedLinearKernels;
  readonly scratch = firstAddress + middleBytes;
  private readonly memory: GrowingMemory;
  private readonly space = new SpanAllocator(this.scratch + scratchBytes);
  private readonly live = new Set<Block>();
  private workBlock: Block = { address: 0, size: 0 };

  /** @param maximum pages of 64 KiB, at most 4 GiB */
  constructor(maximum?: number) {
    this.memory = new GrowingMemory(isFull, maximum);
    this.kernels = this.memory.instantiate(packedLinearWasm);
    for (let bits = 0; bits <= 8; bits++) {
      const at = this.middle(bits) / 4;
      this.floats.fill(32768 + 2 ** (bits - 1), at, at + 16);
    }
  }

  /** The memory as bytes; valid until the next allocation. */
  get bytes(): Uint8Array {
    return this.memory.bytes;
  }

  /** The memory as floats, indexed by address / 4; valid until the next allocation. */
  get floats(): Float32Array {
    return this.memory.floats;
  }

  /** Behind the last block: what the weights take, gaps between them included. */
  get end(): number {
    return this.space.end;
  }

  /** Address of the zeros of a panel whose every zero is the middle code. */
  middle(bits: number): number {
    return firstAddress + 64 * bits;
  }

  /**
   * A block that starts at a multiple of 64 bytes, its content undefined.
   * @throws ThinkbitsError `linear/memory` (machine) beyond 4 GiB
   */
  allocate(size: number): Block {
    const block = { address: this.space.allocate(align(size)), size: align(size) };
    try {
      this.memory.reach(this.space.end);
    } catch (error) {
      this.space.release(block.address, block.size);
      throw error;
    }
    this.live.add(block);
    return block;
  }

  /** Gives a block back; nothing where that was done before. */
  release(block: Block): void {
    if (this.live.delete(block)) this.space.release(block.address, block.size);
  }

  /** Address of room for one call at a time; what was there is lost when it grows. */
  work(size: number): number {
    if (this.workBlock.size < size) {
      this.release(this.workBlock);
      this.workBlock = { address: 0, size: 0 };
      this.workBlock = this.allocate(size);
    }
    return this.workBlock.address;
  }
}

let shared: LinearMemory | undefined;

/** The memory for packed weights of this thread. */
export function linearMemory(): LinearMemory {
  shared ??= new LinearMemory();
  return shared;
}
