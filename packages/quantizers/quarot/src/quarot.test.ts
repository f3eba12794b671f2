import '@tensorflow/tfjs-backend-cpu';
import { type Tensor2D, tensor2d } from '@tensorflow/tfjs-core';
import {
  type BlockInfo,
  type BlockView,
  completeActivationScheme,
  type Edit,
  type LinearScheme,
  type ModelInfo,
  type StageContext,
} from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { type QuarotOptions, quarot } from './index.js';

/** A model of these dimensions, of which plans and proposals need no more. */
function modelOf(hidden: number, intermediate: number, headDim = 128, tied = false): ModelInfo {
  const block = (index: number): BlockInfo => {
    const linear = (name: string, columns: number) => ({
      name: `model.layers.${index}.${name}`,
      out: hidden,
      in: columns,
      bias: false,
    });
    const qkv = ['q', 'k', 'v'].map((name) => linear(`self_attn.${name}_proj`, hidden));
    const gateUp = ['gate', 'up'].map((name) => linear(`mlp.${name}_proj`, hidden));
    const fold = (norm: string, into: { name: string }[]) => ({
      from: `model.layers.${index}.${norm}`,
      into: into.map(({ name }) => name),
      kind: 'norm' as const,
    });
    return {
      index,
      stages: [
        qkv,
        [linear('self_attn.o_proj', hidden)],
        gateUp,
        [linear('mlp.down_proj', intermediate)],
      ],
      folds: [fold('input_layernorm', qkv), fold('post_attention_layernorm', gateUp)],
    };
  };
  const head = { name: 'lm_head', out: 10, in: hidden, bias: false };
  return {
    hidden,
    intermediate,
    headDim,
    blocks: [block(0), block(1)],
    head: { ...head, ...(tied && { tiedTo: 'model.embed_tokens' }) },
  } as Partial<ModelInfo> as ModelInfo;
}

const tiny = modelOf(24, 48, 8);
const budget = { tokens: 0, bytes: 0 };

function schemesOf(model: ModelInfo, tensorParallel: number): Map<string, LinearScheme> {
  const activation = completeActivationScheme({ bits: 4, tensorParallel });
  return new Map(
    model.blocks.flatMap(({ stages }) => stages.flat().map(({ name }) => [name, { activation }])),
  );
}

const issuesOf = (options: QuarotOptions, model: ModelInfo, slices = 1, kv = {}) =>
  quarot(options).plan(model, { linears: schemesOf(model, slices), ...kv }, budget).issues;
const codesOf = (...given: Parameters<typeof issuesOf>) =>
  issuesOf(...given).map(({ severity, code }) => `${severity} ${code}`);

async function propose(options: QuarotOptions, index = 0, slices = 1, norm = 2) {
  const view = {
    info: tiny.blocks[index],
    schemes: schemesOf(tiny, slices),
    weight: async () => tensor2d([new Array(24).fill(norm)]) as Tensor2D,
  } as Partial<BlockView> as BlockView;
  const context = { model: tiny } as Partial<StageContext> as StageContext;
  return (await quarot(options).propose(view, context)).edits;
}

/** What an edit is about, and the map that it applies forwards. */
const summary = (edits: readonly Edit[]) => edits.map(summarize);

function summarize(edit: Edit) {
  const short = (name: string) => name.split('.').at(-1);
  if (edit.op === 'scale')
    return `${short(edit.producer)} → ${edit.consumers.map(short).join(' ')}`;
  const where =
    edit.op === 'online'
      ? edit.site.at
      : edit.targets.map(({ name, side }) => `${short(name)}/${side}`).join(' ');
  return [where, edit.map.forward];
}

const hadamard = (size: number) => ({ kind: 'hadamard', size, transposed: true });

describe('quarot', () => {
  test('proposes the steps of methods.md §1.5, those of embedding and head with the first layer', async () => {
    const ofLayer = (rotated: string) => [
      [rotated, { ...hadamard(24), seed: 3 }],
      ['v_proj/out o_proj/in', hadamard(8)], // head-wise, whatever the slices (trap 2)
      ['query-key', hadamard(8)],
      ['down-input', hadamard(24)],
    ];
    const linears =
      'q_proj/in k_proj/in v_proj/in gate_proj/in up_proj/in o_proj/out down_proj/out';
    const norms = [
      'input_layernorm → q_proj k_proj v_proj',
      'post_attention_layernorm → gate_proj up_proj',
    ];
    const options = { seed: 3, tensorParallel: 2 };
    expect(summary(await propose(options))).toEqual([
      ...norms,
      'norm → lm_head',
      ...ofLayer(`embed_tokens/out lm_head/in ${linears}`),
    ]);
    expect(summary(await propose(options, 1))).toEqual([...norms, ...ofLayer(linears)]);
  });

  test('moves the whole norm into the weights', async () => {
    const [first] = await propose({});
    expect(first).toMatchObject({ op: 'scale', factors: new Float32Array(24).fill(2) });
  });

  test('maps queries and keys alone for QuaRot-KV', async () => {
    expect(summary(await propose({ targets: 'kv' }, 1))).toEqual([['query-key', hadamard(8)]]);
  });

  test('cuts the input of down_proj as its activations are cut, unless told otherwise', async () => {
    const slice = async (options: QuarotOptions, slices: number) =>
      (await propose(options, 0, slices)).flatMap((edit) =>
        edit.op === 'online' && edit.site.at === 'down-input' ? [edit.map.forward] : [],
      );
    expect(await slice({}, 4)).toEqual([hadamard(12)]);
    expect(await slice({ tensorParallel: 2 }, 4)).toEqual([hadamard(24)]);
    expect(await slice({ online: ['query-key'] }, 4)).toEqual([]);
  });

  test('turns all layers by one orthogonal matrix, drawn from the seed', async () => {
    const matrix = async (seed: number, index: number) =>
      (await propose({ rotation: 'orthogonal', seed }, index)).find((edit) => edit.op === 'rotate')
        ?.map.forward;
    expect(await matrix(1, 0)).toEqual(await matrix(1, 1));
    expect(await matrix(2, 0)).not.toEqual(await matrix(1, 0));
  });

  test('refuses a norm that is 0 in a channel', async () => {
    await expect(propose({}, 0, 1, 0)).rejects.toMatchObject({
      code: 'quarot/zero-norm',
      message: expect.stringContaining('model.layers.0.input_layernorm'),
    });
  });

  // methods.md §2.1, and Qwen3-32B and Qwen2.5-72B of §2.2
  test.each([
    [1536, 8960, [1, 4]],
    [3584, 18944, [1, 4]],
    [5120, 13824, [1, 4]],
    [5120, 27648, [1, 4]],
    [4096, 14336, [1, 4]],
    [8192, 28672, [1, 8]],
    [4096, 12288, [1, 4]],
    [5120, 25600, [1]],
    [8192, 29568, [1]],
  ])('plans for models of %i and %i channels', (hidden, intermediate, slices) => {
    for (const count of slices) {
      expect(codesOf({}, modelOf(hidden, intermediate), count)).toEqual([
        'info quarot/tensor-parallel',
      ]);
    }
  });

  test('says before any work which size has no transform, and what to do', () => {
    const [residual, down] = issuesOf({}, modelOf(94, 2 * 94));
    expect(residual).toMatchObject({ severity: 'error', code: 'hadamard/no-order' });
    expect(residual?.message).toContain('94 channels');
    expect(residual?.help).toMatch(/88 and 96.*dense random rotation/);
    expect(down?.message).toContain('model.layers.0.mlp.down_proj');
    expect(codesOf({ rotation: 'orthogonal', online: ['query-key'] }, modelOf(94, 94))).toEqual([]);
  });

  test('says what "auto" is, and where slices do not fit', () => {
    const [auto] = issuesOf({}, modelOf(64, 192), 4);
    expect(auto?.message).toContain('"auto" is 4 here');
    expect(auto?.message).toContain('slices of 48');
    expect(codesOf({ tensorParallel: 4 }, modelOf(64, 192), 4)).toEqual([]);
    expect(codesOf({ tensorParallel: 2 }, modelOf(64, 192), 4)).toEqual([
      'warning quarot/tensor-parallel-differs',
    ]);
    expect(codesOf({ tensorParallel: 5 }, modelOf(64, 192))).toEqual([
      'error scheme/tensor-parallel',
    ]);
  });

  test('tells of a head that is tied no longer, and of a cache that stays in float', () => {
    expect(codesOf({ tensorParallel: 1 }, modelOf(64, 64, 8, true))).toEqual([
      'info quarot/unties-head',
    ]);
    expect(codesOf({ targets: 'kv' }, modelOf(94, 94))).toEqual(['warning quarot/float-keys']);
  });

  test.each([
    [{ seed: -1 }, 'quarot: seed is -1'],
    [{ targets: 'weights' }, 'quarot: targets'],
    [{ online: ['value'] }, 'quarot: online'],
    [{ sed: 1 }, 'quarot: sed is not known; did you mean "seed"?'],
    [{ targets: 'kv', seed: 1 }, 'quarot: seed goes with targets "model"'],
  ])('refuses %j', (options, message) => {
    expect(() => quarot(options as never)).toThrow(message);
  });
});
