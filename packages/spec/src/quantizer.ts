import type { KvCodec } from './kv-codec.js';
import type { Rounder } from './rounder.js';
import type { Transform } from './transform.js';

/** A member of a pipeline: one package each way of working. */
export type Quantizer = Transform | Rounder | KvCodec;

/** What a quantizer package exports as `quantizer`, so that apps can make one by name from a recipe. */
export interface QuantizerModule {
  readonly id: string;
  readonly optionsSchema: { readonly [key: string]: unknown };
  create(options: never): Quantizer;
}
