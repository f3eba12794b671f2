import { completeRecipe, type Recipe, type RecipeInput, recipeSchema } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/**
 * Checks a recipe and spells out its defaults. Keys with the value `undefined` count as absent.
 * @param methods stages that are given as objects: they stand where the recipe names none, since some bring
 *   defaults of their own
 * @throws ThinkbitsError `recipe/invalid`
 */
export function readRecipe(input: RecipeInput, methods: readonly string[] = []): Recipe {
  // A recipe is JSON: through it, what is undefined cannot overwrite a default.
  const plain: unknown = JSON.parse(JSON.stringify(input));
  const recipe = validate<RecipeInput>(recipeSchema, plain, 'recipe', { code: 'recipe/invalid' });
  if (recipe.pipeline?.length) return completeRecipe(recipe);
  return completeRecipe({ ...recipe, pipeline: methods.map((use) => ({ use })) });
}
