import { mkdir } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { setupError } from './setup-error.js';
import { extractMember, readZipMembers } from './zip-archive.js';

/**
 * Unpacks the wanted members of a wheel below a folder.
 * @returns how many they were
 * @throws ThinkbitsError `setup/bad-archive` also for a member that would land elsewhere
 */
export async function unpackWheel(
  wheel: string,
  folder: string,
  wants: (member: string) => boolean,
): Promise<number> {
  const members = (await readZipMembers(wheel)).filter(({ name }) => wants(name));
  for (const member of members) {
    const to = join(folder, member.name);
    if (!to.startsWith(folder + sep))
      throw setupError(
        'bad-archive',
        `${wheel} has a member that leaves its folder: ${member.name}.`,
        'Do not use this file; it is not what it says.',
      );
    await mkdir(dirname(to), { recursive: true });
    await extractMember(wheel, member, to);
  }
  return members.length;
}
