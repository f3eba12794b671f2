import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActivationMemory } from './activation-memory.js';

/** Where in the file a window has its place; the values in it are current while the window is not held. */
interface Place {
  readonly offset: number;
  readonly capacity: number;
  length: number;
}

/**
 * Activations of calibration windows, one `[tokens, channels]` array each: in memory as far as that reaches, beyond it
 * in a file that is gone with the store.
 */
export class ActivationStore {
  private readonly held = new Map<number, Float32Array>();
  private readonly places = new Map<number, Place>();
  private readonly memory: ActivationMemory;
  private file: { readonly handle: FileHandle; readonly folder: string } | undefined;
  /** The window that is on its way to the file, while the next one is computed; fails where it failed. */
  private writing: Promise<void> = Promise.resolve();
  private end = 0;

  constructor(memory: ActivationMemory) {
    this.memory = memory;
  }

  /** Windows that are in memory. */
  get inMemory(): number {
    return this.held.size;
  }

  has(window: number): boolean {
    return this.held.has(window) || this.places.has(window);
  }

  /**
   * Gives up what a window has in memory; hands out an array for what takes its place, where one of that length lies idle.
   * Tensors on the window's old values may not be read any more.
   */
  replace(window: number, length: number): Float32Array | undefined {
    this.release(window);
    return this.memory.reuse(length);
  }

  /** Stores a window's activations, replacing those it had; the array belongs to the store from now on. */
  async put(window: number, values: Float32Array): Promise<void> {
    this.release(window);
    if (this.memory.claim(values)) {
      this.held.set(window, values);
      return;
    }
    await this.writing;
    this.file ??= await openSpillFile();
    this.writing = this.write(this.file.handle, this.placeOf(window, values.length), values);
    this.writing.catch(() => {}); // whoever comes next is told
  }

  /** A window's activations; not to be changed. */
  async get(window: number): Promise<Float32Array> {
    const held = this.held.get(window);
    if (held) return held;
    await this.writing;
    const place = this.places.get(window);
    if (!place || !this.file) throw new RangeError(`window ${window} was never stored`);
    const values = new Float32Array(place.length);
    const bytes = new Uint8Array(values.buffer);
    for (let done = 0; done < bytes.length; ) {
      const at = place.offset + done;
      const { bytesRead } = await this.file.handle.read(bytes, done, bytes.length - done, at);
      if (bytesRead === 0) throw new RangeError(`window ${window} is cut short on disk`);
      done += bytesRead;
    }
    return values;
  }

  /** Gives memory and disk back; the store is empty and can be used again. */
  async clear(): Promise<void> {
    for (const window of this.held.keys()) this.release(window);
    this.places.clear();
    this.end = 0;
    const { file, writing } = this;
    this.file = undefined;
    this.writing = Promise.resolve();
    await writing.catch(() => {}); // nobody will read it
    await file?.handle.close();
    if (file) await rm(file.folder, { recursive: true, force: true });
  }

  private async write(handle: FileHandle, place: Place, values: Float32Array): Promise<void> {
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    for (let done = 0; done < bytes.length; ) {
      const { bytesWritten } = await handle.write(
        bytes,
        done,
        bytes.length - done,
        place.offset + done,
      );
      done += bytesWritten;
    }
  }

  private release(window: number): void {
    const values = this.held.get(window);
    this.held.delete(window);
    if (values) this.memory.giveBack(values);
  }

  /** The window's own place where its new values fit, else one at the end of the file. */
  private placeOf(window: number, length: number): Place {
    let place = this.places.get(window);
    if (place && place.capacity >= length) {
      place.length = length;
      return place;
    }
    place = { offset: 4 * this.end, capacity: length, length };
    this.end += length;
    this.places.set(window, place);
    return place;
  }
}

async function openSpillFile(): Promise<{ handle: FileHandle; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'thinkbits-activations-'));
  return { folder, handle: await open(join(folder, 'windows.f32'), 'w+') };
}
