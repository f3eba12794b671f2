import { describe, expect, it } from 'vitest';
import { completeRecipe } from './complete-recipe.js';
import { parseShortRecipe } from './parse-short-recipe.js';
import { presets } from './presets.js';
import type { RecipeInput } from './recipe.js';
import { ThinkbitsError } from './thinkbits-error.js';

const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (ThinkbitsError.isInstance(error)) return `${error.code} ${error.message} ${error.help}`;
    throw error;
  }
  throw new Error('no error');
};

describe('parseShortRecipe', () => {
  it('spells out every default', () => {
    expect(parseShortRecipe('rtn:w4g128')).toEqual({
      pipeline: [{ use: 'rtn' }],
      weights: { bits: 4, group: 128, symmetric: false, range: 'zero-inclusive' },
      rules: [],
      seed: 0,
    });
  });

  it('takes the parts of a scheme in any order', () => {
    expect(parseShortRecipe('rtn:kv4symg64w3')).toEqual(parseShortRecipe('rtn:w3g64symkv4'));
  });

  it('reads keys and values apart', () => {
    const { kv } = parseShortRecipe('rtn:k4v3');
    expect([kv?.key?.bits, kv?.value?.bits, kv?.window, kv?.rope]).toEqual([4, 3, 0, 'after']);
  });

  it('quantizes the cache alone without a rounder', () => {
    expect(parseShortRecipe('rtn:kv3').pipeline).toEqual([]);
    expect(parseShortRecipe('rtn:kv3').weights).toBeUndefined();
  });

  it('appends rtn where no rounder is named', () => {
    expect(parseShortRecipe('awq:w4g128').pipeline).toEqual([{ use: 'awq' }, { use: 'rtn' }]);
    expect(parseShortRecipe('awq+gptq:w4g128').pipeline).toEqual([{ use: 'awq' }, { use: 'gptq' }]);
  });

  it('rounds on the grid that a method brings along', () => {
    expect(parseShortRecipe('awq:w4g128').weights?.range).toBe('min-max');
    const { weights, rules } = parseShortRecipe('smoothquant+awq+gptq:w4g128head8');
    expect(weights?.range).toBe('min-max');
    expect(rules).toMatchObject([{ scheme: { weight: { bits: 8, range: 'min-max' } } }]);
    expect(parseShortRecipe('gptq:w4g128').weights?.range).toBe('zero-inclusive');
  });

  it('quantizes the head only when asked', () => {
    expect(parseShortRecipe('rtn:w4g64head8').rules).toEqual([
      {
        match: 'lm_head',
        scheme: { weight: { bits: 8, group: 64, symmetric: false, range: 'zero-inclusive' } },
      },
    ]);
  });

  it('rounds what a quantized head reads as what other linears read', () => {
    const { activations, rules } = parseShortRecipe('rtn:w4a8head8');
    expect(rules).toMatchObject([{ match: 'lm_head', scheme: { activation: activations } }]);
    expect(parseShortRecipe('rtn:w4a8').rules).toEqual([]);
  });

  it('takes a float format where bits stand, and alone for weights', () => {
    const mxfp4 = { element: 'e2m1', scale: 'e8m0', scaleRule: 'floor' };
    const { weights, activations, rules } = parseShortRecipe('gptq:mxfp4amxfp8headfp8');
    expect(weights).toEqual({
      bits: 4,
      group: 32,
      symmetric: true,
      range: 'zero-inclusive',
      float: mxfp4,
    });
    expect(activations).toMatchObject({ bits: 8, group: 32, symmetric: true });
    expect(rules[0]?.scheme).toMatchObject({ weight: { bits: 8, group: 'channel' } });
    const { kv } = parseShortRecipe('rtn:kmxfp4v4');
    expect(kv?.key).toMatchObject({ bits: 4, group: 32, symmetric: true, float: mxfp4 });
    expect(kv?.value).toMatchObject({ bits: 4, group: 'head', symmetric: false });
    expect(kv?.value?.float).toBeUndefined();
    expect(parseShortRecipe('rtn:mxfp4amxfp4kvmxfp4')).toEqual(
      completeRecipe(presets['paper/mxfp4-w4a4kv4'] as RecipeInput),
    );
    expect(parseShortRecipe('rtn:wnvfp4').weights).toMatchObject({ bits: 4, group: 16 });
    expect(parseShortRecipe('rtn:fp8tensor').weights?.group).toBe('tensor');
    expect(parseShortRecipe('rtn:fp8g64sym').weights?.group).toBe(64);
  });

  it('none is no change', () => {
    expect(parseShortRecipe('none')).toEqual({ pipeline: [], rules: [], seed: 0 });
  });

  it.each([
    ['rtn:q4', 'recipe/syntax'],
    ['rtn:w4w3', 'recipe/syntax'],
    ['rtn:', 'recipe/syntax'],
    ['rtn:g64', 'recipe/syntax'],
    ['rtn:w4g0', 'recipe/syntax'],
    ['+rtn:w4', 'recipe/syntax'],
    ['rtn:mxfp4g64', 'recipe/syntax'],
    ['rtn:mxfp4channel', 'recipe/syntax'],
    ['rtn:fp8asym', 'recipe/syntax'],
    ['rtn:w4mxfp4', 'recipe/syntax'],
    ['rtn:w1', 'recipe/bits'],
    ['rtn:w16', 'recipe/bits'],
    ['rtn:kv1', 'recipe/kv-bits'],
  ])('refuses %s', (text, expected) => {
    expect(code(() => parseShortRecipe(text))).toContain(expected);
  });

  it('names the value and a near form', () => {
    expect(code(() => parseShortRecipe('rtn:vk4'))).toMatch(/"vk4".*kv4/s);
    expect(code(() => parseShortRecipe('rtn:kv1'))).toContain('kv1 asks for 1 bits');
  });
});
