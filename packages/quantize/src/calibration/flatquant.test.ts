import type { Checkpoint } from '@thinkbits/checkpoint';
import { loadModel, selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { flatquant } from '@thinkbits/quantizer-flatquant';
import { gptq } from '@thinkbits/quantizer-gptq';
import { rtn } from '@thinkbits/quantizer-rtn';
import type { Transform } from '@thinkbits/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { tinyFolder } from '../__fixtures__/directories.js';
import { tensorsAlive } from '../__fixtures__/transforms.js';
import { quantize, quantizeCheckpoint } from '../index.js';

beforeAll(() => selectBackend({ name: 'wasm' }));

function calibrationText() {
  const random = createRandom('calibration');
  const windows = Array.from({ length: 4 }, () =>
    Int32Array.from({ length: 24 }, () => random.integer(64)),
  );
  return { windows, hash: 'windows', tokens: 96 };
}

const prompt = Int32Array.from({ length: 20 }, (_, i) => (7 * i + 3) % 64);
const schemes = {
  weights: { bits: 4, symmetric: true },
  activations: { bits: 4 },
  kv: { bits: 4 },
} as const;

/** Mean squared errors that training told of a layer, epoch by epoch. */
const losses = (notes: readonly string[], layer: number): number[] =>
  notes
    .filter((note) => note.startsWith(`flatquant: layer ${layer},`))
    .map((note) => Number(note.split(' ').at(-1)));

/** The checkpoint with one channel after each norm thirty times as loud, as trained models have: maps have work to do. */
const withLoudChannel = (checkpoint: Checkpoint): Checkpoint => ({
  ...checkpoint,
  async readFloat(name, rows) {
    const tensor = await checkpoint.readFloat(name, rows);
    if (!name.endsWith('layernorm.weight')) return tensor;
    return { ...tensor, values: tensor.values.map((value, i) => (i === 3 ? 30 * value : value)) };
  },
});

describe('FlatQuant', () => {
  it.each([{ family: 'qwen2' }, { family: 'qwen3' }] as const)(
    'trains a layer towards its float output, and keeps no tensor: %o',
    async (shape) => {
      const { checkpoint } = await tinyFolder(shape);
      const model = await loadModel(checkpoint);
      const alive = tensorsAlive();
      const [notes, tensors]: [string[], number[]] = [[], []];
      const trained = flatquant({ epochs: 8, batch: 2 });
      const watched: Transform = {
        ...trained,
        propose: (view, context) =>
          trained.propose(view, {
            ...context,
            emit(event) {
              if (event.type === 'note') notes.push(event.message);
              tensors.push(tensorsAlive());
            },
          }),
      };
      const options = { ...schemes, calibration: calibrationText() };
      const loud = { info: model.info, checkpoint: withLoudChannel(checkpoint) };
      (await quantize(loud, { pipeline: [watched, rtn()], ...options })).dispose();
      for (const layer of [0, 1]) {
        const told = losses(notes, layer);
        expect(told).toHaveLength(8);
        expect(told.at(-1)).toBeLessThan(told[0] as number);
        // an epoch leaves what it found: the layer's own tensors
        const held = tensors.filter((_, i) => notes[i]?.startsWith(`flatquant: layer ${layer},`));
        expect(new Set(held).size).toBe(1);
      }
      expect(tensorsAlive()).toBe(alive);
      model.dispose();
    },
  );

  it('leaves the float model where it was, whatever has been learned', async () => {
    const { checkpoint } = await tinyFolder();
    const model = await loadModel(checkpoint);
    // rounding by 8 bits alone: what moves the output further than that would be the maps
    const pipeline = [flatquant({ epochs: 2, batch: 2, weightClip: false, activationClip: false })];
    const quantized = await quantize(model, {
      pipeline,
      weights: { bits: 8, symmetric: true },
      calibration: calibrationText(),
    });
    const [found, wanted] = [await quantized.logits(prompt), await model.logits(prompt)];
    const norm = (x: Float32Array) => Math.hypot(...x);
    expect(norm(found.map((x, i) => x - wanted[i]!)) / norm(wanted)).toBeLessThan(0.03);
    quantized.dispose();
    model.dispose();
  });

  it('opens as it was in memory, to the bit, rounded by GPTQ, with maps for each of two ranks', async () => {
    const { checkpoint, output } = await tinyFolder();
    const model = await loadModel(checkpoint);
    const options = {
      pipeline: [flatquant({ epochs: 1 }), gptq({ actOrder: false })],
      ...schemes,
      activations: { bits: 4, tensorParallel: 2 },
      calibration: calibrationText(),
    } as const;
    const inMemory = await quantize(model, options);
    await quantizeCheckpoint(checkpoint, { ...options, output });
    const opened = await loadModel(output);
    expect(await opened.logits(prompt)).toEqual(await inMemory.logits(prompt));
    const { thinkbits } = opened.checkpoint;
    expect(thinkbits?.online.map(({ site }) => site.at).slice(0, 5)).toEqual([
      'qkv-input',
      'gate-up-input',
      'down-input',
      'o-input',
      'query-key',
    ]);
    expect(thinkbits?.online[2]?.map.forward.kind).toBe('block-diagonal');
    for (const made of [model, inMemory, opened]) made.dispose();
    await opened.checkpoint.close();
  });

  it('stops at the next step, and gives everything back', async () => {
    const { checkpoint } = await tinyFolder();
    const model = await loadModel(checkpoint);
    const alive = tensorsAlive();
    const controller = new AbortController();
    const run = quantize(model, {
      pipeline: [flatquant({ epochs: 50 })],
      ...schemes,
      calibration: calibrationText(),
      signal: controller.signal,
    });
    const abort = async () => {
      for await (const event of run) if (event.type === 'note') controller.abort();
    };
    await expect(abort()).rejects.toMatchObject({ code: 'run/aborted' });
    expect(tensorsAlive()).toBe(alive);
    model.dispose();
  });

  it('fails with a code where training breaks its maps', async () => {
    const { checkpoint } = await tinyFolder();
    const model = await loadModel(checkpoint);
    const run = quantize(model, {
      pipeline: [flatquant({ epochs: 4, learningRate: 1e20, batch: 1 })],
      ...schemes,
      calibration: calibrationText(),
    });
    await expect(run).rejects.toMatchObject({
      code: expect.stringMatching(
        /^(flatquant\/diverged|matrix\/singular|transform\/changes-output)$/,
      ),
    });
    model.dispose();
  });
});
