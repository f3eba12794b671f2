import { type JsonObject, type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { resolvePackage } from './resolve-package.js';

/**
 * The scorer of a name, going by the given options.
 * @throws ThinkbitsError `scorer/no-options` where it takes none
 */
export async function resolveScorer(
  name: string,
  directory: string,
  options?: JsonObject,
): Promise<Scorer> {
  const scorer = (await resolvePackage(name, 'scorer', directory)) as Scorer;
  if (options === undefined) return scorer;
  if (scorer.withOptions) return scorer.withOptions(options);
  throw new ThinkbitsError({
    code: 'scorer/no-options',
    category: 'usage',
    message: `The scorer "${name}" has no options.`,
    help: 'Leave --options out.',
    details: { name },
  });
}
