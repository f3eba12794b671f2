import { resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { SetupOptions, SetupPlan, SetupResult } from '@thinkbits/backend-tensorflow/setup';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import { usageError } from '../errors/usage-error.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { oneOf, text } from '../options/values.js';
import { formatBytes } from '../render/format.js';
import { renderFacts } from '../render/table.js';
import { openSession, type Session } from '../session.js';

interface SetupVerbOptions extends SharedOptions {
  readonly gpu?: boolean;
  readonly systemCuda?: boolean;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly directory?: string;
  readonly force?: boolean;
}

/** The plan for scripts. */
function planJson({ ready, ...plan }: SetupPlan) {
  return {
    package: plan.package,
    project: plan.project,
    cache: plan.cache,
    compiler: plan.compiler,
    downloads: plan.downloads.map(({ unpacked, ...one }) => ({ ...one, unpacked_bytes: unpacked })),
    download_bytes: plan.downloadBytes,
    disk_bytes: plan.diskBytes,
    ready: ready ?? null,
  };
}

/** The result for scripts. */
function resultJson({ noGpu, downloadedBytes, ...result }: SetupResult) {
  return { ...result, no_gpu: noGpu ?? null, downloaded_bytes: downloadedBytes };
}

/** What would be done, before it is done. */
function describePlan(plan: SetupPlan): string {
  const { downloads, downloadBytes, diskBytes, cache, project, compiler } = plan;
  const lines = downloads.map(
    ({ what, from, licence, bytes }) =>
      [`from ${from}`, `${what}, ${formatBytes(bytes)}, licence ${licence}`] as const,
  );
  const total =
    downloads.length === 0
      ? 'nothing: all of it is here'
      : `${formatBytes(downloadBytes)}; ${formatBytes(diskBytes)} on disk while it works`;
  return renderFacts([
    ['download', total],
    ...lines,
    ['library in', cache],
    ['package in', project],
    ['compiler', `${compiler.command}: ${compiler.version}`],
  ]);
}

function describeResult(result: SetupResult): string {
  const { gpu, noGpu, changed } = result;
  return renderFacts([
    ['TensorFlow', `${result.tensorflow}, on ${gpu ? 'a GPU' : 'the CPU'}`],
    ['package', `${result.package} in ${result.directory}`],
    ['library', result.library],
    ...(noGpu ? ([['no GPU', noGpu]] as const) : []),
    ['done', changed ? 'set up; it is used from now on' : 'nothing: it worked already'],
  ]);
}

/** Asks on a terminal; elsewhere nobody can be asked. */
async function confirm(host: Host, bytes: number): Promise<boolean> {
  if (!host.stdin.isTTY) return false;
  const dialogue = createInterface({ input: host.stdin });
  host.stderr.write(`Download ${formatBytes(bytes)} and build? [y/N] `);
  try {
    return /^y(es)?$/i.test((await dialogue.question('', { signal: host.signal })).trim());
  } finally {
    dialogue.close();
  }
}

/** Downloads only what was agreed to. */
async function agree(session: Session, plan: SetupPlan, yes: boolean): Promise<void> {
  session.note(describePlan(plan).trimEnd());
  if (yes || (await confirm(session.host, plan.downloadBytes))) return;
  throw usageError(
    'setup/not-confirmed',
    `Nothing was downloaded: ${formatBytes(plan.downloadBytes)} want to be agreed to.`,
    'Add --yes to do it, or --dry-run to look alone.',
    { bytes: plan.downloadBytes },
  );
}

/** `thinkbits setup tensorflow`: gives tfjs-node a library and builds it. */
export function setupVerb(host: Host): Command {
  const command = defineVerb({
    name: 'setup',
    summary: 'set an optional backend up: tensorflow',
    detail:
      'Installs tfjs-node (--gpu: tfjs-node-gpu) without its install script, takes TensorFlow from PyPI’s wheel by pip’s index settings, compiles the addon against it and tests that it loads. Says first what it would download and how much; does nothing unasked. What came is kept when it breaks off: run it again.',
    examples: [
      'thinkbits setup tensorflow --dry-run',
      'thinkbits setup tensorflow --yes',
      'thinkbits setup tensorflow --gpu --yes',
    ],
  }).argument('<what>', 'tensorflow');
  command
    .option('--gpu', 'for NVIDIA’s GPUs, with CUDA 12 and cuDNN 9')
    .option('--system-cuda', 'with --gpu: the system’s CUDA 12 and cuDNN 9, not PyPI’s')
    .option('--yes', 'download without asking')
    .option('--dry-run', 'say what would be done, and end')
    .option('--force', 'build anew what works');
  addOption(command, '--directory <path>', 'the project whose node_modules gets the package', text);
  return command.action(async (what: string, options: SetupVerbOptions) => {
    oneOf(['tensorflow'])(what, 'setup');
    if (options.systemCuda && !options.gpu)
      throw usageError(
        'usage/missing-option',
        '--system-cuda belongs to --gpu.',
        'Add --gpu, or leave it out.',
      );
    const session = openSession(host, options);
    const { planSetup, setupTensorflow } = await import('@thinkbits/backend-tensorflow/setup');
    const wanted: SetupOptions = {
      gpu: options.gpu ?? false,
      systemCuda: options.systemCuda ?? false,
      force: options.force ?? false,
      signal: host.signal,
      environment: host.environment as NodeJS.ProcessEnv,
      ...(options.directory && { directory: resolve(host.directory, options.directory) }),
    };
    const plan = await planSetup(wanted);
    if (options.dryRun) return session.result(planJson(plan), describePlan(plan));
    if (!plan.ready) await agree(session, plan, options.yes ?? false);
    const result = await session.follow(setupTensorflow(wanted), 'setup tensorflow');
    session.result(resultJson(result), describeResult(result));
  });
}
