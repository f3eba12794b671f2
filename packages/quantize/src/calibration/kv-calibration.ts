import type { Tensor2D } from '@tensorflow/tfjs-core';
import { checkKvParameters } from '@thinkbits/ops';
import {
  type KvCalibrationSession,
  type KvCodec,
  type KvParameters,
  type KvScheme,
  type ModelInfo,
  type Progress,
  type RandomSource,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import type { BlockFlow } from './block-flow.js';
import type { BlockPath } from './block-path.js';
import type { BlockWeights } from './block-weights.js';

/** What calibrating a cache needs. */
export interface KvCalibrationParts {
  readonly codec: KvCodec;
  readonly model: ModelInfo;
  readonly flow: BlockFlow;
  readonly windows: number;
  readonly random: RandomSource;
  readonly signal: AbortSignal | undefined;
  emit(event: Progress): void;
}

/**
 * Shows a codec the keys and values of each decoder layer and keeps what it makes of them. They are those that the cache will
 * be given, but for its own rounding: through the layers that are already quantized, and through this layer's k_proj and
 * v_proj as they were rounded. Where no weight is rounded, or the recipe calibrates through `float`, they are the float model's,
 * as in KVQuant*.
 */
export class KvCalibration {
  /** By decoder layer. */
  readonly parameters = new Map<number, KvParameters>();
  private readonly parts: KvCalibrationParts;

  constructor(parts: KvCalibrationParts) {
    this.parts = parts;
  }

  /**
   * Calibrates a decoder layer whose linears read what `path` holds; one that is known already is left alone.
   * @throws ThinkbitsError what the codec throws, `kv/…` for parameters that the cache cannot store
   */
  async calibrate(weights: BlockWeights, path: BlockPath, scheme: KvScheme): Promise<void> {
    const block = weights.info.index;
    if (this.parameters.has(block)) return;
    const session = await this.open(weights, scheme);
    try {
      for (let window = 0; window < this.parts.windows; window++) {
        throwIfAborted(this.parts.signal);
        const input = await path.input(window);
        let seen: readonly Tensor2D[] = [];
        try {
          const { keys, values } = this.parts.flow.keysAndValues(weights, input, scheme);
          seen = [keys, values];
          await session.observe(keys, values);
        } finally {
          for (const tensor of [input, ...seen]) tensor.dispose();
        }
      }
      const parameters = await session.finish();
      checkKvParameters(parameters, this.parts.model);
      this.parameters.set(block, parameters);
    } finally {
      session.dispose();
    }
  }

  private async open(weights: BlockWeights, scheme: KvScheme): Promise<KvCalibrationSession> {
    const { codec, model, random, signal, emit } = this.parts;
    const block = weights.info.index;
    const keyBias = await keyBiasOf(weights, scheme);
    const session = codec.open?.(
      scheme,
      { block, ...(keyBias && { keyBias }) },
      {
        model,
        random: random.fork(`${codec.id} layer ${block}`),
        ...(signal && { signal }),
        emit,
      },
    );
    if (session) return session;
    throw new ThinkbitsError({
      code: 'pipeline/kv-codec-without-sessions',
      message: `${codec.id} has to see calibration text and opens no session.`,
      help: `This is a defect of ${codec.id}: run the conformance kit on it.`,
    });
  }
}

/** The bias of k_proj, where the keys that are quantized are a sum with it. */
async function keyBiasOf(weights: BlockWeights, { rope }: KvScheme) {
  const [, bias] = weights.group(0).biases;
  if (!bias || rope === 'after' || weights.attention.keyNorm) return undefined;
  return new Float32Array((await bias.data()) as Float32Array);
}
