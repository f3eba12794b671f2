import type { Issue, KvScheme, Quantizer, Recipe, Transform } from '@thinkbits/spec';
import { collectIssues } from './collect-issues.js';

/** Stages of one role of which a pipeline may have one. */
const single = {
  rounder: { code: 'pipeline/two-rounders', what: 'Weights are rounded once' },
  'kv-codec': { code: 'pipeline/two-kv-codecs', what: 'Keys and values are stored in one way' },
} as const;

/** Transforms that cannot stand beside each other, or in this order, because of what they claim. */
function checkClaims(transforms: readonly Transform[], kv: KvScheme | undefined): Issue[] {
  const { issues, report } = collectIssues();
  const rotations = transforms.filter(({ claims }) => claims?.residualStream);
  const [first] = rotations;
  if (rotations.length > 1)
    report(
      'error',
      'transform/two-rotations',
      rotations.map(({ id }) => id).join(', '),
      `${rotations.map(({ id }) => id).join(' and ')} rotate the residual stream, which can be rotated once.`,
      'Keep one of them.',
    );
  for (const [at, { id, needs }] of transforms.entries()) {
    if (!first || needs.calibration === 'none') continue;
    if (at < transforms.indexOf(first))
      report(
        'error',
        'transform/seen-before-rotation',
        id,
        `${id} looks at activations and stands before ${first.id}, which turns the residual stream and takes the norms' scales into the weights.`,
        `Put ${first.id} before ${id}.`,
      );
    else
      report(
        'info',
        'transform/after-rotation',
        id,
        `${id} works on channels as ${first.id} has turned them; what the model computes stays the same.`,
      );
  }
  const sites = new Map<string, string>();
  for (const { id, claims } of transforms) {
    for (const at of claims?.folds ?? []) {
      const other = sites.get(at);
      if (other !== undefined)
        report(
          'error',
          'transform/fold-behind-map',
          id,
          `${id} moves scales from a norm into the linears behind it, and ${other} maps what they read in between (${at}).`,
          `Put ${id} before ${other}, or leave one of the two out.`,
        );
    }
    for (const at of claims?.online ?? []) {
      const other = sites.get(at);
      if (other !== undefined)
        report(
          'error',
          'transform/shared-site',
          at,
          `${other} and ${id} both map activations online at ${at}.`,
          'Keep one of the two, or switch its map off there.',
        );
      sites.set(at, id);
      if (at === 'query-key' && kv?.key && kv.rope === 'before')
        report(
          'error',
          'kv/mapped-keys',
          id,
          `${id} maps queries and keys after the rotary embedding, and the cache stores keys before it.`,
          'Quantize keys after the rotary embedding (rope "after"), or leave that map out.',
        );
    }
  }
  return issues;
}

/**
 * The rules of order: transforms before the rounder, one rounder, one KV codec (anywhere); and what stages
 * need.
 *
 * Issues, all errors: `pipeline/two-rounders`, `pipeline/two-kv-codecs`, `pipeline/transform-after-rounder`,
 * `calibration/missing`, `calibration/no-drift`, `kv/mapped-keys`,
 * `transform/two-rotations`, `transform/seen-before-rotation`, `transform/shared-site`, `transform/fold-behind-map`; and the
 * info `transform/after-rotation`.
 */
export function checkPipeline(
  pipeline: readonly Quantizer[],
  recipe: Pick<Recipe, 'calibration' | 'kv'>,
): Issue[] {
  const issues = checkClaims(
    pipeline.filter((stage) => stage.role === 'transform'),
    recipe.kv,
  );
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
        'Add { "calibration": { "source": … } } to the recipe, or --calibration SOURCE to the command: a file, or a corpus by name.',
      );
    }
    if (stage.needs.calibration === 'inputs+float' && recipe.calibration?.through === 'float') {
      error(
        'calibration/no-drift',
        stage.id,
        `${stage.id} makes up for what quantized layers change in the inputs, and calibration.through is "float": there is nothing to compare.`,
        'Leave through out, or take gptq.',
      );
    }
  });
  return issues;
}
