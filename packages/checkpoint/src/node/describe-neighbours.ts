import { readdir } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { nearestName } from '@thinkbits/spec';

/** What lies in the folder where something was looked for, as a sentence for a remedy. */
export async function describeNeighbours(path: string): Promise<string> {
  const full = resolve(path);
  const parent = dirname(full);
  const names = await readdir(parent).catch(() => undefined);
  if (!names) return `The folder ${parent} does not exist either.`;
  const visible = names.filter((name) => !name.startsWith('.')).sort();
  const near = nearestName(basename(full), visible);
  if (near) return `Did you mean "${resolve(parent, near)}"?`;
  const shown = visible.slice(0, 5).join(', ');
  return visible.length > 0
    ? `${parent} has ${shown}${visible.length > 5 ? ', …' : ''}.`
    : `${parent} is empty.`;
}
