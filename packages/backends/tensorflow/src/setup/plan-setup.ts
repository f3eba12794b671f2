import { existsSync } from 'node:fs';
import { mkdir, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { toDiskError } from '@thinkbits/checkpoint/node';
import { ThinkbitsError } from '@thinkbits/spec';
import { cacheDirectory } from '../install/cache-directory.js';
import {
  type FoundPackage,
  findPackage,
  findPackageFrom,
  type TensorflowPackage,
  tensorflowPackageVersion,
} from '../install/find-package.js';
import { inspectPackage } from '../install/inspect-package.js';
import { findCompiler, noCompiler } from './compile-addon.js';
import { packageSize } from './install-package.js';
import { type LoadedTensorflow, tryLoad } from './load-test.js';
import { setupError } from './setup-error.js';
import { type SetupHost, type SetupOptions, thisHost } from './setup-options.js';
import { cpuLibraries, cudaLibraries, gpuLibraries, type Library } from './wheels.js';

/** Something that would be downloaded. */
export interface SetupDownload {
  readonly what: string;
  /** `npm`, or the index of pip’s settings. */
  readonly from: 'npm' | 'PyPI';
  readonly licence: string;
  readonly files: readonly string[];
  readonly bytes: number;
  /** Bytes on disk, once unpacked. */
  readonly unpacked: number;
}

/** What a setup would do. */
export interface SetupPlan {
  readonly package: TensorflowPackage;
  /** The project that has the package, or gets it. */
  readonly project: string;
  /** The package, where it is installed already. */
  readonly found?: FoundPackage;
  /** Where libraries are kept, outside `node_modules`. */
  readonly cache: string;
  readonly libraries: readonly Library[];
  readonly compiler: { readonly command: string; readonly version: string };
  /** What is not there yet. */
  readonly downloads: readonly SetupDownload[];
  readonly downloadBytes: number;
  /** Bytes on disk, those of the downloads themselves included while they are needed. */
  readonly diskBytes: number;
  /** What it says, where the package works as it is: nothing is to be done. */
  readonly ready?: LoadedTensorflow;
}

/** Whether a library lies in the cache, whole. */
export const isUnpacked = (cache: string, { name }: Library): boolean =>
  existsSync(join(cache, name));

function checkPlatform({ platform }: SetupHost, gpu: boolean): void {
  const { system, architecture, glibc } = platform;
  const known = system === 'linux' && (gpu ? gpuLibraries : cpuLibraries)[architecture];
  if (!known)
    throw setupError(
      'platform',
      `There is no TensorFlow ${gpu ? 'for GPUs ' : ''}to set up for ${system} on ${architecture}.`,
      system === 'linux'
        ? 'Leave --gpu out, or use another backend.'
        : `npm install @tensorflow/tfjs-node@${tensorflowPackageVersion} lets the package fetch its own library; Windows has WSL as well.`,
      { details: { ...platform, glibc: glibc ?? null } },
    );
  const [major = 0, minor = 0] = (glibc ?? '').split('.').map(Number);
  if (major > 2 || (major === 2 && minor >= 27)) return;
  throw setupError(
    'platform',
    `TensorFlow needs glibc 2.27 or newer; this system has ${glibc ? `glibc ${glibc}` : 'another C library'}.`,
    'Use a newer system or image (Debian 10, Ubuntu 18.04 or later), or another backend.',
    { details: { ...platform, glibc: glibc ?? null } },
  );
}

function librariesFor(
  { platform, libraries }: SetupHost,
  options: SetupOptions,
): readonly Library[] {
  if (libraries) return libraries;
  const { architecture } = platform;
  const tensorflow = (options.gpu ? gpuLibraries : cpuLibraries)[architecture] as Library;
  const cuda = options.gpu && !options.systemCuda && cudaLibraries[architecture];
  return cuda ? [tensorflow, cuda] : [tensorflow];
}

/** The package where it is, if anywhere, and the project that it belongs to or is to go into. */
function findProject(
  name: TensorflowPackage,
  { directory }: SetupOptions,
  environment: NodeJS.ProcessEnv,
): { readonly project: string; readonly found?: FoundPackage } {
  const own = cacheDirectory(environment);
  const found = directory
    ? findPackageFrom(name, directory)
    : findPackage(name, process.cwd(), environment);
  if (!found) return { project: directory ?? own };
  if (found.version === tensorflowPackageVersion) return { project: found.directory, found };
  throw setupError(
    'package-version',
    `${found.directory} is ${name} ${found.version}; ${tensorflowPackageVersion} is needed.`,
    `npm install --ignore-scripts ${name}@${tensorflowPackageVersion}, or name another project by --directory.`,
  );
}

/** What a package says that has all it needs, asked only where it looks so. */
async function askPackage(
  found: FoundPackage | undefined,
  libraries: readonly Library[],
  { run }: SetupHost,
): Promise<LoadedTensorflow | undefined> {
  if (!found || !inspectPackage(found).every(({ ok }) => ok)) return undefined;
  if (libraries.length > 1 && !existsSync(join(found.directory, 'deps', 'nvidia')))
    return undefined;
  const loaded = await tryLoad(found.directory, run);
  return 'version' in loaded ? loaded : undefined;
}

async function checkRoom(cache: string, bytes: number): Promise<void> {
  try {
    await mkdir(cache, { recursive: true });
  } catch (error) {
    throw toDiskError(error, { path: cache, bytes });
  }
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize >= bytes) return;
  throw new ThinkbitsError({
    code: 'disk/full',
    category: 'machine',
    message: `${cache} has room for ${bavail * bsize} bytes; ${bytes} are needed. Nothing was downloaded.`,
    help: 'Free some space, or let XDG_CACHE_HOME name a folder on another disk.',
    details: { free: bavail * bsize, needed: bytes },
  });
}

/**
 * Says what {@link setupTensorflow} would do: what it would download, from where, under which licence, how much that is.
 * Nothing is downloaded, nothing is built.
 *
 * @throws ThinkbitsError `setup/platform`, `setup/package-version`, `setup/no-compiler`, `disk/full`
 */
export async function planSetup(
  options: SetupOptions = {},
  host: SetupHost = thisHost(options),
): Promise<SetupPlan> {
  const { environment } = host;
  checkPlatform(host, options.gpu ?? false);
  const name = options.gpu ? '@tensorflow/tfjs-node-gpu' : '@tensorflow/tfjs-node';
  const cache = cacheDirectory(environment);
  const libraries = librariesFor(host, options);
  const { project, found } = findProject(name, options, environment);
  const ready = options.force ? undefined : await askPackage(found, libraries, host);
  const compiler = await findCompiler(environment, host.run);
  if (!compiler && !ready) throw noCompiler(environment);
  const missing = ready ? [] : libraries.filter((library) => !isUnpacked(cache, library));
  const downloads: SetupDownload[] = missing.map(({ what, licence, wheels, unpacked }) => ({
    what,
    from: 'PyPI',
    licence,
    files: wheels.map(({ file }) => file),
    bytes: wheels.reduce((sum, { bytes }) => sum + bytes, 0),
    unpacked,
  }));
  if (!found)
    downloads.unshift({
      what: `${name} ${tensorflowPackageVersion} with its dependencies`,
      from: 'npm',
      licence: 'Apache-2.0',
      files: [`${name}@${tensorflowPackageVersion}`],
      ...packageSize,
    });
  const downloadBytes = downloads.reduce((sum, { bytes }) => sum + bytes, 0);
  const largest = Math.max(0, ...missing.flatMap(({ wheels }) => wheels.map(({ bytes }) => bytes)));
  const diskBytes = downloads.reduce((sum, { unpacked }) => sum + unpacked, largest);
  if (missing.length > 0) await checkRoom(cache, diskBytes);
  return {
    package: name,
    project,
    ...(found && { found }),
    cache,
    libraries,
    compiler: compiler ?? { command: '', version: '' },
    downloads,
    downloadBytes,
    diskBytes,
    ...(ready && { ready }),
  };
}
