import { basename } from 'node:path';
import {
  completeRecipe,
  type KvLayout,
  nearestName,
  presets,
  type Quantizer,
  type Recipe,
  type RecipeInput,
  readShortRecipe,
  recipeSchema,
  ThinkbitsError,
} from '@thinkbits/spec';
import { parseJson, validate } from '@thinkbits/validation';
import { resolveQuantizer, resolveStage } from './quantizer.js';
import { readText } from './read-text.js';

const knownRounders = ['rtn', 'gptq', 'gptaq'];
/** What a recipe may name although it is not installed: reading a recipe needs no quantizer, running it does. */
const knownMethods = new Set([
  ...knownRounders,
  ...Object.values(presets).flatMap(({ pipeline = [] }) => pipeline.map(({ use }) => use)),
]);

/** A recipe, and the name by which people speak of it. */
export interface NamedRecipe {
  readonly name: string;
  readonly recipe: Recipe;
}

async function fromFile(text: string, directory: string): Promise<RecipeInput> {
  const content = await readText(text, directory, {
    code: 'recipe/not-found',
    what: 'recipe file',
    help: 'Check the path, or use a short form such as rtn:w4g128.',
  });
  return validate<RecipeInput>(recipeSchema, parseJson(content, text), text, {
    code: 'recipe/invalid',
    help: 'thinkbits recipe SHORT_FORM prints a complete recipe to start from.',
  });
}

async function fromShortForm(text: string, directory: string): Promise<RecipeInput> {
  const methods = text === 'none' ? [] : (text.split(':')[0] as string).split('+');
  const roles = new Map<string, Quantizer['role'] | undefined>();
  for (const method of methods.filter(Boolean)) roles.set(method, await roleOf(method, directory));
  return readShortRecipe(text, (method) => {
    const role = roles.get(method);
    return role === undefined ? knownRounders.includes(method) : role === 'rounder';
  });
}

/** Asked of the package itself; undefined for methods of this project that are not installed, or need options. */
async function roleOf(method: string, directory: string): Promise<Quantizer['role'] | undefined> {
  try {
    const { create } = await resolveQuantizer(method, directory);
    return create({} as never).role;
  } catch (error) {
    const missing = ThinkbitsError.isInstance(error) && error.code === 'quantizer/not-found';
    if (missing && !knownMethods.has(method)) throw error;
    return undefined;
  }
}

/** How the KV codec of a pipeline stores what a recipe does not spell out; nothing for codecs that cannot be made. */
async function layoutOf(
  { kv, pipeline = [] }: RecipeInput,
  directory: string,
): Promise<KvLayout | undefined> {
  if (!kv) return undefined;
  for (const stage of pipeline) {
    const made = await resolveStage(stage, directory).catch(() => undefined);
    if (made?.role === 'kv-codec') return made.layout;
  }
  return undefined;
}

/** Spells out what a recipe leaves to the defaults of its stages, and then to the general ones. */
export async function completeNamedRecipe(recipe: RecipeInput, directory: string): Promise<Recipe> {
  return completeRecipe(recipe, await layoutOf(recipe, directory));
}

/**
 * What a RECIPE of the command line stands for: a preset `paper/NAME`, a JSON file, or a short form.
 * @throws ThinkbitsError `recipe/unknown-preset`, `recipe/not-found`, `recipe/invalid`, `recipe/syntax`, `recipe/bits`
 */
export async function resolveRecipe(text: string, directory: string): Promise<NamedRecipe> {
  const preset = Object.hasOwn(presets, text) ? presets[text] : undefined;
  if (preset) return { name: text, recipe: await completeNamedRecipe(preset, directory) };
  if (text.startsWith('paper/') && !text.endsWith('.json')) {
    const near = nearestName(text, Object.keys(presets));
    throw new ThinkbitsError({
      code: 'recipe/unknown-preset',
      message: `There is no preset "${text}".`,
      help: `${near ? `Did you mean "${near}"? ` : ''}Presets: ${Object.keys(presets).join(', ')}.`,
      details: { preset: text },
    });
  }
  const isFile = text.endsWith('.json');
  const read = isFile ? await fromFile(text, directory) : await fromShortForm(text, directory);
  const name = isFile ? basename(text, '.json') : text;
  return { name, recipe: await completeNamedRecipe(read, directory) };
}
