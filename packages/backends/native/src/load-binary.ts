import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Where binaries of this platform may lie. */
export interface BinaryPlaces {
  /** Folder of the one that was compiled here, or of what the build left where it could make none. */
  readonly built: string;
  /** Package of the prebuilt one; absent where none is made for the platform. */
  readonly prebuilt?: string | undefined;
  /** Loads a file, or a file of a package, and throws as Node's `require` does. */
  readonly require: (name: string) => unknown;
}

/** What a binary exports, or why none is loaded. */
export type LoadedBinary = { readonly binary: unknown } | { readonly why: string };

/**
 * Loads the binary that was compiled on this machine or, where it is missing or does not load, the prebuilt one of the platform.
 * Never throws: the answer says what kept both from being loaded.
 */
export function loadBinary({ built, prebuilt, require }: BinaryPlaces): LoadedBinary {
  const local = attempt(require, join(built, 'thinkbits.node'));
  if ('binary' in local) return local;
  const whyNotLocal = local.missing
    ? (whyNotBuilt(built) ??
      'none was compiled here: npm rebuild @thinkbits/backend-native does so, with g++ or clang++')
    : `the one compiled here does not load: ${local.why}`;
  if (prebuilt === undefined)
    return { why: `no prebuilt binary is made for this platform; ${whyNotLocal}` };
  const other = attempt(require, `${prebuilt}/thinkbits.node`);
  if ('binary' in other) return other;
  const whyNotPrebuilt = other.missing
    ? `the package ${prebuilt} with the prebuilt binary is not installed`
    : `the prebuilt binary of ${prebuilt} does not load: ${other.why}`;
  return { why: `${whyNotPrebuilt}; ${whyNotLocal}` };
}

/** What a file exports; or whether it is missing, and what Node says. */
function attempt(
  require: BinaryPlaces['require'],
  name: string,
): { binary: unknown } | { missing: boolean; why: string } {
  try {
    return { binary: require(name) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return { missing: code === 'MODULE_NOT_FOUND', why: firstLine(error) };
  }
}

/** What an error says, without the lines in which Node says where. */
export function firstLine(error: unknown): string {
  return (error as Error).message.split(/\r?\n/, 1).join();
}

/** What the build left behind where it could not make a binary. */
function whyNotBuilt(folder: string): string | undefined {
  try {
    return readFileSync(join(folder, 'why-not.txt'), 'utf8').trim();
  } catch {
    return undefined;
  }
}
