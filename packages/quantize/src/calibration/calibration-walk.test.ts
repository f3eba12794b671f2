import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dispose, type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import { loadModel, selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { gptq } from '@thinkbits/quantizer-gptq';
import { rtn } from '@thinkbits/quantizer-rtn';
import type {
  RoundedLinear,
  Rounder,
  RoundingTarget,
  StageContext,
  Transform,
} from '@thinkbits/spec';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { fingerprint, tinyFolder } from '../__fixtures__/directories.js';
import { calibrated } from '../__fixtures__/stages.js';
import {
  clipping,
  forgetful,
  smoothing,
  tensorsAlive,
  turning,
} from '../__fixtures__/transforms.js';
import { type QuantizeOptions, quantize, quantizeCheckpoint } from '../index.js';
import { BlockFlow } from './block-flow.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

/** Four windows of random tokens; one is shorter, as traces are. */
function calibrationText() {
  const random = createRandom('calibration');
  const windows = [24, 24, 24, 9].map((length) =>
    Int32Array.from({ length }, () => random.integer(64)),
  );
  return { windows, hash: 'windows', tokens: 81 };
}

const weights = { bits: 4, group: 16 } as const;
const prompt = Int32Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 64);

const distance = (a: Float32Array, b: Float32Array): number => {
  const norm = (x: Float32Array) => Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
  return norm(a.map((value, i) => value - (b[i] as number))) / norm(b);
};

describe('transforms', () => {
  it.each([{ family: 'qwen2' }, { family: 'llama', tied: true }, { family: 'qwen3' }] as const)(
    'change nothing of what a float model computes: %o',
    async (shape) => {
      const { checkpoint } = await tinyFolder(shape);
      const model = await loadModel(checkpoint);
      const alive = tensorsAlive();
      // q/k norms stand between the projections and the maps per head: only maps after them are free
      const transformed = await quantize(model, {
        pipeline: [turning, smoothing],
        kv: { bits: 8 },
        calibration: calibrationText(),
      });
      const plain = await quantize(model, { kv: { bits: 8 } });
      expect(transformed.checkpoint.tensors.has('lm_head.weight')).toBe(true);
      expect(distance(await transformed.logits(prompt), await plain.logits(prompt))).toBeLessThan(
        0.03,
      );
      const float = await quantize(model, {
        pipeline: [turning, smoothing],
        calibration: calibrationText(),
      });
      expect(distance(await float.logits(prompt), await model.logits(prompt))).toBeLessThan(1e-5);
      for (const made of [transformed, plain, float]) made.dispose();
      expect(tensorsAlive()).toBe(alive);
      model.dispose();
    },
  );

  it('that do are refused, with the stage, the layer and the edits', async () => {
    const { checkpoint } = await tinyFolder();
    const alive = tensorsAlive();
    const run = quantize(
      { info: await loadInfo(checkpoint), checkpoint },
      { pipeline: [forgetful], weights },
    );
    await expect(run).rejects.toMatchObject({
      code: 'transform/changes-output',
      message: expect.stringMatching(/forgetful.*layer 0.*scale model\.layers\.0\.input_layernorm/),
    });
    expect(tensorsAlive()).toBe(alive);
  });

  it.each([
    [[turning, { ...turning, id: 'again' }], 'transform/two-rotations'],
    [[smoothing, turning], 'transform/seen-before-rotation'],
  ])('that do not go together are refused', async (pipeline, code) => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const run = quantize(
      { info, checkpoint },
      { pipeline, weights, calibration: calibrationText() },
    );
    await expect(run).rejects.toMatchObject({ code });
  });
});

describe('calibration', () => {
  it('on disk gives what it gives in memory, to the bit', async () => {
    const { checkpoint, output } = await tinyFolder();
    const model = await loadModel(checkpoint);
    const options = {
      pipeline: [turning, smoothing, clipping, gptq()],
      weights,
      activations: { bits: 4, tensorParallel: 2 },
      kv: { bits: 4 },
      calibration: calibrationText(),
    } as const;
    const inMemory = await quantize(model, options);
    await quantizeCheckpoint(checkpoint, { ...options, output });
    const opened = await loadModel(output);
    expect(await opened.logits(prompt)).toEqual(await inMemory.logits(prompt));
    expect(opened.checkpoint.thinkbits?.calibration).toEqual({
      hash: 'windows',
      windows: 4,
      tokens: 81,
    });
    expect(opened.checkpoint.thinkbits).toMatchObject({
      linears: {
        'model.layers.0.self_attn.q_proj': { activation: { clip: { low: [0.9], high: [0.7] } } },
        'model.layers.1.mlp.down_proj': { activation: { clip: { low: [0.9, 0.9] } } },
      },
      kv: [{ scheme: { key: { clip: 0.8 }, value: { clip: 1 } } }, {}],
    });
    expect(opened.checkpoint.thinkbits?.online).toHaveLength(6);
    for (const made of [model, inMemory, opened]) made.dispose();
    await opened.checkpoint.close();
  });

  it.each([
    ['float', []],
    ['rounded', [{ match: 'lm_head', scheme: { weight: { bits: 8 } } }]],
  ] as const)('ends at what is read last, with a %s head', async (head, rules) => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const products = vi.spyOn(BlockFlow.prototype, 'output');
    const alive = tensorsAlive();
    const made = await quantize(
      { info, checkpoint },
      { pipeline: [gptq()], weights, rules, calibration: calibrationText() },
    );
    made.dispose();
    // behind o_proj and down_proj of two layers, four windows each
    expect(products).toHaveBeenCalledTimes(head === 'float' ? 12 : 16);
    expect(tensorsAlive()).toBe(alive);
    products.mockRestore();
  });

  it('sees through the layers that are already rounded', async () => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const seen: number[][] = [];
    const watching = (rounds: boolean) => ({
      ...calibrated,
      open: (...[targets, context]: Parameters<typeof calibrated.open>) => {
        const sums: number[] = [];
        const session = rtn().open(targets, context);
        return {
          observe: async (input: { data(): Promise<ArrayLike<number>> }) => {
            sums.push(Array.from(await input.data()).reduce((sum, x) => sum + x, 0));
          },
          finish: (values: Parameters<typeof session.finish>[0]) => {
            seen.push(sums);
            return session.finish(values);
          },
          dispose: session.dispose,
        };
      },
      id: rounds ? 'calibrated' : 'other',
    });
    const calibration = calibrationText();
    const made = await quantize(
      { info, checkpoint },
      { pipeline: [watching(true)], weights: { bits: 2, group: 16 }, calibration },
    );
    made.dispose();
    expect(seen).toHaveLength(8); // four groups of two layers
    expect(seen.every((windows) => windows.length === 4)).toBe(true);
    // The first group reads the float embedding whatever the bits are; all others see what two bits did.
    const coarse = seen.splice(0);
    const fine = await quantize(
      { info, checkpoint },
      { pipeline: [watching(false)], weights: { bits: 8, group: 16 }, calibration },
    );
    fine.dispose();
    expect(seen[0]).toEqual(coarse[0]);
    for (let group = 1; group < 8; group++) expect(seen[group]).not.toEqual(coarse[group]);
  });

  it('through "float" rounds every linear for what the float model reads', async () => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const inputs = new Map<string, Tensor2D[]>();
    const listening: Transform = {
      ...smoothing,
      id: 'listening',
      async propose(block) {
        for (const [stage, [first]] of block.info.stages.entries()) {
          const seen: Tensor2D[] = [];
          for await (const input of block.inputs(stage)) seen.push(input.clone());
          inputs.set(first?.name as string, seen);
        }
        return { edits: [] };
      },
    };
    const rounder = gptq();
    const rounded: { targets: readonly RoundingTarget[]; linears: readonly RoundedLinear[] }[] = [];
    const watched: Rounder = {
      ...rounder,
      open(targets, context) {
        const session = rounder.open(targets, context);
        return {
          ...session,
          async finish(values) {
            const linears = await session.finish(values);
            rounded.push({ targets, linears });
            return linears;
          },
        };
      },
    };
    const made = await quantize(
      { info, checkpoint },
      {
        pipeline: [listening, watched],
        recipe: { weights: { bits: 2, group: 16 }, calibration: { through: 'float' } },
        calibration: calibrationText(),
      },
    );
    made.dispose();
    expect(rounded).toHaveLength(8);
    for (const { targets, linears } of rounded) {
      const session = rounder.open(targets, {} as StageContext);
      for (const input of inputs.get(targets[0]?.linear.name as string) ?? [])
        await session.observe?.(input);
      const floats: Tensor2D[] = [];
      for (const { linear } of targets) {
        const { values } = await checkpoint.readFloat(`${linear.name}.weight`);
        floats.push(tensor2d(values, [linear.out, linear.in]));
      }
      const alone = await session.finish(floats);
      session.dispose();
      dispose(floats);
      expect(alone).toEqual(linears);
    }
    dispose([...inputs.values()].flat());
  });

  it('measures the output error that a rounder does not report, where windows pass anyway', async () => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const errorsOf = async (pipeline: NonNullable<QuantizeOptions['pipeline']>) => {
      const errors: (number | undefined)[] = [];
      const calibration = calibrationText();
      const alive = tensorsAlive();
      const run = quantize({ info, checkpoint }, { pipeline, weights, calibration });
      for await (const event of run)
        if (event.type === 'layer') errors.push(event.report.relativeOutputError);
      (await run).dispose();
      expect(tensorsAlive()).toBe(alive);
      return errors;
    };
    // round to nearest measures by XᵀX where it is shown inputs, the walk window by window
    const shown = { ...rtn(), needs: { calibration: 'inputs' } } as const;
    const silent = {
      ...shown,
      open: (...[targets, context]: Parameters<typeof shown.open>) => {
        const { observe: _, ...session } = shown.open(targets, context);
        return session;
      },
    };
    const [own, measured] = [await errorsOf([shown]), await errorsOf([silent])];
    expect(own).toHaveLength(14);
    for (const [i, error] of own.entries()) expect(measured[i]).toBeCloseTo(error as number, 6);
    const behindTransform = await errorsOf([smoothing, rtn()]);
    expect(behindTransform.every((error) => error !== undefined && error > 0)).toBe(true);
    expect(await errorsOf([turning, rtn()])).toEqual(Array(14).fill(undefined));
  });

  it('spills to disk beyond its budget, gives the same bytes, and leaves no file behind', async () => {
    const { root, checkpoint, output } = await tinyFolder();
    const options = { pipeline: [smoothing, gptq()], weights, calibration: calibrationText() };
    const spillFolders = async () =>
      (await readdir(tmpdir())).filter((name) => name.startsWith('thinkbits-activations-'));
    const before = await spillFolders();
    await quantizeCheckpoint(checkpoint, { ...options, output });
    await quantizeCheckpoint(checkpoint, {
      ...options,
      output: join(root, 'spilled'),
      activationBytes: 5000,
    });
    expect(await fingerprint(join(root, 'spilled'))).toEqual(await fingerprint(output));
    expect(await spillFolders()).toEqual(before);
  });

  it.each([1, 2])(
    'goes on after an abort in layer %i, and ends with the same bytes',
    async (layers) => {
      const { root, checkpoint, output } = await tinyFolder({ layers: 3 });
      const options: QuantizeOptions = {
        pipeline: [turning, smoothing, clipping, gptq()],
        weights,
        activations: { bits: 4 },
        kv: { bits: 4 },
        calibration: calibrationText(),
      };
      await quantizeCheckpoint(checkpoint, { ...options, output: join(root, 'whole') });
      const controller = new AbortController();
      const run = quantizeCheckpoint(checkpoint, { ...options, output, signal: controller.signal });
      const abort = async () => {
        for await (const event of run)
          if (event.type === 'layer' && event.report.name.startsWith(`model.layers.${layers}.mlp`))
            controller.abort();
      };
      await expect(abort()).rejects.toMatchObject({ code: 'run/aborted' });
      expect(existsSync(output)).toBe(false);
      const notes: (string | undefined)[] = [];
      const again = quantizeCheckpoint(checkpoint, { ...options, output });
      for await (const event of again) if (event.type === 'advance') notes.push(event.note);
      expect(notes.filter((note) => note?.includes('from an earlier run'))).toHaveLength(layers);
      expect(await fingerprint(output)).toEqual(await fingerprint(join(root, 'whole')));
    },
  );

  it('on another text is another request', async () => {
    const { checkpoint, output } = await tinyFolder();
    const options = { pipeline: [gptq()], weights, output };
    await quantizeCheckpoint(checkpoint, { ...options, calibration: calibrationText() });
    await expect(
      quantizeCheckpoint(checkpoint, {
        ...options,
        calibration: { ...calibrationText(), hash: 'other' },
      }),
    ).rejects.toMatchObject({ code: 'output/other-identity' });
  });

  it('names the layer and the window that overflow', async () => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const overflowing = {
      ...checkpoint,
      readFloat: async (...[name, rows]: Parameters<typeof checkpoint.readFloat>) => {
        const tensor = await checkpoint.readFloat(name, rows);
        return name === 'model.layers.1.post_attention_layernorm.weight'
          ? { ...tensor, values: tensor.values.map(() => 3e38) }
          : tensor;
      },
    };
    const alive = tensorsAlive();
    const run = quantize(
      { info, checkpoint: overflowing },
      { pipeline: [gptq()], weights, calibration: calibrationText() },
    );
    await expect(run).rejects.toMatchObject({
      code: 'calibration/not-finite',
      message: expect.stringMatching(/model\.layers\.1\.mlp\.gate_proj: window 0/),
    });
    expect(tensorsAlive()).toBe(alive);
  });

  it('of one token over and over, with a channel that is always 0, is dampened, rounded and reported', async () => {
    const { checkpoint, output } = await tinyFolder();
    const silent = {
      ...checkpoint,
      readFloat: async (...[name, rows]: Parameters<typeof checkpoint.readFloat>) => {
        const tensor = await checkpoint.readFloat(name, rows);
        if (name === 'model.layers.0.input_layernorm.weight') tensor.values[3] = 0;
        return tensor;
      },
    };
    const windows = [new Int32Array(16).fill(5)];
    const calibration = { windows, hash: 'same', tokens: 16 };
    const run = quantizeCheckpoint(silent, { pipeline: [gptq()], weights, calibration, output });
    const { reports } = await run;
    const query = reports.find(({ name }) => name === 'model.layers.0.self_attn.q_proj');
    expect(query?.damping).toBeGreaterThanOrEqual(0.01);
    for (const { damping, relativeWeightError, relativeOutputError } of reports) {
      expect(damping).toBeLessThanOrEqual(1);
      expect(relativeWeightError).toBeLessThan(1.5);
      expect(relativeOutputError).toBeGreaterThanOrEqual(0);
    }
  });

  it('refuses tokens that the model does not have', async () => {
    const { checkpoint } = await tinyFolder();
    const info = await loadInfo(checkpoint);
    const calibration = { windows: [Int32Array.of(1, 64)], hash: 'x', tokens: 2 };
    await expect(
      quantize({ info, checkpoint }, { pipeline: [gptq()], weights, calibration }),
    ).rejects.toMatchObject({
      code: 'calibration/unknown-token',
    });
  });
});

async function loadInfo(checkpoint: Parameters<typeof loadModel>[0]) {
  const model = await loadModel(checkpoint);
  model.dispose();
  return model.info;
}
