import {
  completeRecipe,
  type Quantizer,
  type Recipe,
  type RecipeInput,
  recipeSchema,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { findKvCodec } from './plan/complete-pipeline.js';

/**
 * Checks a recipe and spells out its defaults. Keys with the value `undefined` count as absent.
 * @param pipeline stages that are given as objects, which bring defaults of their own: they stand where the recipe names none
 * @throws ThinkbitsError `recipe/invalid`
 */
export function readRecipe(input: RecipeInput, pipeline: readonly Quantizer[] = []): Recipe {
  // A recipe is JSON: through it, what is undefined cannot overwrite a default.
  const plain: unknown = JSON.parse(JSON.stringify(input));
  const recipe = validate<RecipeInput>(recipeSchema, plain, 'recipe', { code: 'recipe/invalid' });
  const { layout } = findKvCodec(pipeline) ?? {};
  if (recipe.pipeline?.length) return completeRecipe(recipe, layout);
  return completeRecipe({ ...recipe, pipeline: pipeline.map(({ id }) => ({ use: id })) }, layout);
}
