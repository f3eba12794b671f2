import { createRandom } from '@thinkbits/numerics';
import type { Model } from './model.js';

/** Work that is set up and waits to be timed. */
export interface PreparedWork {
  /** Resolves when the results are on the host. */
  run(): Promise<void>;
  dispose(): void;
}

/** A model's prefill and decoding, each ready to be timed on its own. */
export interface TimedDecoding {
  /** A forward pass over `tokens` random ids in each of `batch` rows. */
  prefill(tokens: number, batch: number): Promise<PreparedWork>;
  /** `steps` decoding steps of `batch` rows behind `context` cached tokens each. */
  decode(steps: number, batch: number, context: number): Promise<PreparedWork>;
}

/** What a speed benchmark times: the decoder itself, on random token ids, without tokenizer or sampling. */
export function timedDecoding({ decoder, info }: Model): TimedDecoding {
  const random = createRandom(0).fork('timed decoding');
  const ids = (count: number): number[] =>
    Array.from({ length: count }, () => random.integer(info.vocabulary));
  const rows = (batch: number): number[] => Array.from({ length: batch }, (_, slot) => slot);
  return {
    async prefill(tokens, batch) {
      const prompts = rows(batch).map(() => ids(tokens));
      const cache = decoder.createCache();
      return {
        async run() {
          prompts.forEach((prompt, slot) => {
            const hidden = decoder.forward(prompt, [{ slot, start: 0, count: tokens }], cache);
            const logits = decoder.logits(hidden, [tokens - 1]);
            logits.dataSync();
            for (const tensor of [hidden, logits]) tensor.dispose();
          });
        },
        dispose: () => cache.dispose(),
      };
    },
    async decode(steps, batch, context) {
      const cache = decoder.createCache();
      const values = Float32Array.from(
        { length: 61 * info.kvHeads * info.headDim },
        () => random.next() - 0.5,
      );
      for (const slot of rows(batch)) cache.fill(slot, context, values);
      const tokens = rows(steps).map(() => ids(batch));
      return {
        async run() {
          tokens.forEach((batchIds, step) => {
            const segments = rows(batch).map((slot) => ({ slot, start: context + step, count: 1 }));
            const hidden = decoder.forward(batchIds, segments, cache);
            const logits = decoder.logits(hidden);
            logits.dataSync();
            for (const tensor of [hidden, logits]) tensor.dispose();
          });
        },
        dispose: () => cache.dispose(),
      };
    },
  };
}
