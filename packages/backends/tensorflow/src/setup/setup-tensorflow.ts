import { join } from 'node:path';
import { lockDirectory, toDiskError } from '@thinkbits/checkpoint/node';
import { type Progress, type Run, startRun } from '@thinkbits/spec';
import { findGpu } from '../install/find-gpu.js';
import type { TensorflowPackage } from '../install/find-package.js';
import { compileAddon, findNodeHeaders } from './compile-addon.js';
import { fetchLibrary } from './fetch-library.js';
import { installPackage, npmInstall } from './install-package.js';
import { linkLibrary } from './link-library.js';
import { loadTest } from './load-test.js';
import { readPipSettings } from './pip-settings.js';
import { planSetup, type SetupPlan } from './plan-setup.js';
import { type SetupHost, type SetupOptions, thisHost } from './setup-options.js';

/** What a setup ended with. */
export interface SetupResult {
  readonly package: TensorflowPackage;
  /** Where the package is. */
  readonly directory: string;
  /** Where its library is. */
  readonly library: string;
  /** The version of TensorFlow, as the load test saw it. */
  readonly tensorflow: string;
  /** Whether TensorFlow sees a GPU. */
  readonly gpu: boolean;
  /** Why it sees none, and what to do, where one was asked for. */
  readonly noGpu?: string;
  readonly downloadedBytes: number;
  /** False where all was there and worked. */
  readonly changed: boolean;
}

const headersPackage = 'node-api-headers@1.9.0';

/** Node’s C headers: this machine’s, else those of a small npm package. */
async function headers(plan: SetupPlan, host: SetupHost, signal?: AbortSignal): Promise<string> {
  const found = findNodeHeaders(host.environment);
  if (found) return found;
  const tools = join(plan.cache, 'tools');
  await npmInstall(tools, [headersPackage], host.run, signal);
  return join(tools, 'node_modules', 'node-api-headers', 'include');
}

function whyNoGpu(asked: boolean, gpu: boolean): string | undefined {
  if (!asked || gpu) return undefined;
  const { ok, detail, remedy } = findGpu();
  return ok
    ? `TensorFlow lists no GPU, although there is ${detail}. TF_CPP_MIN_LOG_LEVEL=0 shows what it says.`
    : `${detail}. ${remedy}`;
}

async function build(
  plan: SetupPlan,
  options: SetupOptions,
  host: SetupHost,
  emit: (event: Progress) => void,
): Promise<SetupResult> {
  const { signal } = options;
  const { cache, libraries, compiler } = plan;
  const note = (message: string) => emit({ type: 'note', message });
  if (!plan.found) note(`npm installs ${plan.package} into ${plan.project}`);
  const { directory } =
    plan.found ?? (await installPackage(plan.package, plan.project, host.run, signal));
  const index = { settings: readPipSettings(host.environment), fetch: host.fetch, signal };
  const folders: string[] = [];
  for (const library of libraries) folders.push(await fetchLibrary(library, cache, index, emit));
  const [library, cuda] = folders as [string, string?];
  await linkLibrary(directory, library, cuda).catch((error: unknown) => {
    throw toDiskError(error, { path: join(directory, 'deps'), bytes: 0 });
  });
  note(`${compiler.command} compiles the addon (${compiler.version})`);
  const nodeHeaders = await headers(plan, host, signal);
  await compileAddon(directory, compiler.command, nodeHeaders, host.run, signal);
  note('load test');
  const { version, gpu } = await loadTest(plan.package, directory, host.run);
  const noGpu = whyNoGpu(options.gpu ?? false, gpu);
  return {
    package: plan.package,
    directory,
    library,
    tensorflow: version,
    gpu,
    ...(noGpu && { noGpu }),
    downloadedBytes: plan.downloadBytes,
    changed: true,
  };
}

/**
 * Gives tfjs-node a library without the download of its own install script, which many machines do not reach and which
 * stops at CUDA 11.2: the package from npm, TensorFlow from PyPI’s wheel, kept in a cache outside `node_modules` and linked, one
 * compiler call, a load test (tfjs.md §13). It downloads hundreds of megabytes: show people {@link planSetup} first.
 *
 * Nothing that works is touched, unless `force` says so; what a call that broke off has downloaded is kept.
 *
 * @throws ThinkbitsError `setup/no-compiler`, `setup/unreachable`, `setup/wrong-checksum`, `setup/connection-lost`,
 *   `setup/not-in-index`, `setup/npm-failed`, `setup/compile-failed`, `setup/load-failed`, `setup/platform`, `disk/full`, `disk/…`,
 *   `directory/in-use`, `run/aborted`
 */
export function setupTensorflow(
  options: SetupOptions = {},
  host: SetupHost = thisHost(options),
): Run<SetupResult> {
  return startRun(async (emit) => {
    const plan = await planSetup(options, host);
    const { found, ready } = plan;
    if (found && ready) {
      const noGpu = whyNoGpu(options.gpu ?? false, ready.gpu);
      return {
        package: plan.package,
        directory: found.directory,
        library: join(found.directory, 'deps', 'lib'),
        tensorflow: ready.version,
        gpu: ready.gpu,
        ...(noGpu && { noGpu }),
        downloadedBytes: 0,
        changed: false,
      };
    }
    const lock = await lockDirectory(plan.cache);
    try {
      return await build(plan, options, host, emit);
    } finally {
      await lock.release();
    }
  });
}
