import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ThroughputModel, TimedCall } from '@thinkbits/evaluate';
import type { Model } from '@thinkbits/inference';
import { createRandom, pause } from '@thinkbits/numerics';

type Cache = ReturnType<Model['decoder']['createCache']>;

/** Ids read at once: what generation does with a prompt. */
const chunk = 512;

/** Tokens that are drawn to fill a cache, and repeat. */
const drawn = 61;

/** Milliseconds after which a signal to stop is looked for. */
const attentive = 100;

/** What `measureThroughput` times: the model's own forward passes over seeded random ids. */
export function throughputModel(
  model: Model,
  seed: number,
  signal: AbortSignal | undefined,
): ThroughputModel {
  const { decoder, info } = model;
  let paused = performance.now();
  /** Nothing else that a step waits for lets Ctrl-C in. */
  const look = async (): Promise<void> => {
    if (performance.now() - paused < attentive) return;
    await pause(signal);
    paused = performance.now();
  };
  const random = createRandom(seed).fork('bench');
  const ids = (count: number) =>
    Array.from({ length: count }, () => random.integer(info.vocabulary));

  /** Reads new ids into each row, one row after the other, as generation does; shows the last hidden states of each. */
  async function read(
    cache: Cache,
    rows: readonly number[][],
    finish: (hidden: Tensor2D) => Promise<void>,
  ): Promise<void> {
    for (const [slot, row] of rows.entries()) {
      for (let start = 0; start < row.length; start += chunk) {
        const part = row.slice(start, start + chunk);
        const hidden = decoder.forward(part, [{ slot, start, count: part.length }], cache);
        if (start + chunk >= row.length) await finish(hidden);
        hidden.dispose();
        await look();
      }
    }
  }

  /** Puts seeded keys and values into rows, without the forward passes that would give them: speed does not depend on them. */
  function fill(cache: Cache, rows: number, tokens: number): void {
    const { kvHeads, headDim, layers } = cache.shape;
    const width = kvHeads * headDim;
    const keys = Float32Array.from({ length: drawn * width }, () => random.normal());
    const values = Float32Array.from(
      keys,
      (_, at) => keys[(at + 7 * width) % keys.length] as number,
    );
    for (let slot = 0; slot < rows; slot++) {
      for (let layer = 0; layer < layers; layer++) {
        for (let token = 0; token < tokens; token += drawn) {
          const part = [0, Math.min(drawn, tokens - token) * width] as const;
          cache.append(slot, layer, keys.subarray(...part), values.subarray(...part));
        }
      }
    }
  }

  /** Computes logits and waits for them, as sampling does. */
  async function logits(hidden: Tensor2D, rows?: readonly number[]): Promise<void> {
    const values = decoder.logits(hidden, rows);
    await values.data();
    values.dispose();
  }

  return {
    async prefill(tokens, batch): Promise<TimedCall> {
      const cache = decoder.createCache();
      const rows = Array.from({ length: batch }, () => ids(tokens));
      return {
        run: () => read(cache, rows, (hidden) => logits(hidden, [hidden.shape[0] - 1])),
        dispose: () => cache.dispose(),
      };
    },
    async decode(steps, batch, context): Promise<TimedCall> {
      const cache = decoder.createCache();
      fill(cache, batch, context);
      const inputs = Array.from({ length: steps }, () => ids(batch));
      return {
        async run() {
          for (const [step, tokens] of inputs.entries()) {
            const segments = tokens.map((_, slot) => ({ slot, start: context + step, count: 1 }));
            const hidden = decoder.forward(tokens, segments, cache);
            await logits(hidden);
            hidden.dispose();
            await look();
          }
        },
        dispose: () => cache.dispose(),
      };
    },
  };
}
