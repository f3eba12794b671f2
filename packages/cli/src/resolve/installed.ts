import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundled, type PackageKind } from './bundled.js';
import { findInstalled } from './locate-package.js';

/** The directory of this command, where packages installed beside it are found. */
export const here = dirname(fileURLToPath(import.meta.url));

/** Every name of a kind that resolves, seen from the user's directory and from this command. */
export function installedNames(kind: PackageKind, directory: string): string[] {
  const found = findInstalled(kind, [directory, here]);
  return [...new Set([...Object.keys(bundled[kind]), ...found])].sort();
}
