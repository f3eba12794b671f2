import { readFile } from 'node:fs/promises';
import { backend, memory } from '@tensorflow/tfjs-core';
import { type Binding, type NodeBackend, openTensorflow } from '@thinkbits/backend-tensorflow';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { roundToNearest } from '@thinkbits/numerics';
import { sampleTokens } from '@thinkbits/ops';
import {
  type ComputeType,
  completeKvScheme,
  greedy,
  type QuantizedWeight,
  type WeightScheme,
} from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
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

/** Its package is an optional peer that people set up themselves. */
const { available, why } = await openTensorflow();

it('is opened by its name, or the refusal says what to do', async () => {
  const selected = await selectBackend({ name: 'tensorflow' }).catch((error) => error);
  if (available) expect(selected.name).toBe('tensorflow');
  else {
    expect(selected.code).toBe('backend/unavailable');
    expect(selected.help).toMatch(/^To have it: \S.*leave --backend out\.$/);
  }
});

describe.skipIf(!available)(`on tensorflow${available ? '' : ` (skipped: ${why})`}`, () => {
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

  it.each(['tiny-qwen2', 'tiny-llama', 'tiny-qwen3'])(
    '%s in bf16: two bytes less a weight, logits no further from float32’s than native’s are',
    async (name) => {
      const { inputs } = (await referenceCases()).find(({ id }) => id === name) as ReferenceCase;
      const ids = Int32Array.from(
        await readIds(await referenceTensors(), inputs.nll_ids as string),
      );
      const before = memory().numTensors;
      const checkpoint = await openReference(name);
      const read = async (compute: ComputeType) => {
        await selectBackend({ name: 'tensorflow', compute });
        const model = await createModel(checkpoint);
        const logits = await model.logits(ids);
        const { heldBytes } = model.memory;
        const { blocks, head } = model.info;
        model.dispose();
        const linears = [...blocks.flatMap(({ stages }) => stages.flat()), head];
        const weights = linears.reduce((sum, linear) => sum + linear.in * linear.out, 0);
        return { logits, heldBytes, weights };
      };
      const [single, half] = [await read('f32'), await read('bf16')];
      await selectBackend({ name: 'tensorflow', compute: 'f32' });
      await checkpoint.close();
      expect(memory().numTensors).toBe(before);
      expect(half.heldBytes).toBe(single.heldBytes - 2 * single.weights);
      const largest = (values: Float32Array) =>
        values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const gap = largest(half.logits.map((value, i) => value - (single.logits[i] as number)));
      expect(gap).toBeGreaterThan(0);
      expect(gap / largest(single.logits)).toBeLessThan(4e-2); // docs/speed.md
    },
  );

  it.each(['host', 'device'] as const)(
    'a shipped model thinks as it does on the other backends, its cache on the %s',
    async (cache) => {
      await openTensorflow({ cache });
      const before = memory().numTensors;
      const model = await loadModel(tinyReasoner('nano'));
      const lines = (await readFile(references, 'utf8')).trim().split('\n');
      const row = lines
        .map(
          (line) =>
            JSON.parse(line) as { model: string; prompt_ids: number[]; output_ids: number[] },
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
      await openTensorflow();
    },
  );

  it('reads one small array a step where the cache is on the device', async () => {
    await openTensorflow({ cache: 'device' });
    const node = backend() as NodeBackend;
    const { binding } = node;
    const read: number[] = [];
    const watched: Partial<Binding> = {
      tensorDataSync(id) {
        const values = binding.tensorDataSync(id);
        read.push(values.length);
        return values;
      },
    };
    const asBefore = binding as unknown as { [name: string]: unknown };
    // Its methods cannot be replaced.
    const watching = new Proxy(watched, {
      get: (own, name) => own[name as keyof Binding] ?? asBefore[name as string],
    });
    Object.assign(node, { binding: watching });
    const kv = completeKvScheme({ key: { bits: 4 }, value: { bits: 4 } });
    const model = await loadModel(tinyReasoner('nano'), { kv });
    const { decoder } = model;
    const cache = decoder.createCache();
    const sampling = { ...greedy, temperature: 0.6, topP: 0.95 };
    for (const start of [0, 1, 2]) {
      read.length = 0;
      const segments = [0, 1, 2].map((slot) => ({ slot, start, count: 1 }));
      const hidden = decoder.forward([5, 6, 7], segments, cache);
      const logits = decoder.logits(hidden);
      sampleTokens(
        logits,
        [0.1, 0.5, 0.9].map((draw) => ({ sampling, draw })),
      );
      logits.dispose();
      hidden.dispose();
      expect(read).toEqual([3 * (2 * Math.min(256, decoder.config.vocabulary) + 1)]);
    }
    cache.dispose();
    model.dispose();
    Object.assign(node, { binding });
    await openTensorflow();
  });

  it.each([
    { bits: 4, group: 32, symmetric: false },
    { bits: 8, group: 'channel', symmetric: true },
  ] as const)(
    'a model with packed weights loses what one with expanded ones loses: %o',
    async (form) => {
      const scheme = { ...form, range: 'zero-inclusive', clip: 1 } as unknown as WeightScheme;
      const { inputs } = (await referenceCases()).find(
        ({ id }) => id === 'tiny-qwen2',
      ) as ReferenceCase;
      const ids = Int32Array.from(
        await readIds(await referenceTensors(), inputs.nll_ids as string),
      );
      const before = memory().numTensors;
      const checkpoint = await openReference('tiny-qwen2');
      const quantized = new Map<string, QuantizedWeight>();
      const measure = async (weights: 'packed' | 'expanded') => {
        await openTensorflow({ weights });
        const rounded = await createModel(checkpoint, { quantized });
        const losses = await rounded.negativeLogLikelihood(ids);
        const { heldBytes, packedBytes } = rounded.memory;
        rounded.dispose();
        return { losses, heldBytes, packedBytes };
      };
      const float = await createModel(checkpoint);
      for (const { name, out, in: columns } of float.info.blocks.flatMap(({ stages }) =>
        stages.flat(),
      )) {
        const { values } = await checkpoint.readFloat(`${name}.weight`);
        quantized.set(name, roundToNearest(values, out, columns, scheme));
      }
      float.dispose();
      const [packed, expanded] = [await measure('packed'), await measure('expanded')];
      packed.losses.forEach((loss, i) => {
        expect(Math.abs(loss - (expanded.losses[i] as number))).toBeLessThan(1e-4);
      });
      expect(packed.packedBytes).toBe(expanded.packedBytes);
      expect(packed.heldBytes).toBeLessThan(expanded.heldBytes);
      await checkpoint.close();
      expect(memory().numTensors).toBe(before);
    },
  );
});
