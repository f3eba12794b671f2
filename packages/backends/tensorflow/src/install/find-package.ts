import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheDirectory } from './cache-directory.js';

/** The two packages that carry TensorFlow into Node. */
export type TensorflowPackage = '@tensorflow/tfjs-node' | '@tensorflow/tfjs-node-gpu';

/** The one version whose internals are known here; it is also the last that was released. */
export const tensorflowPackageVersion = '4.22.0';

/** A package that is on this machine, whether or not it works. */
export interface FoundPackage {
  readonly name: TensorflowPackage;
  readonly version: string;
  readonly directory: string;
}

/** A package as a module in `directory` would find it. */
export function findPackageFrom(
  name: TensorflowPackage,
  directory: string,
): FoundPackage | undefined {
  try {
    const manifest = createRequire(join(directory, 'package.json')).resolve(`${name}/package.json`);
    const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };
    return { name, version, directory: dirname(manifest) };
  } catch {
    return undefined;
  }
}

/**
 * Looks for a package where it may have been put: beside this one, in the project of the working directory, where
 * `thinkbits setup tensorflow` puts it.
 */
export function findPackage(
  name: TensorflowPackage,
  directory: string = process.cwd(),
  environment: NodeJS.ProcessEnv = process.env,
): FoundPackage | undefined {
  for (const place of [import.meta.dirname, directory, cacheDirectory(environment)]) {
    const found = findPackageFrom(name, place);
    if (found) return found;
  }
  return undefined;
}
