import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { createModel, loadModel, type Model, selectBackend } from '@thinkbits/inference';
import { dequantizeWeight, relativeSquaredError, roundToNearest } from '@thinkbits/numerics';
import { rtn } from '@thinkbits/quantizer-rtn';
import {
  allLinears,
  completeWeightScheme,
  floatFormats,
  type LayerReport,
  type Progress,
  type RecipeInput,
} from '@thinkbits/spec';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openFolder, temporaryDirectory } from './__fixtures__/directories.js';
import { codec, failing } from './__fixtures__/stages.js';
import { type TinyModel, writeTinyModel } from './__fixtures__/tiny-model.js';
import { quantize, quantizeCheckpoint } from './index.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

const ids = Int32Array.of(3, 41, 7, 7, 60, 12, 0, 33, 5);

function release(...models: Model[]): void {
  for (const model of models) model.dispose();
}

async function openTiny(shape: TinyModel = {}) {
  const folder = await writeTinyModel(join(await temporaryDirectory(), 'model'), shape);
  const model = await loadModel(await openFolder(folder));
  onTestFinished(() => release(model));
  return model;
}

async function collect(run: AsyncIterable<Progress>): Promise<Progress[]> {
  const events: Progress[] = [];
  for await (const event of run) events.push(event);
  return events;
}

describe('in memory equals written and opened', () => {
  const rules = [
    { match: 'down_proj', scheme: 'skip' },
    { match: 'model.layers.1.*', scheme: { weight: { bits: 3, group: 24 } } },
    { match: 'lm_head', scheme: { weight: { bits: 8 } } },
  ] as const;
  const cases: [string, TinyModel, RecipeInput][] = [
    ['qwen2, four bits', { family: 'qwen2' }, { weights: { bits: 4 } }],
    [
      'llama, symmetric groups',
      { family: 'llama' },
      { weights: { bits: 5, group: 16, symmetric: true } },
    ],
    [
      'qwen3, everything',
      { family: 'qwen3' },
      { weights: { bits: 4, group: 32 }, activations: { bits: 8 }, kv: { bits: 4 } },
    ],
    ['ragged groups', {}, { weights: { bits: 3, group: 24 } }],
    [
      'a tied head of eight bits',
      { tied: true },
      { rules: [{ match: 'lm_head', scheme: { weight: { bits: 8, group: 16 } } }] },
    ],
    [
      'floats under scales of every kind',
      {},
      {
        weights: { bits: 4, float: floatFormats.mxfp4 },
        activations: { bits: 8, float: floatFormats.fp8 },
        kv: { bits: 8, float: floatFormats.fp8 },
        rules: [
          { match: 'down_proj', scheme: { weight: { bits: 4, float: floatFormats.nvfp4 } } },
          {
            match: 'lm_head',
            scheme: { weight: { bits: 8, float: floatFormats.fp8, group: 'tensor' } },
          },
        ],
      },
    ],
    ['rules', {}, { weights: { bits: 2, group: 16 }, rules }],
    ['the cache alone', {}, { kv: { key: { bits: 2 }, value: { bits: 3 } } }],
  ];
  it.each(cases)('%s', async (_, shape, recipe) => {
    const model = await openTiny(shape);
    const output = join(await temporaryDirectory(), 'quantized');
    const held = await quantize(model, { recipe });
    onTestFinished(() => release(held));
    const { directory, reports } = await quantizeCheckpoint(model.checkpoint, { recipe, output });
    const opened = await loadModel(await openFolder(directory));
    onTestFinished(() => release(opened));

    const logits = await held.logits(ids);
    expect(await opened.logits(ids)).toEqual(logits);
    const float = await model.logits(ids);
    expect(relativeSquaredError(logits, float)).toBeGreaterThan(0);
    expect(opened.checkpoint.thinkbits?.reports).toEqual(reports);
    expect(opened.memory.packedBytes).toBe(held.memory.packedBytes);

    for (const linear of allLinears(model.info)) {
      const stored = await opened.checkpoint.readQuantized(linear.name);
      const scheme = opened.checkpoint.thinkbits?.linears[linear.name]?.weight;
      expect(stored === undefined).toBe(scheme === undefined);
      if (!stored || !scheme) continue;
      // rtn is the definition of rounding to nearest, so codes and scales can be had without the loop.
      const { values } = await model.checkpoint.readFloat(`${linear.tiedTo ?? linear.name}.weight`);
      const wanted = roundToNearest(values, linear.out, linear.in, scheme);
      expect(stored.codes).toEqual(wanted.codes);
      expect(stored.scales).toEqual(wanted.scales);
      expect(stored.zeros).toEqual(wanted.zeros);
      expect(stored.globalScale).toBe(wanted.globalScale);
      const report = reports.find(({ name }) => name === linear.name) as LayerReport;
      expect(report.relativeWeightError).toBeCloseTo(
        relativeSquaredError(dequantizeWeight(wanted), values),
        6,
      );
    }
  });

  it('keeps the parameters that a codec gives each layer', async () => {
    const model = await openTiny();
    const options = { pipeline: [codec()], kv: { bits: 2 } } as const;
    const held = await quantize(model, options);
    const { directory } = await quantizeCheckpoint(model.checkpoint, {
      ...options,
      output: join(await temporaryDirectory(), 'q'),
    });
    const opened = await loadModel(await openFolder(directory));
    onTestFinished(() => release(held, opened));
    expect(opened.checkpoint.thinkbits?.kv?.map(({ scheme }) => scheme.key?.clip)).toEqual([
      1, 0.5,
    ]);
    expect(await opened.logits(ids)).toEqual(await held.logits(ids));
  });
});

it('refuses parameters of a codec that the cache cannot store, before anything is written', async () => {
  const { checkpoint } = await openTiny();
  const grid = { scales: new Float32Array(16).fill(1), zeros: new Float32Array(16) };
  const perToken: ReturnType<typeof codec> = {
    ...codec(),
    parameters: (scheme) => ({ scheme, staticKeys: grid }),
  };
  const output = join(await temporaryDirectory(), 'q');
  const run = quantizeCheckpoint(checkpoint, { pipeline: [perToken], kv: { bits: 4 }, output });
  await expect(run).rejects.toMatchObject({ code: 'kv/static-grid' });
  expect(existsSync(`${output}.partial`)).toBe(false);
});

describe('what quantize changes', () => {
  it('leaves the model as it was, and holds no tensor that its result does not own', async () => {
    const model = await openTiny();
    const before = await model.logits(ids);
    const tensors = memory().numTensors;
    const quantized = await quantize(model, { weights: { bits: 2 } });
    quantized.dispose();
    expect(memory().numTensors).toBe(tensors);
    expect(await model.logits(ids)).toEqual(before);
  });

  it('gives a rule by name the same codes as the general scheme', async () => {
    const model = await openTiny();
    const weight = { bits: 3, group: 16 } as const;
    const all = await quantize(model, { weights: weight });
    const named = await quantize(model, {
      rules: [{ match: 'model.layers.*', scheme: { weight } }],
    });
    onTestFinished(() => release(all, named));
    expect(await named.logits(ids)).toEqual(await all.logits(ids));
  });

  it('puts a quantized cache under a model that is quantized already, and refuses to round it again', async () => {
    const model = await openTiny();
    const { directory } = await quantizeCheckpoint(model.checkpoint, {
      weights: { bits: 4 },
      output: join(await temporaryDirectory(), 'w4'),
    });
    const w4 = await loadModel(await openFolder(directory));
    const cached = await quantize(w4, { kv: { bits: 2 } });
    const both = await quantize(model, { weights: { bits: 4 }, kv: { bits: 2 } });
    onTestFinished(() => release(w4, cached, both));
    expect(await cached.logits(ids)).toEqual(await both.logits(ids));
    await expect(quantize(w4, { weights: { bits: 3 } })).rejects.toMatchObject({
      code: 'model/already-quantized',
    });
    const again = quantizeCheckpoint(await openFolder(directory), {
      kv: { bits: 3 },
      output: `${directory}-again`,
    });
    await expect(again).rejects.toMatchObject({ code: 'model/already-quantized' });
  });
});

describe('progress', () => {
  it('tells the plan, every linear and every layer, in order', async () => {
    const model = await openTiny();
    const events = await collect(quantize(model, { weights: { bits: 4 } }));
    expect(events.filter(({ type }) => type === 'issue')).toMatchObject([
      { issue: { code: 'pipeline/default-rounder' } },
    ]);
    expect(events.find(({ type }) => type === 'plan')).toMatchObject({ total: 3, unit: 'layers' });
    const advances = events.flatMap((event) =>
      event.type === 'advance' ? [[event.done, event.total, event.note]] : [],
    );
    expect(advances).toEqual([
      [1, 3, 'model.layers.0'],
      [2, 3, 'model.layers.1'],
      [3, 3, 'lm_head'],
    ]);
    const reports = events.flatMap((event) => (event.type === 'layer' ? [event.report] : []));
    const wanted = allLinears(model.info)
      .map(({ name }) => name)
      .filter((name) => name !== 'lm_head');
    expect(reports.map(({ name }) => name)).toEqual(wanted);
    expect(reports.every(({ method, bits }) => method === 'rtn' && bits === 4)).toBe(true);
  });
});

describe('a stage that fails on a layer', () => {
  const error = new Error('not positive definite');
  const weights = { bits: 4 } as const;

  it('stops the run and names the linears', async () => {
    const run = quantize(await openTiny(), {
      weights,
      pipeline: [failing('layers.1.mlp.down', error)],
    });
    await expect(run).rejects.toMatchObject({
      code: 'quantize/layer-failed',
      message: 'failing failed on model.layers.1.mlp.down_proj: not positive definite',
    });
    await expect(collect(run)).rejects.toMatchObject({ code: 'quantize/layer-failed' });
  });

  it('falls back where that is asked for, and reports it', async () => {
    const model = await openTiny();
    const pipeline = [failing('layers.1.mlp.down', error)];
    const run = quantize(model, { weights, pipeline, onLayerFailure: { fallback: rtn() } });
    const reports = (await collect(run)).flatMap((event) =>
      event.type === 'layer' ? [event.report] : [],
    );
    const fell = reports.filter(({ fallback }) => fallback);
    expect(fell).toMatchObject([
      {
        name: 'model.layers.1.mlp.down_proj',
        method: 'rtn',
        fallback: { to: 'rtn', reason: 'not positive definite' },
      },
    ]);
    const [quantized, plain] = [await run, await quantize(model, { weights })];
    onTestFinished(() => release(quantized, plain));
    expect(await quantized.logits(ids)).toEqual(await plain.logits(ids));
  });

  it('frees its tensors', async () => {
    const model = await openTiny();
    const tensors = memory().numTensors;
    await expect(
      quantize(model, { weights, pipeline: [failing('o_proj', error)] }),
    ).rejects.toThrow();
    expect(memory().numTensors).toBe(tensors);
  });

  it('refuses results that do not fit what was asked for', async () => {
    const model = await openTiny();
    const scheme = completeWeightScheme({ bits: 3 });
    const inner = rtn();
    const wrong: ReturnType<typeof rtn> = {
      ...inner,
      open: (targets, context) =>
        inner.open(
          targets.map((target) => ({ ...target, scheme })),
          context,
        ),
    };
    await expect(quantize(model, { weights, pipeline: [wrong] })).rejects.toMatchObject({
      code: 'rounder/bad-result',
      message: expect.stringMatching(
        /^rtn failed on .*q_proj, .*k_proj, .*v_proj: rtn returned bits 3 instead of 4/,
      ),
    });
  });
});

describe('wrong options', () => {
  it.each([
    ['an unknown one', { weigths: { bits: 4 } }, 'options/unknown'],
    ['a recipe twice', { recipe: {}, weights: { bits: 4 } }, 'options/recipe-twice'],
    ['a factory in place of a quantizer', { pipeline: [rtn] }, 'pipeline/not-a-quantizer'],
    ['a name in place of a quantizer', { pipeline: ['rtn'] }, 'pipeline/not-a-quantizer'],
    [
      'names that nobody resolved',
      { recipe: { pipeline: [{ use: 'rtn' }] } },
      'pipeline/unresolved',
    ],
    [
      'a fallback that is no rounder',
      { onLayerFailure: { fallback: codec() } },
      'options/bad-fallback',
    ],
    ['nine bits', { weights: { bits: 9 } }, 'recipe/invalid'],
    ['an unknown part of a scheme', { weights: { bits: 4, groups: 8 } }, 'recipe/invalid'],
    ['the first error of the plan', { kv: { bits: 4, group: 3 } }, 'kv/group'],
    ['an aborted signal', { weights: { bits: 4 }, signal: AbortSignal.abort() }, 'run/aborted'],
  ])('%s', async (_, options, code) => {
    await expect(quantize(await openTiny(), options as never)).rejects.toMatchObject({ code });
  });
});

it('reads weights that fit neither the configuration nor arithmetic as errors', async () => {
  const narrow = await openTiny();
  const config = { ...narrow.checkpoint.config, intermediate_size: 96 };
  const checkpoint = { ...narrow.checkpoint, config };
  const output = join(await temporaryDirectory(), 'q');
  await expect(
    quantizeCheckpoint(checkpoint, { weights: { bits: 4 }, output }),
  ).rejects.toMatchObject({ code: 'checkpoint/shape' });
  const readFloat: typeof checkpoint.readFloat = async (name) => {
    const tensor = await narrow.checkpoint.readFloat(name);
    if (name === 'model.layers.1.mlp.up_proj.weight') tensor.values[33] = Number.NaN;
    return tensor;
  };
  const broken = { info: narrow.info, checkpoint: { ...narrow.checkpoint, readFloat } };
  await expect(quantize(broken, { weights: { bits: 4 } })).rejects.toMatchObject({
    code: 'checkpoint/not-finite',
    message: 'model.layers.1.mlp.up_proj.weight has NaN at row 1, column 1.',
  });
});

it('equals a model built from the same codes', async () => {
  const model = await openTiny();
  const linear = model.info.head;
  const { values } = await model.checkpoint.readFloat('lm_head.weight');
  const scheme = completeWeightScheme({ bits: 3, group: 8 });
  const byHand = await createModel(model.checkpoint, {
    quantized: new Map([[linear.name, roundToNearest(values, linear.out, linear.in, scheme)]]),
  });
  const quantized = await quantize(model, {
    rules: [{ match: 'lm_head', scheme: { weight: scheme } }],
  });
  onTestFinished(() => release(byHand, quantized));
  expect(await quantized.logits(ids)).toEqual(await byHand.logits(ids));
});
