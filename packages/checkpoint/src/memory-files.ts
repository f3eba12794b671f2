import { nearestName, ThinkbitsError } from '@thinkbits/spec';
import type { ModelFiles } from './model-files.js';

/**
 * Files that are already in memory: what a browser fetched, or what a test made.
 * @param files bytes, or text as UTF-8, by name
 */
export function memoryFiles(
  files: { readonly [name: string]: Uint8Array | string },
  label = 'memory',
): ModelFiles {
  const contents = new Map(
    Object.entries(files).map(([name, content]) => [
      name,
      typeof content === 'string' ? new TextEncoder().encode(content) : content,
    ]),
  );
  const find = (file: string): Uint8Array => {
    const content = contents.get(file);
    if (content) return content;
    const near = nearestName(file, contents.keys());
    throw new ThinkbitsError({
      code: 'source/no-file',
      message: `${label} has no file "${file}".`,
      help: near ? `Did you mean "${near}"?` : 'Check the name.',
      details: { file },
    });
  };
  return {
    label,
    list: async () => [...contents.keys()].sort(),
    size: async (file) => find(file).length,
    read: async (file, offset, length) => find(file).slice(offset, offset + length),
  };
}
