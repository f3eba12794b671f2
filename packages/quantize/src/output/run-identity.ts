import type { ThinkbitsManifest } from '@thinkbits/checkpoint';
import type { Json, Recipe } from '@thinkbits/spec';
import packageJson from '../../package.json' with { type: 'json' };
import type { LayerFailurePolicy } from '../quantize-options.js';
import { jsonDifferences } from './json-differences.js';

/** Versions that decide the bytes of a quantized checkpoint. */
export const packageVersions: { readonly [name: string]: string } = {
  [packageJson.name]: packageJson.version,
};

/** What a directory was made of: equal identities give equal bytes. */
export interface RunIdentity {
  /** Hash of the float checkpoint. */
  readonly source: string;
  /** As run: complete, with the default rounder. */
  readonly recipe: Recipe;
  /** Hash of the calibration tokens; absent where no stage sees any. */
  readonly calibration?: string;
  readonly onLayerFailure: Json;
  readonly packages: { readonly [name: string]: string };
}

/** The identity of a request. */
export function runIdentity(
  source: string,
  recipe: Recipe,
  policy: LayerFailurePolicy,
  calibration: string | undefined,
): RunIdentity {
  const fallback =
    policy === 'throw'
      ? policy
      : { fallback: policy.fallback.id, options: policy.fallback.options };
  return {
    source,
    recipe,
    ...(calibration !== undefined && { calibration }),
    onLayerFailure: fallback,
    packages: packageVersions,
  };
}

/**
 * Where an unfinished directory differs from a request.
 * @param there the identity as it was stored
 */
export function unfinishedDifferences(there: Json, here: RunIdentity): string[] {
  return jsonDifferences(there, here as unknown as Json);
}

/**
 * Where a finished checkpoint differs from a request: another model, another recipe, or layers that fell
 * back as this request would not. Package versions do not count: a whole checkpoint stays what it is.
 */
export function finishedDifferences(
  there: ThinkbitsManifest,
  here: RunIdentity,
  policy: LayerFailurePolicy,
): string[] {
  const fallbacks = [
    ...new Set(there.reports.flatMap(({ fallback }) => (fallback ? [fallback.to] : []))),
  ];
  const allowed = policy === 'throw' ? undefined : policy.fallback.id;
  return [
    ...jsonDifferences(there.source.hash, here.source, 'source'),
    ...jsonDifferences(there.calibration?.hash ?? null, here.calibration ?? null, 'calibration'),
    ...jsonDifferences(there.recipe as unknown as Json, here.recipe as unknown as Json, 'recipe'),
    ...fallbacks
      .filter((id) => id !== allowed)
      .map((id) => `onLayerFailure fell back to ${id} there and is ${allowed ?? 'throw'} here`),
  ];
}
