import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
import type { BackendValues, DataId, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { ComputeType } from '@thinkbits/spec';
import type { Addon } from './addon.js';

/** Bytes of freed tensors that are kept for the next ones. */
const keptBytes = 2 ** 28;

/** Bytes from which memory is asked for in large pages. */
const largeBytes = 2 ** 22;

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/**
 * tfjs's backend `cpu` with kernels of our own: tensors are typed arrays, so that every kernel of `cpu` works on them and ours
 * read and write them in place.
 *
 * The memory of freed tensors is used again, because fresh pages cost more than most operations. Memory that somebody
 * else may still look at, a result that was read or an array that was handed in, is left to the garbage collector.
 */
export class NativeBackend extends MathBackendCPU {
  readonly addon: Addon;
  /** Arithmetic of products with a linear's weights. */
  compute: ComputeType = 'f32';
  /** Whether the kernels in use multiply bytes and add up fours in one instruction: codes are then multiplied faster than floats. */
  dotsOfBytes = false;
  /** Buffers that only tensors of this backend know. */
  private readonly own = new WeakSet<ArrayBufferLike>();
  private readonly free = new Map<number, Float32Array[]>();
  private freeBytes = 0;

  constructor(addon: Addon) {
    super();
    this.addon = addon;
  }

  /** A new float32 tensor with undefined content, and its elements. */
  allocate(shape: number[]): { tensor: TensorInfo; values: Float32Array } {
    const size = elements(shape);
    const values = this.take(size) ?? this.make(size);
    const tensor = this.makeTensorInfo(shape, 'float32', values);
    this.own.add(values.buffer);
    return { tensor, values };
  }

  /** The elements of a float32 tensor, in place. */
  view(tensor: TensorInfo): Float32Array {
    const held = this.data.get(tensor.dataId);
    // some kernels of cpu leave a plain array or integers behind
    if (!(held.values instanceof Float32Array))
      held.values = Float32Array.from(held.values as ArrayLike<number>);
    return held.values;
  }

  override write(values: BackendValues, shape: number[], dtype: DataType): DataId {
    this.escape(values);
    return super.write(values, shape, dtype);
  }

  override move(
    dataId: DataId,
    values: BackendValues,
    shape: number[],
    dtype: DataType,
    refCount: number,
  ): void {
    this.escape(values);
    super.move(dataId, values, shape, dtype, refCount);
  }

  override readSync(dataId: DataId): BackendValues {
    this.escape(this.data.get(dataId).values);
    return super.readSync(dataId);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const values = this.data.has(dataId) ? this.data.get(dataId).values : undefined;
    const gone = super.disposeData(dataId, force);
    if (gone && values instanceof Float32Array && this.own.has(values.buffer)) this.keep(values);
    return gone;
  }

  private escape(values: BackendValues | null | undefined): void {
    if (ArrayBuffer.isView(values)) this.own.delete(values.buffer);
  }

  private make(size: number): Float32Array {
    const values = new Float32Array(size);
    if (values.byteLength >= largeBytes) this.addon.preferLargePages(values);
    return values;
  }

  private take(size: number): Float32Array | undefined {
    const values = this.free.get(size)?.pop();
    if (values) this.freeBytes -= values.byteLength;
    return values;
  }

  private keep(values: Float32Array): void {
    if (this.freeBytes + values.byteLength > keptBytes) {
      this.free.clear();
      this.freeBytes = 0;
      if (values.byteLength > keptBytes) return;
    }
    const list = this.free.get(values.length);
    if (list) list.push(values);
    else this.free.set(values.length, [values]);
    this.freeBytes += values.byteLength;
  }
}
