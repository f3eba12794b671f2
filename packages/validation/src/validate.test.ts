import { recipeSchema, ThinkbitsError } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { validate } from './validate.js';

/** The message of the error that a recipe gives. */
function messageOf(value: unknown, schema = recipeSchema): string {
  try {
    validate(schema, value, 'recipe.json');
  } catch (error) {
    if (ThinkbitsError.isInstance(error)) return error.message;
    throw error;
  }
  return 'accepted';
}

describe('validate', () => {
  test('returns the value itself when it is accepted', () => {
    const recipe = { weights: { bits: 4, group: 128 } };
    expect(validate(recipeSchema, recipe, 'recipe.json')).toBe(recipe);
  });

  test.each([
    [{ weights: { bits: 9 } }, 'recipe.json: weights.bits is 9; it must be at most 8.'],
    [{ weights: { bits: '4' } }, 'recipe.json: weights.bits is "4"; it must be a whole number.'],
    [{ weights: {} }, 'recipe.json: weights.bits is missing.'],
    [{ wieghts: { bits: 4 } }, 'recipe.json: wieghts is not known; did you mean "weights"?'],
    [
      { weights: { bits: 4, group: 'row' } },
      'recipe.json: weights.group is "row"; it must be a whole number or one of "channel", "tensor".',
    ],
    [
      { weights: { bits: 4, group: 0 } },
      'recipe.json: weights.group is 0; it must be at least 1 or one of "channel", "tensor".',
    ],
    [{ kv: { bits: 5 } }, 'recipe.json: kv.bits is 5; it must be one of 2, 3, 4, 8.'],
    [
      { rules: [{ match: 'o_proj', scheme: { weight: { bits: 1 } } }] },
      'recipe.json: rules[0].scheme.weight.bits is 1; it must be at least 2.',
    ],
    [
      { rules: [{ match: 'o_proj', scheme: { wieght: {} } }] },
      'recipe.json: rules[0].scheme.wieght is not known; did you mean "weight"?',
    ],
    [7, 'recipe.json: the value is 7; it must be an object.'],
    [{ kv: { bits: 4, clip: 0 } }, 'recipe.json: kv.clip is 0; it must be more than 0.'],
  ])('%j', (recipe, message) => {
    expect(messageOf(recipe)).toBe(message);
  });

  test('lists every problem when there are several', () => {
    expect(messageOf({ weights: { bits: 9, symetric: true }, seed: -1 })).toBe(
      [
        'recipe.json: 3 problems:',
        '- weights.symetric is not known; did you mean "symmetric"?',
        '- weights.bits is 9; it must be at most 8',
        '- seed is -1; it must be at least 0',
      ].join('\n'),
    );
  });

  test('carries the code, the help and the problems', () => {
    const run = () =>
      validate({ type: 'object', required: ['answer'] }, {}, 'line 3', {
        code: 'benchmark/bad-row',
        help: 'See the row schema.',
      });
    expect(run).toThrow(
      expect.objectContaining({
        code: 'benchmark/bad-row',
        category: 'input',
        help: 'See the row schema.',
        details: { problems: [{ path: 'answer', text: 'answer is missing' }] },
      }),
    );
  });

  test('cuts long values short', () => {
    const message = messageOf({ seed: 'x'.repeat(1000) });
    expect(message).toMatch(/^recipe\.json: seed is "x+…; it must be a whole number\.$/);
    expect(message.length).toBeLessThan(120);
  });

  test('schemas that share an $id do not disturb each other', () => {
    expect(messageOf(3, { $id: 'same', type: 'number' })).toBe('accepted');
    expect(messageOf(3, { $id: 'same', type: 'string' })).toMatch(/it must be a text/);
  });

  test('a schema with an unknown keyword is refused', () => {
    expect(() => validate({ mnimum: 3 }, 4, 'value')).toThrow(/mnimum/);
  });
});
