import { allLinears, type ModelInfo } from './model-info.js';
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

/**
 * The scheme of every linear: the general one for the linears of the decoder layers, then the rules in order, the last match wins.
 * The head stays in float unless a rule names it.
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
  return { linears: schemes, ...(recipe.kv && { kv: recipe.kv }) };
}
