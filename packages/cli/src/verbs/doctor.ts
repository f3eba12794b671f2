import { freemem, platform, release, totalmem } from 'node:os';
import type { Command } from 'commander';
import { chooseBackend } from '../choose-backend.js';
import { defineVerb } from '../define-verb.js';
import { describeProcessor } from '../doctor/processor.js';
import type { Host } from '../host.js';
import type { SharedOptions } from '../options/shared-options.js';
import { formatBytes } from '../render/format.js';
import { renderFacts } from '../render/table.js';
import { installedNames } from '../resolve/installed.js';
import { openSession } from '../session.js';
import { version } from '../versions.js';

/** `thinkbits doctor`: what this machine can do. */
export function doctorVerb(host: Host): Command {
  return defineVerb({
    name: 'doctor',
    summary: 'show Node, processor, backends, sandbox, memory, versions',
    examples: ['thinkbits doctor', 'thinkbits doctor --json'],
  }).action(async (options: SharedOptions) => {
    const session = openSession(host, options);
    const { listBackends } = await import('@thinkbits/inference');
    const { describeSandbox } = await import('@thinkbits/scorer-code');
    const { findGpu } = await import('@thinkbits/backend-tensorflow');
    const backends = await withoutWarnings(() =>
      listBackends(options.threads === undefined ? {} : { threads: options.threads }),
    );
    const selected = await chooseBackend(session);
    const [processor, gpu, sandbox] = [describeProcessor(), findGpu(), await describeSandbox()];
    const memory = { total_bytes: totalmem(), free_bytes: freemem() };
    const installed = {
      quantizers: installedNames('quantizer', host.directory),
      benchmarks: installedNames('benchmark', host.directory),
      scorers: installedNames('scorer', host.directory),
    };
    const json = {
      thinkbits: version,
      node: process.version,
      platform: `${platform()} ${release()}`,
      processor,
      gpu,
      memory,
      backend: selected.name,
      backends,
      sandbox,
      installed,
    };
    const facts = renderFacts([
      ['thinkbits', version],
      ['node', process.version],
      ['platform', json.platform],
      ['processor', `${processor.model}, ${processor.cores} cores`],
      ['features', processor.features.join(' ') || 'not told by this system'],
      ['gpu', gpu.detail],
      ['memory', `${formatBytes(memory.free_bytes)} free of ${formatBytes(memory.total_bytes)}`],
      [
        'sandbox',
        `${sandbox.name}: ${sandbox.available ? 'available' : 'missing'}, ${sandbox.why}`,
      ],
      ...(sandbox.install ? ([['', `to install: ${sandbox.install}`]] as const) : []),
      ...Object.entries(installed).map(([kind, names]) => [kind, names.join(', ')] as const),
    ]);
    const backendLines = backends.flatMap(({ name, available, why, install }) => {
      const state = name === selected.name ? 'in use' : available ? 'available' : 'missing';
      return [
        [name, `${state}: ${why}`] as const,
        ...(install && !available ? [['', `to install: ${install}`] as const] : []),
      ];
    });
    session.result(json, `${facts}\nbackends, best first\n${renderFacts(backendLines)}`);
  });
}

/** Backends complain on the console while they are tried; what matters of it is in `why`. */
async function withoutWarnings<T>(work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = () => {};
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}
