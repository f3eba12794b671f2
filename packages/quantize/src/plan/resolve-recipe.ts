import {
  type Issue,
  type ModelInfo,
  type Recipe,
  type ResolvedSchemes,
  resolveSchemes,
  ThinkbitsError,
} from '@thinkbits/spec';

/**
 * The scheme of every linear, and an error for each rule that matches none, so that a plan names all of them
 * at once.
 */
export function resolveRecipe(
  model: ModelInfo,
  recipe: Recipe,
): { schemes: ResolvedSchemes; issues: Issue[] } {
  const issues: Issue[] = [];
  const rules = recipe.rules.filter((rule) => {
    try {
      resolveSchemes(model, { rules: [rule] });
      return true;
    } catch (error) {
      if (!ThinkbitsError.isInstance(error)) throw error;
      issues.push({
        severity: 'error',
        code: error.code,
        subject: rule.match,
        message: error.message,
        help: error.help,
      });
      return false;
    }
  });
  return { schemes: resolveSchemes(model, { ...recipe, rules }), issues };
}
