import { memory } from '@tensorflow/tfjs-core';
import { openNative } from '@thinkbits/backend-native';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { greedy, type KvScheme } from '@thinkbits/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  openReference,
  type ReferenceCase,
  readIds,
  referenceCases,
  referenceTensors,
} from './__fixtures__/read-reference.js';
import { selectBackend } from './backend/select-backend.js';
import { rotaryFrequencies } from './config/rotary-frequencies.js';
import { createModel } from './create-model.js';
import { readFamily } from './families/describe-model.js';
import type { Model } from './model.js';

let cases: readonly ReferenceCase[] = [];
let tensors: Checkpoint;

beforeAll(async () => {
  cases = await referenceCases();
  tensors = await referenceTensors();
});

const names = ['tiny-qwen2', 'tiny-llama', 'tiny-qwen3', 'tiny-qwen2-yarn'];
const find = (name: string) => cases.find(({ id }) => id === name) as ReferenceCase;
const floats = async (name: string | undefined) => (await tensors.readFloat(name as string)).values;
const ids = (name: string | undefined) => readIds(tensors, name as string);

/** Largest difference, relative to the largest expected magnitude. */
function relative(actual: Float32Array, expected: Float32Array): number {
  expect(actual.length).toBe(expected.length);
  let difference = 0;
  let magnitude = 0;
  expected.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(value - (actual[i] as number)));
    magnitude = Math.max(magnitude, Math.abs(value));
  });
  return difference / magnitude;
}

const native = await openNative();
if (!native.available) it.skip(`skipped: ${native.why}`, () => {});
const backends = ['cpu', 'wasm', ...(native.available ? ['native' as const] : [])] as const;

describe.each(backends)('on %s', (backend) => {
  beforeAll(async () => {
    await selectBackend({ name: backend });
  });

  describe.each(names)('%s', (name) => {
    let model: Model;
    let tensorsBefore = 0;
    beforeAll(async () => {
      tensorsBefore = memory().numTensors;
      model = await createModel(await openReference(name));
      return async () => {
        model.dispose();
        await model.checkpoint.close();
        expect(memory().numTensors).toBe(tensorsBefore);
      };
    });

    /** The two rows of the reference batch, without their padding. */
    async function rows(): Promise<{ row: number[]; padding: number }[]> {
      const { inputs } = find(name);
      const [all, mask] = [await ids(inputs.ids), await ids(inputs.attention_mask)];
      const length = all.length / 2;
      return [0, 1].map((index) => {
        const padding = mask
          .slice(index * length, (index + 1) * length)
          .filter((seen) => seen === 0).length;
        return { row: all.slice(index * length + padding, (index + 1) * length), padding };
      });
    }

    it('has the logits of the reference, padded rows included', async () => {
      const expected = await floats(find(name).expected.logits);
      const { vocabulary } = model.info;
      const batch = await rows();
      const length = (batch[0] as { row: number[] }).row.length;
      for (const [index, { row, padding }] of batch.entries()) {
        const from = (index * length + padding) * vocabulary;
        const logits = await model.logits(Int32Array.from(row));
        expect(
          relative(logits, expected.subarray(from, from + row.length * vocabulary)),
        ).toBeLessThan(1e-4);
      }
    });

    it('has its hidden states and final norm', async () => {
      const { expected } = find(name);
      const states = await model.hiddenStates(
        Int32Array.from(((await rows())[0] as { row: number[] }).row),
      );
      const all = await floats(expected.hidden_states_first_sequence);
      const size = (states[0] as Float32Array).length;
      // The reference shows the last layer's output after the final norm alone.
      states.slice(0, -2).forEach((state, i) => {
        expect(relative(state, all.subarray(i * size, (i + 1) * size))).toBeLessThan(1e-4);
      });
      expect(
        relative(states.at(-1) as Float32Array, await floats(expected.final_norm_first_sequence)),
      ).toBeLessThan(1e-4);
    });

    it('continues greedily as the reference does, both rows in one batch', async () => {
      const expected = await ids(find(name).expected.greedy_ids);
      const requests = (await rows()).map(({ row }, index) => ({
        id: String(index),
        prompt: { ids: row },
        sampling: greedy,
        seed: 0,
        maxTokens: 16,
      }));
      for await (const { id, tokens } of model.engine({ batch: 2 }).generate(requests)) {
        expect(tokens).toEqual(expected.slice(16 * Number(id), 16 * Number(id) + 16));
      }
    });

    it('has its token losses', async () => {
      const { inputs, expected, values } = find(name);
      const losses = await model.negativeLogLikelihood(Int32Array.from(await ids(inputs.nll_ids)));
      expect(relative(losses, await floats(expected.nll))).toBeLessThan(1e-4);
      const mean = losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
      expect(Math.abs(mean - values.mean_nll)).toBeLessThan(5e-4);
    });

    it('reads the configuration of transformers 5 as that of transformers 4', async () => {
      const v5 = await model.checkpoint.json('config.v5.json');
      const { endTokens: _, json: __, ...four } = readFamily(model.checkpoint.config).decoder;
      const { endTokens: ___, json: ____, ...five } = readFamily(v5 as never).decoder;
      expect(five).toEqual(four);
      const { inverse, attentionFactor } = rotaryFrequencies(four.rotary);
      const { expected, values } = find(name);
      expect(
        relative(Float32Array.from(inverse), await floats(expected.rotary_inverse_frequencies)),
      ).toBeLessThan(1e-6);
      expect(attentionFactor).toBeCloseTo(values.rotary_attention_factor, 8);
    });
  });

  describe('whatever shares the batch', () => {
    const part = {
      bits: 4,
      axis: 'token',
      group: 'head',
      symmetric: false,
      range: 'zero-inclusive',
      clip: 1,
    } as const;
    const schemes: Record<string, KvScheme | undefined> = {
      'float cache': undefined,
      'packed cache with a window': {
        key: part,
        value: { ...part, bits: 3 },
        window: 4,
        rope: 'after',
      },
    };

    it.each(Object.keys(schemes))(
      'a request gives the same tokens at batch 1, 7 and 64, in any order: %s',
      async (key) => {
        const kv = schemes[key];
        const model = await createModel(await openReference('tiny-qwen3'), kv ? { kv } : {});
        const requests = Array.from({ length: 20 }, (_, i) => ({
          id: `r${i}`,
          prompt: {
            ids: Array.from(
              { length: 1 + ((i * 7) % 23) },
              (__, t) => 3 + ((i * 31 + t * 17) % 180),
            ),
          },
          sampling:
            i % 4 === 0
              ? greedy
              : {
                  temperature: 0.9,
                  topP: i % 2 ? 0.9 : 1,
                  topK: i % 3 ? 0 : 20,
                  minP: i % 5 ? 0 : 0.05,
                },
          seed: 7,
          maxTokens: 3 + ((i * 5) % 19),
        }));
        const run = async (batch: number, order: typeof requests) => {
          const tokens = new Map<string, readonly number[] | undefined>();
          for await (const result of model.engine({ batch }).generate(order))
            tokens.set(result.id, result.tokens);
          return tokens;
        };
        const alone = await run(1, requests);
        expect(new Set([...alone.values()].map(String)).size).toBeGreaterThan(15);
        for (const [batch, order] of [
          [7, requests],
          [64, [...requests].reverse()],
          [7, [...requests].sort((a, b) => a.maxTokens - b.maxTokens)],
        ] as const) {
          const together = await run(batch, order);
          for (const { id } of requests) expect(together.get(id)).toEqual(alone.get(id));
        }
        model.dispose();
      },
    );
  });
});
