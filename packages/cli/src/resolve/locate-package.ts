import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Exports = string | null | readonly Exports[] | { readonly [condition: string]: Exports };

/** The first file that the conditions of an `exports` entry lead to. */
function pick(entry: Exports | undefined): string | undefined {
  if (typeof entry === 'string') return entry;
  if (!entry) return undefined;
  if (Array.isArray(entry)) return entry.map(pick).find((file) => file !== undefined);
  for (const [condition, target] of Object.entries(entry)) {
    if (!['node', 'import', 'module', 'default'].includes(condition)) continue;
    const found = pick(target as Exports);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The file that importing a package directory loads, or undefined where it has none. */
export function entryOf(directory: string): string | undefined {
  const manifest = join(directory, 'package.json');
  let entry: string | undefined;
  if (existsSync(manifest)) {
    const { exports, module, main } = JSON.parse(readFileSync(manifest, 'utf8'));
    const root = typeof exports === 'object' && exports !== null && '.' in exports;
    entry = pick(root ? exports['.'] : exports) ?? module ?? main;
  }
  const file = join(directory, entry ?? 'index.js');
  return existsSync(file) && statSync(file).isFile() ? file : undefined;
}

/** `directory/node_modules` and those above it. */
function* moduleFolders(directory: string): Generator<string> {
  for (let current = directory; ; current = dirname(current)) {
    const folder = join(current, 'node_modules');
    if (existsSync(folder)) yield folder;
    if (dirname(current) === current) return;
  }
}

/** The directory of an installed package, searched upwards from `directory` as Node does. */
export function locatePackage(name: string, directory: string): string | undefined {
  if (!/^(@[\w.-]+\/)?[\w-][\w.-]*$/.test(name)) return undefined;
  for (const folder of moduleFolders(directory)) {
    if (existsSync(join(folder, name))) return join(folder, name);
  }
  return undefined;
}

/** Short names of installed packages called `@thinkbits/KIND-NAME` or `thinkbits-KIND-NAME`. */
export function findInstalled(kind: string, directories: readonly string[]): string[] {
  const names = new Set<string>();
  const read = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
  for (const directory of directories) {
    for (const folder of moduleFolders(directory)) {
      for (const name of read(join(folder, '@thinkbits'))) {
        if (name.startsWith(`${kind}-`)) names.add(name.slice(kind.length + 1));
      }
      for (const name of read(folder)) {
        const prefix = `thinkbits-${kind}-`;
        if (name.startsWith(prefix)) names.add(name.slice(prefix.length));
      }
    }
  }
  return [...names];
}
