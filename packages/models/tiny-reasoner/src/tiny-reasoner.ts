import { fileURLToPath } from 'node:url';

/** The models of this package: `micro` has 4,987,136 parameters, `nano` 919,680. */
export type TinyReasonerName = 'micro' | 'nano';

/** A model that comes with this package. */
export interface ShippedModel {
  /** The name by which commands and studies call it. */
  readonly name: `tiny-reasoner-${TinyReasonerName}`;
  /** A directory in the Hugging Face layout: configuration, tokenizer, `model.safetensors`, card. */
  readonly directory: string;
}

/** The directory of a tiny reasoner, in the Hugging Face layout. */
export function tinyReasoner(name: TinyReasonerName): string {
  // `src` and `dist` are siblings of `models`, so one relative path serves both.
  return fileURLToPath(new URL(`../models/${name}`, import.meta.url));
}

/** All models of this package, the larger first. */
export const shippedModels: readonly ShippedModel[] = (['micro', 'nano'] as const).map((name) => ({
  name: `tiny-reasoner-${name}`,
  directory: tinyReasoner(name),
}));
