import manifest from '../package.json' with { type: 'json' };

/** The version of this command. */
export const version: string = manifest.version;

/** What a run records of the programs that made it. */
export function packageVersions(): { readonly [name: string]: string } {
  return { [manifest.name]: manifest.version, node: process.versions.node };
}
