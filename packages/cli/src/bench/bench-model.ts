import type { Model } from '@thinkbits/inference';
import {
  allLinears,
  type JsonObject,
  nearestName,
  resolveSchemes,
  ThinkbitsError,
} from '@thinkbits/spec';
import { chooseBackend } from '../choose-backend.js';
import { openNamed, prepareModel } from '../load-model.js';
import { resolvePipeline } from '../resolve/quantizer.js';
import type { NamedRecipe } from '../resolve/recipe.js';
import type { Session } from '../session.js';
import { syntheticShapes } from './shapes.js';

const prefix = 'synthetic:';

/** The config.json of `SHAPE`, or of `SHAPE:layers=N`: the same with N decoder layers. */
export function syntheticConfig(text: string): JsonObject {
  const [, name = text, layers] = /^(.*):layers=([1-9]\d*)$/.exec(text) ?? [];
  const config = Object.hasOwn(syntheticShapes, name) ? syntheticShapes[name] : undefined;
  if (!config) {
    const names = Object.keys(syntheticShapes);
    const near = nearestName(name, names);
    throw new ThinkbitsError({
      code: 'bench/unknown-shape',
      message: `There is no synthetic shape "${name}".`,
      help: `${near ? `Did you mean "${near}"? ` : ''}Shapes: ${names.join(', ')}; SHAPE:layers=4 has 4 decoder layers.`,
      details: { shape: name },
    });
  }
  return layers === undefined ? config : { ...config, num_hidden_layers: Number(layers) };
}

/** A model of real dimensions and random weights; quantized ones are made as codes and never were floats. */
async function syntheticModel(
  name: string,
  { name: recipeName, recipe }: NamedRecipe,
  session: Session,
): Promise<Model> {
  const config = syntheticConfig(name);
  const pipeline = await resolvePipeline(recipe, session.host.directory);
  const calibrated = pipeline.find(
    ({ needs, role }) => needs.calibration !== 'none' || role === 'transform',
  );
  if (calibrated) {
    throw new ThinkbitsError({
      code: 'bench/needs-calibration',
      message: `The recipe "${recipeName}" needs calibration (${calibrated.id}), and a synthetic model has nothing to calibrate on.`,
      help: 'Bench a recipe without calibration, for example rtn:w4g128, or a quantized checkpoint.',
    });
  }
  await chooseBackend(session);
  const { createModel } = await import('@thinkbits/inference');
  const { syntheticCheckpoint, syntheticWeight } = await import('./synthetic-checkpoint.js');
  const { describeModel } = await import('@thinkbits/inference');
  const seed = session.options.seed ?? 0;
  const label = `${prefix}${name}`;
  const info = describeModel(config, label);
  const schemes = resolveSchemes(info, recipe);
  const quantized = new Map();
  const activations = new Map();
  for (const linear of allLinears(info)) {
    const scheme = schemes.linears.get(linear.name);
    if (scheme?.weight) quantized.set(linear.name, syntheticWeight(linear, scheme.weight, seed));
    if (scheme?.activation) activations.set(linear.name, scheme.activation);
  }
  return createModel(syntheticCheckpoint(label, config, seed), {
    quantized,
    activations,
    ...(recipe.kv && { kv: recipe.kv }),
    signal: session.host.signal,
  });
}

/** The MODEL of `bench`: any model, or `synthetic:SHAPE`. */
export async function benchModel(
  text: string,
  recipe: NamedRecipe,
  session: Session,
): Promise<{ readonly name: string; readonly model: Model }> {
  if (text.startsWith(prefix)) {
    return { name: text, model: await syntheticModel(text.slice(prefix.length), recipe, session) };
  }
  const named = await openNamed(text, session);
  return { name: named.name, model: await prepareModel(named, recipe.recipe, session) };
}
