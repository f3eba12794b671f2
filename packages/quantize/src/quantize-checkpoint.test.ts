import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { memory } from '@tensorflow/tfjs-core';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { selectBackend } from '@thinkbits/inference';
import { rtn } from '@thinkbits/quantizer-rtn';
import type { Progress } from '@thinkbits/spec';
import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, openFolder, tinyFolder } from './__fixtures__/directories.js';
import { failing } from './__fixtures__/stages.js';
import { tinyTensors, tinyTexts } from './__fixtures__/tiny-model.js';
import { quantizeCheckpoint } from './index.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

const recipe = { weights: { bits: 4, group: 16 }, kv: { bits: 4 } } as const;

const json = async (path: string) => JSON.parse(await readFile(path, 'utf8'));

describe('what is on disk', () => {
  it('is a directory in Hugging Face layout, one file a layer', async () => {
    const { checkpoint, output } = await tinyFolder();
    const result = await quantizeCheckpoint(checkpoint, { recipe, output });
    expect(result).toMatchObject({ directory: output, status: 'written' });
    expect((await readdir(output)).sort()).toEqual([
      'config.json',
      'generation_config.json',
      'model-00001-of-00004.safetensors',
      'model-00002-of-00004.safetensors',
      'model-00003-of-00004.safetensors',
      'model-00004-of-00004.safetensors',
      'model.safetensors.index.json',
      'thinkbits.json',
      'timings.json',
      'tokenizer_config.json',
    ]);
    expect(await json(join(output, 'config.json'))).toEqual({
      ...checkpoint.config,
      quantization_config: { quant_method: 'thinkbits' },
    });
    expect(await readFile(join(output, 'tokenizer_config.json'), 'utf8')).toBe(
      tinyTexts['tokenizer_config.json'],
    );
    const index = await json(join(output, 'model.safetensors.index.json'));
    const written = await openFolder(output);
    expect(Object.keys(index.weight_map)).toEqual([...written.tensors.keys()].sort());
    for (const [name, { file, bytes }] of written.tensors)
      expect([name, index.weight_map[name], bytes > 0]).toEqual([name, file, true]);
    expect(index.metadata.total_size).toBe(
      [...written.tensors.values()].reduce((sum, { bytes }) => sum + bytes, 0),
    );
    expect(index.weight_map['model.layers.1.mlp.down_proj.weight_packed']).toBe(
      'model-00003-of-00004.safetensors',
    );
    expect(existsSync(`${output}.partial`)).toBe(false);
  });

  it('says how it was made, and nothing of when, where and how fast', async () => {
    const { root, checkpoint, output } = await tinyFolder();
    await quantizeCheckpoint(checkpoint, { recipe, output });
    const text = await readFile(join(output, 'thinkbits.json'), 'utf8');
    const manifest = JSON.parse(text);
    expect(text).not.toContain(root);
    expect(text).not.toContain('seconds');
    expect(manifest.source).toEqual({ label: 'model', hash: await checkpoint.hash() });
    expect(manifest.recipe.pipeline).toMatchObject([{ use: 'rtn' }]);
    expect(manifest.reports).toHaveLength(14);
    expect(Object.keys(await json(join(output, 'timings.json')))).toEqual(['seconds', 'parts']);
  });

  it('keeps the stored bytes of what is not quantized', async () => {
    const { checkpoint, output } = await tinyFolder();
    const rules = [{ match: 'down_proj', scheme: 'skip' }] as const;
    await quantizeCheckpoint(checkpoint, { ...recipe, rules, output });
    const written = await openFolder(output);
    const kept = tinyTensors().filter(({ name }) => !/(q|k|v|o|gate|up)_proj\.weight$/.test(name));
    expect(kept.map(({ name }) => name)).toContain('model.layers.0.mlp.down_proj.weight');
    for (const { name, dtype, bytes } of kept) {
      expect(written.tensors.get(name)?.dtype).toBe(dtype);
      expect(Buffer.from(await written.readBytes(name)).equals(bytes), name).toBe(true);
    }
  });

  it('copies every weight where only the cache or activations are quantized', async () => {
    const { checkpoint, output } = await tinyFolder({ tied: true });
    await quantizeCheckpoint(checkpoint, { kv: { bits: 3 }, activations: { bits: 8 }, output });
    const written = await openFolder(output);
    expect([...written.tensors.keys()]).toEqual([...checkpoint.tensors.keys()]);
    for (const name of checkpoint.tensors.keys())
      expect(await written.readBytes(name)).toEqual(await checkpoint.readBytes(name));
    expect(written.thinkbits).toMatchObject({
      reports: [],
      kv: [{ scheme: { key: { bits: 3 } } }, {}],
    });
  });

  it('stores a quantized tied table once', async () => {
    const { checkpoint, output } = await tinyFolder({ tied: true });
    await quantizeCheckpoint(checkpoint, {
      rules: [{ match: 'lm_head', scheme: { weight: { bits: 8 } } }],
      output,
    });
    const names = [...(await openFolder(output)).tensors.keys()];
    expect(names).toContain('lm_head.weight_packed');
    expect(names).not.toContain('model.embed_tokens.weight');
    expect(names).toContain('model.norm.weight');
  });

  it('does not depend on where the model and the output lie, nor on how the recipe is written', async () => {
    const [a, b] = [await tinyFolder(), await tinyFolder()];
    await quantizeCheckpoint(a.checkpoint, { recipe, output: a.output });
    const { group, bits } = recipe.weights;
    const reordered = { kv: recipe.kv, weights: { group, bits } };
    await quantizeCheckpoint(b.checkpoint, {
      recipe: reordered,
      output: join(b.root, 'deeper', 'down'),
    });
    expect(await fingerprint(join(b.root, 'deeper', 'down'))).toEqual(await fingerprint(a.output));
  });
});

describe('a directory that is there already', () => {
  it('is left alone when it is of an equal request', async () => {
    const { checkpoint, output } = await tinyFolder();
    const first = await quantizeCheckpoint(checkpoint, { recipe, output });
    const before = await fingerprint(output);
    const again = quantizeCheckpoint(checkpoint, { recipe, output, pipeline: [rtn()] });
    const events: Progress[] = [];
    for await (const event of again) events.push(event);
    expect(await again).toEqual({ ...first, status: 'done already' });
    expect(events.filter(({ type }) => type === 'advance')).toEqual([]);
    expect(await fingerprint(output)).toEqual(before);
  });

  it('is refused when it is of another request, which is named', async () => {
    const { checkpoint, output } = await tinyFolder();
    await quantizeCheckpoint(checkpoint, { recipe, output });
    const other = { ...recipe, weights: { bits: 3, group: 16 } } as const;
    await expect(quantizeCheckpoint(checkpoint, { recipe: other, output })).rejects.toMatchObject({
      code: 'output/other-identity',
      message: expect.stringContaining('recipe.weights.bits is 4 there and 3 here'),
    });
    const otherModel = await tinyFolder({ seed: 1 });
    await expect(
      quantizeCheckpoint(otherModel.checkpoint, { recipe, output }),
    ).rejects.toMatchObject({
      code: 'output/other-identity',
      message: expect.stringContaining('source'),
    });
  });

  it('is refused unfinished as well, and stays resumable', async () => {
    const { checkpoint, output } = await tinyFolder();
    const pipeline = [failing('layers.1', new Error('no'))];
    const fail = () => quantizeCheckpoint(checkpoint, { recipe, output, pipeline });
    await expect(fail()).rejects.toMatchObject({ code: 'quantize/layer-failed' });
    await expect(
      quantizeCheckpoint(checkpoint, { recipe, output, pipeline, seed: undefined } as never),
    ).rejects.toMatchObject({
      code: 'quantize/layer-failed',
    });
    await expect(
      quantizeCheckpoint(checkpoint, { recipe: { ...recipe, seed: 7 }, output, pipeline }),
    ).rejects.toMatchObject({
      code: 'output/other-identity',
      message: expect.stringContaining('recipe.seed is 0 there and 7 here'),
    });
    const onLayerFailure = { fallback: rtn() };
    await expect(
      quantizeCheckpoint(checkpoint, { recipe, output, pipeline, onLayerFailure }),
    ).rejects.toMatchObject({
      message: expect.stringContaining('onLayerFailure'),
    });
  });

  it('is refused when it is somebody else’s, and nothing in it is touched', async () => {
    const { root, folder, checkpoint, output } = await tinyFolder();
    const before = await fingerprint(folder);
    await expect(quantizeCheckpoint(checkpoint, { recipe, output: folder })).rejects.toMatchObject({
      code: 'output/not-empty',
    });
    expect(await fingerprint(folder)).toEqual(before);
    await mkdir(`${output}.partial`);
    await copyFile(join(folder, 'README.md'), join(`${output}.partial`, 'README.md'));
    await expect(quantizeCheckpoint(checkpoint, { recipe, output })).rejects.toMatchObject({
      code: 'output/not-empty',
    });
    const file = join(root, 'file');
    await writeFile(file, '');
    await expect(quantizeCheckpoint(checkpoint, { recipe, output: file })).rejects.toMatchObject({
      code: 'output/not-a-directory',
    });
    await expect(
      quantizeCheckpoint(checkpoint, { recipe, output: join(file, 'in') }),
    ).rejects.toMatchObject({ category: expect.stringMatching(/machine|input/) });
    await expect(quantizeCheckpoint(checkpoint, { recipe, output: '' })).rejects.toMatchObject({
      code: 'options/no-output',
    });
  });

  it('may be empty', async () => {
    const { checkpoint, output } = await tinyFolder();
    await mkdir(output);
    await expect(quantizeCheckpoint(checkpoint, { recipe, output })).resolves.toMatchObject({
      status: 'written',
    });
  });

  it('is refused while another run works on it', async () => {
    const { checkpoint, output } = await tinyFolder();
    const first = quantizeCheckpoint(checkpoint, { recipe, output });
    let second: PromiseLike<unknown> | undefined;
    for await (const event of first) {
      if (event.type !== 'layer' || second) continue;
      second = quantizeCheckpoint(checkpoint, { recipe, output });
      await expect(second).rejects.toMatchObject({ code: 'directory/in-use' });
    }
    expect(await first).toMatchObject({ status: 'written' });
    expect(second).toBeDefined();
  });
});

describe('memory', () => {
  it('reads a layer when the one before is on disk, and holds the floats of linears that share an input', async () => {
    const { folder, output } = await tinyFolder({ layers: 4 });
    const files = folderFiles(folder);
    const tensorAt = new Map<number, string>();
    let streaming = false;
    const early: string[] = [];
    const checkpoint = await openCheckpoint({
      ...files,
      async read(file, offset, length) {
        const layer = Number(/layers\.(\d+)\./.exec(tensorAt.get(offset) ?? '')?.[1] ?? 0);
        // The first file has no layer, so layer k comes after file k + 1.
        if (
          streaming &&
          layer > 0 &&
          !existsSync(join(`${output}.partial`, `model-0000${layer + 1}-of-00006.safetensors`))
        ) {
          early.push(tensorAt.get(offset) as string);
        }
        return files.read(file, offset, length);
      },
    });
    for (const { name, offset } of checkpoint.tensors.values()) tensorAt.set(offset, name);
    await checkpoint.hash();
    streaming = true;
    const inner = rtn();
    const before = memory();
    let mostTensors = 0;
    let mostBytes = 0;
    const watched: typeof inner = {
      ...inner,
      open: (targets, context) => {
        const session = inner.open(targets, context);
        return {
          ...session,
          finish: (weights) => {
            mostTensors = Math.max(mostTensors, memory().numTensors - before.numTensors);
            mostBytes = Math.max(mostBytes, memory().numBytes - before.numBytes);
            return session.finish(weights);
          },
        };
      },
    };
    await quantizeCheckpoint(checkpoint, { recipe, pipeline: [watched], output });
    await checkpoint.close();
    expect(early).toEqual([]);
    expect(mostTensors).toBe(3); // q, k and v
    expect(mostBytes).toBe(4 * 2 * 80 * 32); // gate and up
    expect(memory().numTensors).toBe(before.numTensors);
    expect(memory().numBytes).toBe(before.numBytes);
  });
});
