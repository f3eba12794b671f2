import { rtn } from '@thinkbits/quantizer-rtn';
import {
  type CalibrationNeed,
  completeWeightScheme,
  floatFormats,
  parseShortRecipe,
  presets,
  type Quantizer,
  type RecipeInput,
  ThinkbitsError,
  type Transform,
} from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { calibrated, codec, failing, transform } from '../__fixtures__/stages.js';
import { tinyInfo } from '../__fixtures__/tiny-model.js';
import { planQuantization } from '../index.js';

const model = tinyInfo(); // hidden 32, intermediate 80, heads of 8 channels, two layers
const codes = (
  recipe: RecipeInput,
  pipeline: readonly Quantizer[] = [rtn()],
  of = model,
): string[] =>
  planQuantization(of, recipe, pipeline).issues.map(({ severity, code }) => `${severity} ${code}`);
const w4 = { weights: { bits: 4 } } as const;

describe('the order of a pipeline', () => {
  it.each([
    ['two rounders', w4, [rtn(), failing('x', new Error())], 'error pipeline/two-rounders'],
    ['two KV codecs', { kv: { bits: 4 } }, [codec(), codec()], 'error pipeline/two-kv-codecs'],
    [
      'a transform after the rounder',
      w4,
      [rtn(), transform],
      'error pipeline/transform-after-rounder',
    ],
    [
      'a rounder that needs calibration, without any',
      w4,
      [calibrated],
      'error calibration/missing',
    ],
    [
      'a rounder that answers for drift, calibrated through the float model',
      { ...w4, calibration: { through: 'float' } },
      [{ ...calibrated, needs: { calibration: 'inputs+float' } }],
      'error calibration/no-drift',
    ],
    ['a rounder and no bits', {}, [rtn()], 'error pipeline/rounder-without-scheme'],
    ['a codec and no bits', w4, [rtn(), codec()], 'error pipeline/kv-codec-without-scheme'],
  ])('%s', (_, recipe, pipeline, expected) => {
    expect(codes(recipe as RecipeInput, pipeline as never)).toContain(expected);
  });

  it('takes a KV codec before or after the rounder', () => {
    const recipe = { ...w4, kv: { bits: 4 } } as const;
    expect(codes(recipe, [codec(), rtn()] as never)).toEqual([]);
    expect(codes(recipe, [rtn(), codec()] as never)).toEqual([]);
  });

  it('does not ask for calibration that is there', () => {
    expect(codes({ ...w4, calibration: {} }, [calibrated] as never)).not.toContain(
      'error calibration/missing',
    );
  });

  it('appends rtn where nothing rounds, says so, and records it', () => {
    const plan = planQuantization(model, w4, []);
    expect(plan.issues).toMatchObject([{ severity: 'info', code: 'pipeline/default-rounder' }]);
    expect(plan.pipeline.map(({ id }) => id)).toEqual(['rtn']);
    expect(plan.recipe.pipeline).toMatchObject([{ use: 'rtn' }]);
    expect(planQuantization(model, { kv: { bits: 3 } }, []).pipeline).toEqual([]);
  });
});

describe('bits that stand in two places', () => {
  it('takes those of a factory where the recipe has none', () => {
    const plan = planQuantization(model, {}, [rtn({ bits: 3 })]);
    expect(plan.issues).toEqual([]);
    expect(plan.recipe.weights).toEqual(completeWeightScheme({ bits: 3 }));
    expect(plan.schemes.linears.get('model.layers.1.mlp.down_proj')?.weight?.bits).toBe(3);
    expect(plan.schemes.linears.has('lm_head')).toBe(false);
  });

  it('rounds on the grid that a method of the pipeline brings along', () => {
    const awq = { ...transform, id: 'awq' };
    expect(planQuantization(model, w4, [awq, rtn()]).recipe.weights?.range).toBe('min-max');
    const said = { weights: { bits: 4, range: 'zero-inclusive' } } as const;
    expect(planQuantization(model, said, [awq, rtn()]).recipe.weights?.range).toBe(
      'zero-inclusive',
    );
  });

  it('records equal work equally', () => {
    const inRecipe = planQuantization(model, w4, [rtn({ clipSearch: true })]).recipe;
    expect(planQuantization(model, {}, [rtn({ bits: 4, clipSearch: true })]).recipe).toEqual(
      inRecipe,
    );
    expect(planQuantization(model, inRecipe, [rtn({ clipSearch: true })]).recipe).toEqual(inRecipe);
    expect(inRecipe.pipeline).toMatchObject([{ use: 'rtn', clipSearch: { norm: 2.4 } }]);
  });

  it('refuses two that differ, and lets rules make exceptions', () => {
    expect(codes(w4, [rtn({ bits: 3 })] as never)).toEqual(['error pipeline/bits-conflict']);
    expect(codes(w4, [rtn({ bits: 4 })] as never)).toEqual([]);
    expect(codes({ weights: { bits: 4, group: 16 } }, [rtn({ bits: 4 })] as never)).toEqual([]);
    expect(
      codes({ weights: { bits: 4, group: 16 } }, [rtn({ bits: 4, group: 8 })] as never),
    ).toEqual(['error pipeline/scheme-conflict']);
    const rules = [{ match: 'down_proj', scheme: { weight: { bits: 8 } } }] as const;
    expect(codes({ ...w4, rules }, [rtn({ bits: 4 })] as never)).toEqual([]);
    const kv = parseShortRecipe('rtn:kv3').kv;
    expect(codes({ kv: { bits: 4 } }, [codec(kv)] as never)).toEqual([
      'error pipeline/bits-conflict',
      'error pipeline/bits-conflict',
    ]);
  });
});

describe('transforms', () => {
  const stage = (id: string, claims: Transform['claims'], calibration: CalibrationNeed = 'none') =>
    ({
      specificationVersion: 'v1',
      role: 'transform',
      id,
      options: {},
      needs: { calibration },
      ...(claims && { claims }),
      plan: () => ({ issues: [], peakBytes: 0, flops: 0 }),
      propose: async () => ({ edits: [] }),
    }) satisfies Transform;
  const turn = stage('turn', { residualStream: true, online: ['query-key'] });
  const look = stage('look', undefined, 'input-statistics');
  const calibration = { calibration: { source: 'text.txt' } };

  it('that look at activations stand after one that turns the residual stream', () => {
    expect(codes({ ...w4, ...calibration }, [look, turn, rtn()])).toEqual([
      'error transform/seen-before-rotation',
    ]);
    expect(codes({ ...w4, ...calibration }, [turn, look, rtn()])).toEqual([
      'info transform/after-rotation',
    ]);
    expect(codes({ ...w4, ...calibration }, [look, rtn()])).toEqual([]);
  });

  it('cannot move scales across a map that acts in between', () => {
    const maps = stage('maps', { online: ['qkv-input', 'down-input'] });
    const scales = stage('scales', { folds: ['qkv-input'] });
    expect(codes(w4, [maps, scales, rtn()])).toEqual(['error transform/fold-behind-map']);
    expect(codes(w4, [scales, maps, rtn()])).toEqual([]);
    expect(codes(w4, [maps, stage('elsewhere', { folds: ['gate-up-input'] }), rtn()])).toEqual([]);
  });

  it('cannot both turn the residual stream, or both act at one site', () => {
    expect(codes(w4, [turn, stage('other', { residualStream: true }), rtn()])).toEqual([
      'error transform/two-rotations',
    ]);
    expect(codes(w4, [turn, stage('other', { online: ['query-key'] }), rtn()])).toEqual([
      'error transform/shared-site',
    ]);
    expect(codes(w4, [turn, stage('other', { online: ['down-input'] }), rtn()])).toEqual([]);
    const early = { key: { bits: 4 }, rope: 'before' } as const;
    expect(codes({ kv: early }, [turn])).toContain('error kv/mapped-keys');
  });
});

describe('dimensions', () => {
  it('refuses a group that is larger than a row, once for all linears that share the row', () => {
    const { issues } = planQuantization(model, { weights: { bits: 4, group: 64 } }, [rtn()]);
    expect(issues.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'error group/larger-than-row',
      'info group/ragged',
    ]);
    expect(issues[0]?.message).toContain('12 linears (model.layers.0.self_attn.q_proj, …)');
    expect(issues[1]?.message).toContain('16 columns'); // 80 = 64 + 16
  });

  it('refuses what does not divide', () => {
    // keys and values alike
    const both = ['error kv/group', 'error kv/group'];
    expect(codes({ kv: { bits: 4, group: 3 } }, [])).toEqual(both);
    expect(codes({ kv: { bits: 4, group: 4 } }, [])).toEqual([]);
    expect(codes({ ...w4, activations: { bits: 8, tensorParallel: 3 } })).toEqual([
      'error scheme/tensor-parallel',
      'error scheme/tensor-parallel',
    ]);
    expect(codes({ ...w4, activations: { bits: 8, tensorParallel: 4 } })).toEqual([]);
  });

  it('gives weights of o_proj and down_proj a scale per slice of their activations', () => {
    type Given = Required<RecipeInput>;
    const groups = (weights: Given['weights'], rules: Given['rules'] = []) => {
      const activations = { bits: 8, tensorParallel: 4 } as const;
      const { schemes } = planQuantization(model, { weights, activations, rules }, [rtn()]);
      return ['q_proj', 'o_proj', 'gate_proj', 'down_proj'].map(
        (name) => [...schemes.linears].find(([linear]) => linear.endsWith(name))?.[1].weight?.group,
      );
    };
    expect(groups({ bits: 4 })).toEqual(['channel', 8, 'channel', 20]);
    expect(groups({ bits: 4, group: 16 })).toEqual([16, 16, 16, 16]);
    const wholeRows = { match: 'down_proj', scheme: { weight: { bits: 4, group: 80 } } } as const;
    expect(groups({ bits: 4 }, [wholeRows])).toEqual(['channel', 8, 'channel', 80]);
  });

  it('refuses what the cache cannot store', () => {
    const channels = { bits: 4, axis: 'channel' } as const;
    expect(codes({ kv: { key: channels } }, [])).toEqual(['error kv/static-grid']);
    const groups = { key: { ...channels, group: 32 }, window: 48 } as const;
    expect(codes({ kv: groups }, [])).toEqual(['error kv/window']);
    expect(codes({ kv: { ...groups, window: 64 } }, [])).toEqual([]);
    const clipped = { bits: 4, range: 'float-minimum', clip: 0.9 } as const;
    expect(codes({ kv: { value: clipped } }, [])).toEqual(['error kv/range']);
    expect(codes({ kv: { key: { bits: 4 }, rope: 'before' } }, [])).toEqual([]);
  });

  it.each([
    ['bits', { bits: 8, float: floatFormats.mxfp4 }],
    ['groups', { bits: 4, group: 16, float: floatFormats.mxfp4 }],
    ['whole rows', { bits: 4, group: 'channel', float: floatFormats.nvfp4 }],
    ['asymmetry', { bits: 4, symmetric: false, float: floatFormats.mxfp4 }],
    ['a scale rule', { bits: 8, float: { ...floatFormats.fp8, scaleRule: 'round' } }],
  ])('refuses %s that a float format does not have', (_, weights) => {
    expect(codes({ weights } as RecipeInput)).toContain('error scheme/float-format');
  });

  it('takes float formats as they are, with ragged last blocks of weights', () => {
    const mxfp4 = { bits: 4, float: floatFormats.mxfp4 } as const;
    // 80 inputs of down_proj in blocks of 32
    expect(codes({ weights: mxfp4 })).toEqual(['info group/ragged']);
    expect(codes({ weights: { bits: 4, float: floatFormats.nvfp4 } })).toEqual([]);
    expect(codes({ weights: { bits: 8, float: floatFormats.fp8, group: 'tensor' } })).toEqual([]);
  });

  it('refuses the MXFP4 row of the paper where blocks of 32 divide neither heads nor inputs', () => {
    const of = codes(presets['paper/mxfp4-w4a4kv4'] as RecipeInput);
    expect(of).toContain('error kv/group');
    expect(of).toContain('error scheme/activation-group');
  });

  it('refuses blocks of activations that do not divide what a linear reads', () => {
    const activations = { bits: 4, float: floatFormats.mxfp4 } as const;
    expect(codes({ ...w4, activations })).toContain('error scheme/activation-group');
    const fp8 = { bits: 8, float: floatFormats.fp8 } as const;
    expect(codes({ ...w4, activations: fp8 })).toEqual([]);
  });

  it('refuses different activation schemes of one activation', () => {
    const rules = [{ match: 'k_proj', scheme: { weight: { bits: 4 } } }] as const;
    expect(codes({ ...w4, activations: { bits: 8 }, rules })).toEqual([
      'error scheme/shared-input',
      'error scheme/shared-input',
    ]);
  });
});

describe('what is worth saying', () => {
  it('names a rule that matches nothing, and every other problem beside it', () => {
    const rules = [{ match: 'dwon_proj', scheme: 'skip' }] as const;
    const { issues } = planQuantization(model, { weights: { bits: 4, group: 64 }, rules }, [rtn()]);
    expect(issues.map(({ code }) => code)).toEqual([
      'recipe/rule-matches-nothing',
      'group/larger-than-row',
      'group/ragged',
    ]);
    expect(issues[0]?.help).toContain('down_proj');
  });

  it('tells of a tied head, of integer activations over float weights, and of an empty recipe', () => {
    const head = { rules: [{ match: 'lm_head', scheme: { weight: { bits: 8 } } }] } as const;
    expect(codes(head, undefined, tinyInfo({ tied: true }))).toEqual(['info head/tied']);
    expect(codes(head)).toEqual([]);
    expect(codes({ activations: { bits: 8 } }, [])).toEqual(['warning activations/float-weights']);
    expect(codes({}, [])).toEqual(['warning recipe/empty']);
  });

  it('throws for a recipe that is none', () => {
    const wrong = () => planQuantization(model, { weights: { bits: 9 as never } });
    expect(wrong).toThrow(ThinkbitsError);
    expect(wrong).toThrow('weights.bits is 9');
  });
});

describe('bytes', () => {
  it('counts packed codes, scales and zero points', () => {
    const rules = ['q_proj', 'k_proj', 'v_proj', 'o_proj', 'gate_proj', 'up_proj'].map((match) => ({
      match,
      scheme: 'skip' as const,
    }));
    const plan = planQuantization(
      model,
      { weights: { bits: 3, group: 32, symmetric: true }, rules },
      [rtn()],
    );
    // down_proj [32, 80] of two layers: 3 · 80 bits = 8 words, 3 groups, int64 [2]
    expect(plan.packedBytes).toBe(2 * (32 * (8 * 4 + 3 * 4) + 16));
    expect(plan.floatBytes).toBe(2 * 32 * 80 * 2);
    expect(plan.diskBytes).toBe(model.parameters * 2 - plan.floatBytes + plan.packedBytes);
    expect(plan.peakBytes).toBeGreaterThan(32 * 80 * 4);
    expect(plan.estimatedSeconds).toBeGreaterThan(0);
  });

  it('stores a tied table once', () => {
    const tied = tinyInfo({ tied: true });
    const plan = planQuantization(
      tied,
      { rules: [{ match: 'lm_head', scheme: { weight: { bits: 8 } } }] },
      [rtn()],
    );
    const table = 64 * 32;
    expect(plan.packedBytes).toBe(table + 64 * 8 + 16);
    expect(plan.diskBytes).toBe(2 * (tied.parameters - table) + plan.packedBytes);
  });
});
