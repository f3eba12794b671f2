import type { ModelInfo } from './model-info.js';
import type { Issue } from './progress.js';
import type { QuantizedWeight } from './rounder.js';
import type { ResolvedSchemes } from './stage.js';
import type { Edit } from './transform.js';

/** Reads named files by byte range: a folder, a hub repository, a browser's file list. */
export interface ByteSource {
  /** Shown in messages, for example the folder. */
  readonly label: string;
  list(): Promise<readonly string[]>;
  size(file: string): Promise<number>;
  /** Exactly `length` bytes from `offset`. */
  read(file: string, offset: number, length: number): Promise<Uint8Array>;
}

/** Writes named files; what is not closed is not there. */
export interface ByteSink {
  open(file: string): Promise<{ write(bytes: Uint8Array): Promise<void>; close(): Promise<void> }>;
}

/** A quantized model on its way to a file format. */
export interface QuantizedModelData {
  readonly model: ModelInfo;
  readonly linears: AsyncIterable<{ readonly name: string; readonly weight: QuantizedWeight }>;
  readonly online: readonly Edit[];
}

/** Another tool's layout on disk. `check` runs before calibration. */
export interface Format {
  readonly specificationVersion: 'v1';
  readonly kind: 'format';
  readonly id: string;
  check(model: ModelInfo, schemes: ResolvedSchemes, online: readonly Edit[]): readonly Issue[];
  write?(data: QuantizedModelData, sink: ByteSink): Promise<void>;
  detect?(
    source: ByteSource,
  ): Promise<{ readonly sure: 'yes' | 'maybe' | 'no'; readonly why: string }>;
  read?(source: ByteSource): Promise<QuantizedModelData>;
}
