import { type JsonObject, type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { resolvePackage } from './resolve-package.js';

/**
 * The scorer of a name, going by the given options.
 * @throws ThinkbitsError `scorer/no-options` where it takes none, `scorer-ID/options`
 */
export async function resolveScorer(
  name: string,
  directory: string,
  options?: JsonObject,
): Promise<Scorer> {
  return withRules((await resolvePackage(name, 'scorer', directory)) as Scorer, options);
}

/**
 * A scorer going by the given options; by its defaults where there are none.
 * @throws ThinkbitsError `scorer/no-options` where it takes none, `scorer-ID/options`
 */
export function withRules(scorer: Scorer, options: JsonObject | undefined): Scorer {
  if (options === undefined) return scorer;
  if (scorer.withOptions) return scorer.withOptions(options);
  const { id } = scorer;
  throw new ThinkbitsError({
    code: 'scorer/no-options',
    category: 'usage',
    message: `The scorer "${id}" has no options.`,
    help: 'Leave them out.',
    details: { name: id },
  });
}
