import { existsSync, statSync } from 'node:fs';
import { extname, isAbsolute, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { nearestName, ThinkbitsError } from '@thinkbits/spec';
import { bundled, type PackageKind } from './bundled.js';
import { here, installedNames } from './installed.js';
import { entryOf, locatePackage } from './locate-package.js';

const isPath = (name: string) => /^\.{1,2}([/\\]|$)/.test(name) || isAbsolute(name);

/** A file or package directory as something to import. */
function locatePath(name: string, directory: string): string | undefined {
  const path = resolve(directory, name);
  if (!existsSync(path)) return undefined;
  return statSync(path).isDirectory() ? entryOf(path) : path;
}

/** Files of rows, which the benchmark `jsonl` reads. */
const rowsExtension = /\.(jsonl?|csv|parquet)$/;
const howToAskRows = (file: string) => `Rows of your own: --benchmark jsonl --data ${file}`;

function howToFind(name: string, kind: PackageKind): string {
  if (isPath(name)) return 'Check the path.';
  if (kind === 'benchmark' && rowsExtension.test(name)) return howToAskRows(name);
  if (/^[^@].*[/\\]/.test(name)) return 'A path begins with ./';
  return `To install: npm install @thinkbits/${kind}-${name} (or thinkbits-${kind}-${name}).`;
}

function notFound(name: string, kind: PackageKind, directory: string): ThinkbitsError {
  const list = installedNames(kind, directory);
  const near = nearestName(name, list);
  const help = [
    near ? `Did you mean "${near}"?` : undefined,
    `Installed: ${list.join(', ')}.`,
    howToFind(name, kind),
  ];
  return new ThinkbitsError({
    code: `${kind}/not-found`,
    message: `There is no ${kind} "${name}".`,
    help: help.filter(Boolean).join(' '),
    details: { name, installed: list },
  });
}

/**
 * Finds what a name stands for: `gptq` → `@thinkbits/quantizer-gptq`, else `thinkbits-quantizer-gptq`, else the string itself as
 * a package or a path; seen from the user's directory first, then from this command.
 * @param member what the package exports, for example `quantizer`
 * @throws ThinkbitsError `KIND/not-found` with what is installed, `KIND/bad-package`
 */
export async function resolvePackage(
  name: string,
  kind: PackageKind,
  directory: string,
): Promise<unknown> {
  const module = await load(name, kind, directory);
  const value = (module as { readonly [key: string]: unknown })[kind];
  if (typeof value !== 'object' || value === null) {
    throw new ThinkbitsError({
      code: `${kind}/bad-package`,
      message: `"${name}" exports no \`${kind}\`.`,
      help: `A package is usable by name when it exports an object called \`${kind}\`.`,
      details: { name, exports: Object.keys(module) },
    });
  }
  return value;
}

/** What Node imports, TypeScript included where it strips types. */
const moduleExtension = /^\.[cm]?[jt]s$/;

async function load(name: string, kind: PackageKind, directory: string): Promise<object> {
  const names = [`@thinkbits/${kind}-${name}`, `thinkbits-${kind}-${name}`, name];
  const find = (from: string): string | undefined => {
    for (const candidate of names) {
      const found = locatePackage(candidate, from);
      const entry = found && entryOf(found);
      if (entry) return entry;
    }
    return undefined;
  };
  const own = Object.hasOwn(bundled[kind], name) ? bundled[kind][name] : undefined;
  const file = isPath(name) ? locatePath(name, directory) : find(directory);
  if (file === undefined && own) return own();
  const found = file ?? (isPath(name) ? undefined : find(here));
  if (found === undefined) throw notFound(name, kind, directory);
  const notLoadable = (why: string, help: string, cause?: unknown) =>
    new ThinkbitsError({
      code: `${kind}/not-loadable`,
      message: `The ${kind} "${name}" was found at ${found} but does not load: ${why}`,
      help,
      details: { name, file: found },
      cause,
    });
  const extension = extname(found);
  if (extension !== '' && !moduleExtension.test(extension)) {
    const rows = kind === 'benchmark' ? ` ${howToAskRows(name)}` : '';
    throw notLoadable(`it is a ${extension} file.`, `A path names a JavaScript module.${rows}`);
  }
  try {
    return await import(pathToFileURL(found).href);
  } catch (cause) {
    if (ThinkbitsError.isInstance(cause)) throw cause;
    throw notLoadable((cause as Error).message, 'Reinstall the package, or repair it.', cause);
  }
}
