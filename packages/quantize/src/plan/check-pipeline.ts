import type { Issue, Quantizer, Recipe } from '@thinkbits/spec';

/** Stages of one role of which a pipeline may have one. */
const single = {
  rounder: { code: 'pipeline/two-rounders', what: 'Weights are rounded once' },
  'kv-codec': { code: 'pipeline/two-kv-codecs', what: 'Keys and values are stored in one way' },
} as const;

/**
 * The rules of order: transforms before the rounder, one rounder, one KV codec (anywhere); and what stages
 * need.
 *
 * Issues, all errors: `pipeline/two-rounders`, `pipeline/two-kv-codecs`, `pipeline/transform-after-rounder`,
 * `calibration/missing`.
 */
export function checkPipeline(
  pipeline: readonly Quantizer[],
  recipe: Pick<Recipe, 'calibration'>,
): Issue[] {
  const issues: Issue[] = [];
  const error = (code: string, subject: string, message: string, help: string): void => {
    issues.push({ severity: 'error', code, subject, message, help });
  };
  for (const role of ['rounder', 'kv-codec'] as const) {
    const ids = pipeline.filter((stage) => stage.role === role).map((stage) => stage.id);
    if (ids.length < 2) continue;
    const { code, what } = single[role];
    error(
      code,
      ids.join(', '),
      `The pipeline has ${ids.length} of role ${role}: ${ids.join(', ')}.`,
      `${what}: keep one of them.`,
    );
  }
  const rounderAt = pipeline.findIndex((stage) => stage.role === 'rounder');
  pipeline.forEach((stage, index) => {
    if (stage.role === 'transform' && rounderAt >= 0 && index > rounderAt) {
      const rounder = pipeline[rounderAt]?.id;
      error(
        'pipeline/transform-after-rounder',
        stage.id,
        `${stage.id} edits float weights, and stands after ${rounder}, which has made integers of them.`,
        `Put ${stage.id} before ${rounder}.`,
      );
    }
    const calibrated = stage.needs.calibration !== 'none';
    if (calibrated && !recipe.calibration) {
      error(
        'calibration/missing',
        stage.id,
        `${stage.id} has to see ${stage.needs.calibration}, and the recipe names no calibration text.`,
        'Add { "calibration": { "source": … } } to the recipe.',
      );
    }
  });
  return issues;
}
