import { readFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { greedy } from '@thinkbits/spec';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  openReference,
  type ReferenceCase,
  readIds,
  referenceCases,
  referenceTensors,
} from '../__fixtures__/read-reference.js';
import { createModel } from '../create-model.js';
import { loadModel } from '../load-model.js';
import { selectBackend } from './select-backend.js';

const references = new URL('../__fixtures__/reference-generations.jsonl', import.meta.url);

/** Why the backend cannot be tested here: its package is an optional peer that people set up themselves. */
let missing: string | undefined;

beforeAll(async () => {
  await selectBackend({ name: 'tensorflow' }).catch((error: Error) => {
    missing = error.message;
  });
});

beforeEach(({ skip }) => skip(missing !== undefined, `skipped: ${missing}`));

describe('on tensorflow', () => {
  it.each(['tiny-qwen2', 'tiny-llama', 'tiny-qwen3'])(
    '%s has the reference’s token losses',
    async (name) => {
      const tensors = await referenceTensors();
      const { inputs, expected } = (await referenceCases()).find(
        ({ id }) => id === name,
      ) as ReferenceCase;
      const before = memory().numTensors;
      const model = await createModel(await openReference(name));
      const ids = Int32Array.from(await readIds(tensors, inputs.nll_ids as string));
      const losses = await model.negativeLogLikelihood(ids);
      const { values } = await tensors.readFloat(expected.nll as string);
      losses.forEach((loss, i) => {
        expect(Math.abs(loss - (values[i] as number))).toBeLessThan(5e-4);
      });
      model.dispose();
      await model.checkpoint.close();
      expect(memory().numTensors).toBe(before);
    },
  );

  it('a shipped model thinks as it does on the other backends', async () => {
    const before = memory().numTensors;
    const model = await loadModel(tinyReasoner('nano'));
    const lines = (await readFile(references, 'utf8')).trim().split('\n');
    const row = lines
      .map(
        (line) => JSON.parse(line) as { model: string; prompt_ids: number[]; output_ids: number[] },
      )
      .find((candidate) => candidate.model === 'tiny-reasoner-nano');
    const request = {
      id: 'question',
      prompt: { ids: row?.prompt_ids ?? [] },
      sampling: greedy,
      seed: 0,
      maxTokens: 1024,
    };
    for await (const { tokens } of model.engine({ batch: 1 }).generate([request]))
      expect(tokens).toEqual(row?.output_ids);
    model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});
