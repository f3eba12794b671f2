import { join } from 'node:path';
import { loadModel, selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { gptq } from '@thinkbits/quantizer-gptq';
import { kvquant } from '@thinkbits/quantizer-kvquant';
import type { KvCodec, LayerReport } from '@thinkbits/spec';
import { beforeAll, expect, it } from 'vitest';
import { fingerprint, tinyFolder } from '../__fixtures__/directories.js';
import { tensorsAlive, turning } from '../__fixtures__/transforms.js';
import { planQuantization, type QuantizeOptions, quantize, quantizeCheckpoint } from '../index.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

function calibrationText() {
  const random = createRandom('calibration');
  const windows = [20, 20, 7].map((length) =>
    Int32Array.from({ length }, () => random.integer(64)),
  );
  return { windows, hash: 'windows', tokens: 47 };
}
const calibration = calibrationText();
const weights = { bits: 3, group: 16 } as const;
const prompt = Int32Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 64);

it('on disk gives what it gives in memory, to the bit', async () => {
  const { checkpoint, output } = await tinyFolder();
  const model = await loadModel(checkpoint);
  const alive = tensorsAlive();
  const options: QuantizeOptions = { pipeline: [kvquant()], kv: { bits: 3 }, calibration };
  const inMemory = await quantize(model, options);
  await quantizeCheckpoint(checkpoint, { ...options, output });
  const opened = await loadModel(output);
  const kv = opened.checkpoint.thinkbits?.kv;
  expect(kv).toMatchObject([
    {
      scheme: { key: { axis: 'channel', group: 'head' }, value: { axis: 'token' }, rope: 'before' },
    },
    {},
  ]);
  // the keys of this family are a sum with a bias
  const bias = await checkpoint.readFloat('model.layers.1.self_attn.k_proj.bias');
  expect(kv?.[1]?.staticKeys?.offset).toEqual(bias.values);
  expect(kv).toEqual(inMemory.decoder.kvParameters);
  expect(await opened.logits(prompt)).toEqual(await inMemory.logits(prompt));
  for (const made of [inMemory, opened]) made.dispose();
  expect(tensorsAlive()).toBe(alive);
  model.dispose();
  await opened.checkpoint.close();
});

it.each([{ family: 'llama' }, { family: 'qwen3' }] as const)(
  'sees keys without a bias, and after their norm: %o',
  async (shape) => {
    const { checkpoint } = await tinyFolder(shape);
    const model = await loadModel(checkpoint);
    // on the text that is asked for, so that no key lies outside the grids
    const own = { windows: [prompt], hash: 'prompt', tokens: prompt.length };
    const options = { pipeline: [kvquant()], kv: { bits: 8 }, calibration: own } as const;
    const quantized = await quantize(model, options);
    expect(quantized.decoder.kvParameters?.[0]?.staticKeys?.offset).toBeUndefined();
    const [float, cached] = [await model.logits(prompt), await quantized.logits(prompt)];
    const norm = (x: Float32Array) => Math.hypot(...x);
    expect(norm(float.map((x, i) => x - cached[i]!)) / norm(float)).toBeLessThan(0.02);
    for (const made of [model, quantized]) made.dispose();
  },
);

/** A codec that keeps the first key that it sees of each layer. */
function watching(seen: Map<number, Float32Array>): KvCodec {
  const codec = kvquant();
  return {
    ...codec,
    open: (scheme, layer, context) => {
      const session = codec.open!(scheme, layer, context);
      return {
        ...session,
        async observe(keys, values) {
          if (!seen.has(layer.block)) seen.set(layer.block, new Float32Array(await keys.data()));
          await session.observe(keys, values);
        },
      };
    },
  };
}

it('sees through weights as they were rounded, those of its own layer too', async () => {
  const { checkpoint } = await tinyFolder();
  const model = await loadModel(checkpoint);
  const keysOf = async (options: QuantizeOptions) => {
    const seen = new Map<number, Float32Array>();
    const pipeline = [...(options.pipeline ?? []), watching(seen)];
    (await quantize(model, { ...options, pipeline, kv: { bits: 4 }, calibration })).dispose();
    return seen;
  };
  const [float, rounded] = [await keysOf({}), await keysOf({ pipeline: [gptq()], weights })];
  expect(rounded.get(0)).not.toEqual(float.get(0));
  // a rule that leaves q, k and v of the first layer alone
  const skip = (part: string) =>
    ({ match: `model.layers.0.self_attn.${part}`, scheme: 'skip' }) as const;
  const rules = ['q_proj', 'k_proj', 'v_proj'].map(skip);
  const kept = await keysOf({ pipeline: [gptq()], weights, rules });
  expect(kept.get(0)).toEqual(float.get(0));
  expect(kept.get(1)).not.toEqual(float.get(1));
  const recipe = { weights, kv: { bits: 4 }, calibration: { through: 'float' } } as const;
  const throughFloat = new Map<number, Float32Array>();
  const pipeline = [gptq(), watching(throughFloat)];
  (await quantize(model, { recipe, pipeline, calibration })).dispose();
  expect(throughFloat).toEqual(float);
  model.dispose();
});

it('goes on after an abort, and ends with the same bytes', async () => {
  const { root, checkpoint, output } = await tinyFolder({ layers: 3 });
  const pipeline = [gptq(), kvquant()];
  const options: QuantizeOptions = { pipeline, weights, kv: { bits: 4 }, calibration };
  await quantizeCheckpoint(checkpoint, { ...options, output: join(root, 'whole') });
  const controller = new AbortController();
  const run = quantizeCheckpoint(checkpoint, { ...options, output, signal: controller.signal });
  const abort = async () => {
    const inSecond = ({ name }: LayerReport) => name.startsWith('model.layers.1.mlp');
    for await (const event of run)
      if (event.type === 'layer' && inSecond(event.report)) controller.abort();
  };
  await expect(abort()).rejects.toMatchObject({ code: 'run/aborted' });
  await quantizeCheckpoint(checkpoint, { ...options, output });
  expect(await fingerprint(output)).toEqual(await fingerprint(join(root, 'whole')));
});

it('refuses maps of queries and keys in front of keys from before the rotary embedding', async () => {
  const { checkpoint } = await tinyFolder();
  const model = await loadModel(checkpoint);
  const alive = tensorsAlive();
  const options = { pipeline: [turning, kvquant()], kv: { bits: 4 }, calibration } as const;
  await expect(quantize(model, options)).rejects.toMatchObject({ code: 'kv/mapped-keys' });
  expect(tensorsAlive()).toBe(alive);
  const after = { ...options, pipeline: [turning, kvquant({ rope: 'after' })] };
  (await quantize(model, after)).dispose();
  model.dispose();
});

it('asks for text, and for a float model', async () => {
  const { checkpoint, output } = await tinyFolder();
  const model = await loadModel(checkpoint);
  const { issues } = planQuantization(model.info, { kv: { bits: 4 } }, [kvquant()]);
  expect(issues.map(({ code }) => code)).toEqual(['calibration/missing']);
  await quantizeCheckpoint(checkpoint, { weights, output });
  const w3 = await loadModel(output);
  const run = quantize(w3, { pipeline: [kvquant()], kv: { bits: 4 }, calibration });
  await expect(run).rejects.toMatchObject({ code: 'model/already-quantized' });
  for (const made of [model, w3]) made.dispose();
  await w3.checkpoint.close();
});
