import type { Scorer } from '@thinkbits/spec';
import { resolvePackage } from './resolve-package.js';

/** The scorer of a name. */
export async function resolveScorer(name: string, directory: string): Promise<Scorer> {
  return (await resolvePackage(name, 'scorer', directory)) as Scorer;
}
