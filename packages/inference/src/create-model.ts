import { getBackend } from '@tensorflow/tfjs-core';
import type { Checkpoint, OnlineEdit, ThinkbitsManifest } from '@thinkbits/checkpoint';
import { installHostKernels } from '@thinkbits/ops';
import {
  type ActivationScheme,
  type KvParameters,
  type KvScheme,
  type Progress,
  type QuantizedWeight,
  ThinkbitsError,
} from '@thinkbits/spec';
import { selectBackend } from './backend/select-backend.js';
import { loadDecoder } from './decoder/load-decoder.js';
import { readFamily } from './families/describe-model.js';
import { describe } from './families/family.js';
import { Model } from './model.js';
import { readTokenizer } from './tokenizer/tokenizer.js';

/** What is done to a checkpoint's weights as they are opened. */
export interface CreateModelOptions {
  /** Codes in place of the checkpoint's own weights, by linear. */
  readonly quantized?: ReadonlyMap<string, QuantizedWeight>;
  /** How linears quantize what they read. */
  readonly activations?: ReadonlyMap<string, ActivationScheme>;
  /** One scheme for all decoder layers, or the parameters of each. */
  readonly kv?: KvScheme | readonly KvParameters[];
  /** Maps that act on activations; the weights must hold their inverses. */
  readonly online?: readonly OnlineEdit[];
  /** Added to the weights' hash where codes were handed in: what made them. */
  readonly provenance?: string;
  readonly signal?: AbortSignal;
  readonly emit?: (event: Progress) => void;
}

const isList = <T>(value: unknown): value is readonly T[] => Array.isArray(value);

/** Parameters of every decoder layer, and a refusal where their number is not the model's. */
function kvParameters(
  kv: KvScheme | readonly KvParameters[] | undefined,
  layers: number,
): readonly KvParameters[] | undefined {
  if (kv === undefined) return undefined;
  const parameters = isList<KvParameters>(kv)
    ? kv
    : Array.from({ length: layers }, () => ({ scheme: kv }));
  if (parameters.length === layers) return parameters;
  throw new ThinkbitsError({
    code: 'kv/layers',
    message: `KV parameters of ${parameters.length} decoder layers were given; the model has ${layers}.`,
    help: 'Give one entry per decoder layer.',
  });
}

/** The activation schemes that a quantized checkpoint was made for. */
function activationSchemes({ linears }: ThinkbitsManifest): ReadonlyMap<string, ActivationScheme> {
  const schemes = new Map<string, ActivationScheme>();
  for (const [name, { activation }] of Object.entries(linears))
    if (activation) schemes.set(name, activation);
  return schemes;
}

/**
 * Builds a model from an open checkpoint. A quantized checkpoint opens with the codes, activation schemes and cache it was
 * written with; options replace them.
 * @throws ThinkbitsError `model/unknown-family`, `checkpoint/shape`, `kv/…`, `tokenizer/invalid`
 */
export async function createModel(
  checkpoint: Checkpoint,
  options: CreateModelOptions = {},
): Promise<Model> {
  await ensureBackend();
  const { family, decoder: config } = readFamily(checkpoint.config, checkpoint.label);
  const info = describe(family, config);
  const manifest = checkpoint.thinkbits;
  const kv = kvParameters(options.kv ?? manifest?.kv, info.blocks.length);
  const online = options.online ?? manifest?.online;
  const activations = options.activations ?? (manifest && activationSchemes(manifest));
  const [tokenizer, { decoder, bytes }, weightsHash] = await Promise.all([
    readTokenizer(checkpoint),
    loadDecoder(checkpoint, info, family, config, {
      ...(options.quantized && { quantized: options.quantized }),
      ...(activations && { activations }),
      ...(kv && { kv }),
      ...(online && { online }),
      ...(options.signal && { signal: options.signal }),
      ...(options.emit && { emit: options.emit }),
    }),
    checkpoint.hash(),
  ]);
  const memory = {
    heldBytes: bytes.held,
    packedBytes: bytes.packed,
    floatBytes: bytes.float,
    kvBytesPerToken: decoder.createCache().bytesPerToken,
  };
  const hash =
    options.provenance === undefined ? weightsHash : `${weightsHash}+${options.provenance}`;
  return new Model({ info, checkpoint, tokenizer, memory, hash, decoder });
}

/** The first model of a process settles its backend, unless the app or the user already did. */
async function ensureBackend(): Promise<void> {
  if (getBackend()) installHostKernels();
  else await selectBackend();
}
