import type { Quantizer, QuantizerModule, Recipe, RecipeStage } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { resolvePackage } from './resolve-package.js';

/** The quantizer package of a name. */
export async function resolveQuantizer(name: string, directory: string): Promise<QuantizerModule> {
  return (await resolvePackage(name, 'quantizer', directory)) as QuantizerModule;
}

/** Makes one member of a pipeline; its options are held against the package's own schema. */
export async function resolveStage(stage: RecipeStage, directory: string): Promise<Quantizer> {
  const { use, ...options } = stage;
  const { optionsSchema, create } = await resolveQuantizer(use, directory);
  validate(optionsSchema, options, `options of "${use}"`, { code: 'recipe/bad-options' });
  return create(options as never);
}

/** The objects that a recipe's pipeline names, in its order. */
export async function resolvePipeline(
  recipe: Pick<Recipe, 'pipeline'>,
  directory: string,
): Promise<Quantizer[]> {
  return Promise.all(recipe.pipeline.map((stage) => resolveStage(stage, directory)));
}
