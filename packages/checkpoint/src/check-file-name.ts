import { ThinkbitsError } from '@thinkbits/spec';

/**
 * Refuses names that would lead out of the folder: checkpoints come from strangers.
 * @param saidBy the file that names it
 * @returns the name
 * @throws ThinkbitsError `checkpoint/unsafe-path`
 */
export function checkFileName(name: string, saidBy: string): string {
  const parts = name.split(/[\\/]/);
  const unsafe =
    name === '' ||
    name.includes('\0') ||
    /^[a-z]:/i.test(name) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (!unsafe) return name;
  throw new ThinkbitsError({
    code: 'checkpoint/unsafe-path',
    message: `${saidBy} names the file ${JSON.stringify(name)}, which is not a plain path within the folder.`,
    help: 'Do not use this checkpoint unless you know who made it; its files must lie in one folder.',
    details: { file: name, saidBy },
  });
}
