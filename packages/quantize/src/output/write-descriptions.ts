import { basename, join } from 'node:path';
import {
  type Checkpoint,
  formatManifest,
  indexFile,
  manifestFile,
  manifestVersion,
  type OnlineEdit,
  type ThinkbitsManifest,
} from '@thinkbits/checkpoint';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import type { KvParameters, LinearScheme } from '@thinkbits/spec';
import type { CalibrationText } from '../calibration-text/calibration-text.js';
import type { QuantizationPlan } from '../plan/quantization-plan.js';
import type { CheckpointPart } from './checkpoint-parts.js';
import type { PartRecord } from './part-record.js';
import { packageVersions } from './run-identity.js';

/** What a model needs besides weights and config.json; copied byte for byte where it is there. */
const copiedFiles = [
  'added_tokens.json',
  'chat_template.jinja',
  'generation_config.json',
  'merges.txt',
  'special_tokens_map.json',
  'tokenizer.json',
  'tokenizer.model',
  'tokenizer_config.json',
  'vocab.json',
];

const text = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * A name that says which model it was, and nothing about the machine: a folder's last part, a hub id as it
 * is.
 */
function sourceLabel(label: string): string {
  return /^[\w.-]+\/[\w.-]+(@[\w./-]+)?$/.test(label) && !label.startsWith('.')
    ? label
    : basename(label.replaceAll('\\', '/'));
}

/** What is computed with beside the codes, after transforms had their say. */
export interface FoundSchemes {
  readonly linears: ReadonlyMap<string, LinearScheme>;
  readonly kv: readonly KvParameters[] | undefined;
  readonly online: readonly OnlineEdit[];
}

/** The manifest of a finished run: a function of model, recipe and versions alone. */
export async function createManifest(
  checkpoint: Checkpoint,
  plan: QuantizationPlan,
  records: readonly PartRecord[],
  calibration: CalibrationText | undefined,
  { linears, kv, online }: FoundSchemes,
): Promise<ThinkbitsManifest> {
  return {
    schemaVersion: manifestVersion,
    packages: packageVersions,
    recipe: plan.recipe,
    source: { label: sourceLabel(checkpoint.label), hash: await checkpoint.hash() },
    ...(calibration && {
      calibration: {
        hash: calibration.hash,
        windows: calibration.windows.length,
        tokens: calibration.tokens,
      },
    }),
    linears: Object.fromEntries(linears),
    reports: records.flatMap(({ reports }) => reports),
    online,
    ...(kv && { kv }),
  };
}

/**
 * Writes everything but weights; config.json, without which nothing opens a directory, comes last.
 * @returns the names of all files of the checkpoint
 */
export async function writeDescriptions(
  directory: string,
  checkpoint: Checkpoint,
  manifest: ThinkbitsManifest,
  parts: readonly CheckpointPart[],
  records: readonly PartRecord[],
): Promise<string[]> {
  const write = (file: string, data: string | Uint8Array) =>
    writeFileAtomic(join(directory, file), data);
  const { source } = checkpoint;
  const present = new Set(await source.list());
  const copied = copiedFiles.filter((name) => present.has(name));
  for (const file of copied) {
    await write(file, await source.read(file, 0, await source.size(file)));
  }
  const files = records.flatMap(({ file, tensors }) =>
    Object.keys(tensors).map((name) => [name, file] as const),
  );
  const sizes = records.flatMap(({ tensors }) => Object.values(tensors));
  await write(
    indexFile,
    text({
      metadata: { total_size: sizes.reduce((total, size) => total + size, 0) },
      weight_map: Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1))),
    }),
  );
  await write(
    'timings.json',
    text({
      seconds: records.reduce((total, { seconds }) => total + seconds, 0),
      parts: records.map(({ seconds }, index) => ({ name: parts[index]?.name, seconds })),
    }),
  );
  await write(manifestFile, formatManifest(manifest));
  const config = { ...checkpoint.config, quantization_config: { quant_method: 'thinkbits' } };
  await write('config.json', text(config));
  const described = [indexFile, 'timings.json', manifestFile, 'config.json'];
  return [...records.map(({ file }) => file), ...copied, ...described];
}
