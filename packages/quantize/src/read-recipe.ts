import { completeRecipe, type Recipe, type RecipeInput, recipeSchema } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/**
 * Checks a recipe and spells out its defaults. Keys with the value `undefined` count as absent.
 * @throws ThinkbitsError `recipe/invalid`
 */
export function readRecipe(input: RecipeInput): Recipe {
  // A recipe is JSON: through it, what is undefined cannot overwrite a default.
  const plain: unknown = JSON.parse(JSON.stringify(input));
  return completeRecipe(
    validate<RecipeInput>(recipeSchema, plain, 'recipe', { code: 'recipe/invalid' }),
  );
}
