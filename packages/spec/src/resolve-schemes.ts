import { allLinears, isRowParallel, type LinearInfo, type ModelInfo } from './model-info.js';
import { nearestName } from './nearest-name.js';
import type { Recipe } from './recipe.js';
import type { LinearScheme } from './scheme.js';
import type { ResolvedSchemes } from './stage.js';
import { ThinkbitsError } from './thinkbits-error.js';

function matcher(pattern: string): (name: string) => boolean {
  const glob = new RegExp(
    `^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
  );
  return (name) => glob.test(name) || glob.test(name.split('.').at(-1) as string);
}

/** Weights whose input is cut into slices have a scale per row and slice where others have one per row. */
function cutIntoSlices(linear: LinearInfo, scheme: LinearScheme): LinearScheme {
  const { weight, activation } = scheme;
  const slices = activation?.tensorParallel ?? 1;
  const applies = isRowParallel(linear.name) && slices > 1 && linear.in % slices === 0;
  if (!applies || weight?.group !== 'channel') return scheme;
  return { ...scheme, weight: { ...weight, group: linear.in / slices } };
}

/**
 * The scheme of every linear: the general one for the linears of the decoder layers, then the rules in order, the last match wins.
 * The head stays in float unless a rule names it. Weights of o_proj and down_proj follow the slices of their activations.
 * @throws ThinkbitsError `recipe/rule-matches-nothing`
 */
export function resolveSchemes(
  model: ModelInfo,
  recipe: Pick<Recipe, 'weights' | 'activations' | 'kv' | 'rules'>,
): ResolvedSchemes {
  const linears = allLinears(model);
  const general: LinearScheme = {
    ...(recipe.weights && { weight: recipe.weights }),
    ...(recipe.activations && { activation: recipe.activations }),
  };
  const schemes = new Map<string, LinearScheme>();
  if (recipe.weights || recipe.activations) {
    for (const linear of linears)
      if (linear.name !== model.head.name) schemes.set(linear.name, general);
  }
  for (const rule of recipe.rules) {
    const matches = matcher(rule.match);
    const hit = linears.filter((linear) => matches(linear.name));
    if (hit.length === 0) {
      const segments = new Set(linears.map((linear) => linear.name.split('.').at(-1) as string));
      const near = nearestName(rule.match, segments);
      throw new ThinkbitsError({
        code: 'recipe/rule-matches-nothing',
        message: `The rule "${rule.match}" matches no linear of this model.`,
        help: `${near ? `Did you mean "${near}"? ` : ''}Linears end in ${[...segments].join(', ')}.`,
        details: { match: rule.match },
      });
    }
    for (const linear of hit) {
      if (rule.scheme === 'skip') schemes.delete(linear.name);
      else schemes.set(linear.name, rule.scheme);
    }
  }
  for (const linear of linears) {
    const scheme = schemes.get(linear.name);
    if (scheme) schemes.set(linear.name, cutIntoSlices(linear, scheme));
  }
  return { linears: schemes, ...(recipe.kv && { kv: recipe.kv }) };
}
