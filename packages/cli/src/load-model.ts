import type { Checkpoint, ModelDescription } from '@thinkbits/checkpoint';
import type { Model } from '@thinkbits/inference';
import { type Recipe, startRun } from '@thinkbits/spec';
import { findCalibration } from './calibration/find-calibration.js';
import { chooseBackend } from './choose-backend.js';
import { describePlace, locateModel, openModel } from './resolve/model.js';
import { resolvePipeline } from './resolve/quantizer.js';
import { type NamedRecipe, resolveRecipe } from './resolve/recipe.js';
import type { Session } from './session.js';

/** A model's files and the name people call it by. */
export interface NamedCheckpoint {
  readonly name: string;
  readonly checkpoint: Checkpoint;
}

/** Opens the files of a MODEL, with the progress of a download where there is one. */
export async function openNamed(text: string, session: Session): Promise<NamedCheckpoint> {
  const { host } = session;
  const place = locateModel(text, host.directory);
  const run = startRun((emit) => openModel(place, { signal: host.signal, emit }));
  return { name: place.name, checkpoint: await session.follow(run, `open ${place.name}`) };
}

/** Reads what a MODEL says of itself, without its weights. */
export async function describeNamed(
  text: string,
  session: Session,
): Promise<{ readonly name: string; readonly description: ModelDescription }> {
  const { host } = session;
  const place = locateModel(text, host.directory);
  const run = startRun((emit) => describePlace(place, { signal: host.signal, emit }));
  return { name: place.name, description: await session.follow(run, `describe ${place.name}`) };
}

/** Whether a recipe leaves the model as it is. */
export function isFloat(recipe: Recipe): boolean {
  const { pipeline, weights, activations, kv, rules } = recipe;
  return !weights && !activations && !kv && rules.length === 0 && pipeline.length === 0;
}

/**
 * A model ready to run, quantized in memory where a recipe asks for it. Its checkpoint is closed by {@link closeModel}, or here
 * when there is no model.
 */
export async function prepareModel(
  { checkpoint, name }: NamedCheckpoint,
  recipe: Recipe,
  session: Session,
): Promise<Model> {
  try {
    const selected = await chooseBackend(session);
    if (session.options.verbose) session.note(`backend ${selected.name}: ${selected.why}`);
    return await makeModel(checkpoint, name, recipe, session);
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

async function makeModel(
  checkpoint: Checkpoint,
  name: string,
  recipe: Recipe,
  session: Session,
): Promise<Model> {
  const { signal, directory } = session.host;
  const { createModel, describeModel } = await import('@thinkbits/inference');
  if (isFloat(recipe)) {
    const run = startRun((emit) => createModel(checkpoint, { signal, emit }));
    return session.follow(run, `load ${name}`);
  }
  const { quantize } = await import('@thinkbits/quantize');
  const pipeline = await resolvePipeline(recipe, directory);
  const info = describeModel(checkpoint.config, checkpoint.label);
  const calibrationSource = findCalibration(directory);
  const run = quantize({ info, checkpoint }, { recipe, pipeline, signal, calibrationSource });
  return session.follow(run, `quantize ${name}`);
}

/** Opens MODEL and applies RECIPE (`none` where absent). */
export async function loadNamed(
  text: string,
  recipeText: string | undefined,
  session: Session,
): Promise<{ readonly name: string; readonly recipe: NamedRecipe; readonly model: Model }> {
  const recipe = await resolveRecipe(recipeText ?? 'none', session.host.directory);
  const named = await openNamed(text, session);
  return { name: named.name, recipe, model: await prepareModel(named, recipe.recipe, session) };
}

/** Frees a model and gives back its files. */
export async function closeModel(model: Model): Promise<void> {
  model.dispose();
  await model.checkpoint.close();
}
