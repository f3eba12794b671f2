import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bytes that all stores of a run may keep in memory together; what is beyond goes to disk. */
export interface MemoryBudget {
  left: number;
}

/**
 * Activations of calibration windows, one `[tokens, channels]` array each: in memory as far as the budget reaches, beyond it
 * in a file that is gone with the store.
 */
export class ActivationStore {
  private readonly held = new Map<number, Float32Array>();
  private readonly spilled = new Map<
    number,
    { readonly offset: number; readonly length: number }
  >();
  private readonly budget: MemoryBudget;
  private file: { readonly handle: FileHandle; readonly folder: string } | undefined;
  private end = 0;

  constructor(budget: MemoryBudget) {
    this.budget = budget;
  }

  /** Windows that are stored. */
  get size(): number {
    return this.held.size + this.spilled.size;
  }

  has(window: number): boolean {
    return this.held.has(window) || this.spilled.has(window);
  }

  /** Stores a window's activations, replacing those it had; the array belongs to the store from now on. */
  async put(window: number, values: Float32Array): Promise<void> {
    const before = this.held.get(window);
    if (before || values.byteLength <= this.budget.left) {
      this.budget.left += (before?.byteLength ?? 0) - values.byteLength;
      this.held.set(window, values);
      return;
    }
    this.file ??= await openSpillFile();
    const place = this.spilled.get(window);
    const fits = place && place.length === values.length;
    const offset = fits ? place.offset : this.end;
    if (!fits) this.end += values.byteLength;
    await this.file.handle.write(
      new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
      0,
      values.byteLength,
      offset,
    );
    this.spilled.set(window, { offset, length: values.length });
  }

  /** A window's activations; not to be changed. */
  async get(window: number): Promise<Float32Array> {
    const held = this.held.get(window);
    if (held) return held;
    const place = this.spilled.get(window);
    if (!place || !this.file) throw new RangeError(`window ${window} was never stored`);
    const values = new Float32Array(place.length);
    await this.file.handle.read(new Uint8Array(values.buffer), 0, values.byteLength, place.offset);
    return values;
  }

  /** Gives memory and disk back; the store is empty and can be used again. */
  async clear(): Promise<void> {
    for (const { byteLength } of this.held.values()) this.budget.left += byteLength;
    this.held.clear();
    this.spilled.clear();
    this.end = 0;
    const { file } = this;
    this.file = undefined;
    await file?.handle.close();
    if (file) await rm(file.folder, { recursive: true, force: true });
  }
}

async function openSpillFile(): Promise<{ handle: FileHandle; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'thinkbits-activations-'));
  return { folder, handle: await open(join(folder, 'windows.f32'), 'w+') };
}
