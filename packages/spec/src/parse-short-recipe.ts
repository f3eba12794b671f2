import { completeRecipe } from './complete-recipe.js';
import {
  type FloatFormat,
  type FloatFormatName,
  floatBlocks,
  floatElementBits,
  floatFormats,
} from './float-format.js';
import { nearestName } from './nearest-name.js';
import type { Recipe, RecipeInput } from './recipe.js';
import type { KvBits, WeightBits, WeightScheme } from './scheme.js';
import { ThinkbitsError } from './thinkbits-error.js';

const formats = Object.keys(floatFormats) as FloatFormatName[];
const forms = [
  'w4',
  'a8',
  'kv4',
  'k4v3',
  'g128',
  'head8',
  'channel',
  'tensor',
  'sym',
  'asym',
].concat(formats);
const width = `(\\d+|${formats.join('|')})`;
/**
 * One term of a scheme; terms follow each other without separators, in any order. A format stands where bits
 * stand, and alone for weights.
 */
const term = new RegExp(
  `^(?:k${width}v${width}|kv${width}|head${width}|w${width}|a${width}|g(\\d+)|(channel|tensor|asym|sym)|(${formats.join('|')}))`,
);
/** Methods that only concern the cache or only edit weights, and so are no rounders. */
const methodName = /^[a-z0-9@][a-z0-9@/._-]*$/i;

function refuse(text: string, what: string, help: string): never {
  throw new ThinkbitsError({
    code: 'recipe/syntax',
    message: `Recipe "${text}": ${what}`,
    help,
    details: { recipe: text },
  });
}

function bits(text: string, name: string, value: string, allowed: readonly number[]): number {
  const width = Number(value);
  if (!allowed.includes(width)) {
    throw new ThinkbitsError({
      code: name.startsWith('k') || name === 'v' ? 'recipe/kv-bits' : 'recipe/bits',
      message: `Recipe "${text}": ${name}${value} asks for ${value} bits.`,
      help: `${name} takes ${allowed.join(', ')}; leave it out to keep 16-bit float.`,
      details: { recipe: text, bits: width },
    });
  }
  return width;
}

const isFormat = (value: string): value is FloatFormatName => Object.hasOwn(floatFormats, value);

/** A format that fixes its block takes no group, and no float has a zero point. */
function checkShape(
  text: string,
  format: FloatFormatName,
  { group, symmetric }: Partial<WeightScheme>,
): void {
  const block = floatBlocks[floatFormats[format].scale];
  if (block !== undefined && group !== undefined && group !== block) {
    const help = 'Leave the group out, or take fp8, which goes with any group.';
    refuse(text, `${format} has blocks of ${block}, not ${group}.`, help);
  }
  if (symmetric === false) {
    refuse(text, `${format} is symmetric: floats have no zero point.`, 'Leave asym out.');
  }
}

const weightWidths = [2, 3, 4, 5, 6, 7, 8];
const kvWidths = [2, 3, 4, 8];

/** Scheme terms of a short recipe, each seen at most once. */
function parseScheme(
  text: string,
  scheme: string,
): Pick<RecipeInput, 'weights' | 'activations' | 'kv' | 'rules'> {
  const seen = new Map<string, string>();
  const take = (key: string, value: string): void => {
    if (seen.has(key))
      refuse(text, `"${key}" is given twice.`, 'Give each part of the scheme once.');
    seen.set(key, value);
  };
  for (let rest = scheme; rest !== ''; ) {
    const match = term.exec(rest);
    if (!match) {
      const near = nearestName(rest, forms);
      refuse(
        text,
        `"${rest}" is not a scheme.`,
        `${near ? `Did you mean "${near}"? ` : ''}A scheme is made of ${forms.join(', ')}.`,
      );
    }
    const [whole, key, value, both, head, weight, activation, group, word, format] = match;
    if (key !== undefined) {
      take('k', key);
      take('v', value as string);
    } else if (both !== undefined) {
      take('k', both);
      take('v', both);
    } else if (head !== undefined) take('head', head);
    else if (weight !== undefined) take('w', weight);
    else if (activation !== undefined) take('a', activation);
    else if (group !== undefined) take('group', group);
    else if (format !== undefined) take('w', format);
    else if (word === 'channel' || word === 'tensor') take('group', word);
    else take('symmetric', word as string);
    rest = rest.slice(whole.length);
  }
  const get = (key: string) => seen.get(key);
  const group = get('group');
  const size = group === 'channel' || group === 'tensor' ? group : Number(group);
  if (group !== undefined && typeof size === 'number' && size < 1) {
    refuse(
      text,
      `g${group} is not a group size.`,
      'A group is a positive number of input columns, for example g128.',
    );
  }
  const w = get('w');
  const shape: Partial<Pick<WeightScheme, 'group' | 'symmetric'>> = {
    ...(group !== undefined && { group: size }),
    ...(get('symmetric') !== undefined && { symmetric: get('symmetric') === 'sym' }),
  };
  const headBits = get('head');
  if (Object.keys(shape).length > 0 && w === undefined && headBits === undefined) {
    refuse(
      text,
      'a group or symmetry speaks of weights, and no weight bits are given.',
      'Add weight bits, for example w4.',
    );
  }
  const width = (name: string, value: string) =>
    isFormat(value)
      ? { bits: floatElementBits[floatFormats[value].element], float: floatFormats[value] }
      : { bits: bits(text, name, value, weightWidths) as WeightBits };
  const weight = (name: string, value: string) => {
    if (isFormat(value)) checkShape(text, value, shape);
    return { ...width(name, value), ...shape };
  };
  const cache = (name: string) => {
    const value = get(name);
    if (value === undefined) return undefined;
    if (isFormat(value)) return width(name, value) as { bits: KvBits; float: FloatFormat };
    const of = name === 'k' && value === get('v') ? 'kv' : name;
    return { bits: bits(text, of, value, kvWidths) as KvBits };
  };
  const a = get('a');
  const k = cache('k');
  const v = cache('v');
  const activations = a === undefined ? undefined : width('a', a);
  return {
    ...(w !== undefined && { weights: weight('w', w) }),
    ...(activations && { activations }),
    ...(k && v && { kv: { key: k, value: v } }),
    // a quantized head is a linear like the others: what it reads is rounded as what they read
    ...(headBits !== undefined && {
      rules: [
        {
          match: 'lm_head',
          scheme: {
            weight: weight('head', headBits),
            ...(activations && { activation: activations }),
          },
        },
      ],
    }),
  };
}

/** Whether a method rounds weights, as this project knows its own. */
const roundsWeights = (method: string): boolean => ['rtn', 'gptq', 'gptaq'].includes(method);

/**
 * Parses `METHOD[+METHOD…][:SCHEME]` or `none` (interface.md §1) into a complete recipe, by general defaults:
 * {@link readShortRecipe} leaves them to who knows the methods.
 * @param isRounder whether a method rounds weights; only apps know, the default knows the methods of this project
 * @throws ThinkbitsError `recipe/syntax`, `recipe/bits`, `recipe/kv-bits`
 */
export function parseShortRecipe(text: string, isRounder = roundsWeights): Recipe {
  return completeRecipe(readShortRecipe(text, isRounder));
}

/**
 * Reads `METHOD[+METHOD…][:SCHEME]` or `none` (interface.md §1): what the text says, nothing more.
 *
 * The last method rounds; `rtn` is appended where the caller says that none of them does.
 * @param isRounder whether a method rounds weights; only apps know, the default knows the methods of this project
 * @throws ThinkbitsError `recipe/syntax`, `recipe/bits`, `recipe/kv-bits`
 */
export function readShortRecipe(text: string, isRounder = roundsWeights): RecipeInput {
  if (text === 'none') return {};
  const colon = text.indexOf(':');
  const methods = (colon < 0 ? text : text.slice(0, colon)).split('+');
  const wrong = methods.find((method) => !methodName.test(method));
  if (wrong !== undefined) {
    refuse(
      text,
      `"${wrong}" is not the name of a method.`,
      'Write METHOD[+METHOD…][:SCHEME], for example rtn:w4g128.',
    );
  }
  if (colon >= 0 && colon === text.length - 1) {
    refuse(text, 'the scheme after ":" is empty.', `A scheme is made of ${forms.join(', ')}.`);
  }
  const scheme = colon < 0 ? {} : parseScheme(text, text.slice(colon + 1));
  const rounds = scheme.weights !== undefined || scheme.rules !== undefined;
  const pipeline = methods
    .filter((method) => rounds || colon < 0 || !isRounder(method))
    .map((use) => ({ use }));
  if (rounds && !methods.some(isRounder)) pipeline.push({ use: 'rtn' });
  return { pipeline, ...scheme };
}
