import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeFloatArrays, encodeFloatArrays } from '@thinkbits/checkpoint';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import type {
  ActivationScheme,
  Json,
  JsonSchema,
  KvParameters,
  LayerReport,
  Proposal,
  RoundingHints,
} from '@thinkbits/spec';
import { parseJson, validate } from '@thinkbits/validation';
import { readTextIfThere } from './read-text-if-there.js';

/** Inside an unfinished checkpoint: what a resumed run needs; gone when it is whole. */
export const workDirectory = '.thinkbits-work';

/** What is kept of a finished part beside its file. */
export interface PartRecord {
  readonly file: string;
  /** Size of the file. */
  readonly bytes: number;
  /** Bytes of each tensor in it. */
  readonly tensors: { readonly [name: string]: number };
  readonly reports: readonly LayerReport[];
  readonly seconds: number;
  /** What transforms proposed for the layer, so that calibration can go through it again; absent where there are none. */
  readonly proposals?: readonly Proposal[];
  /** How the layer stores keys and values, where calibration found it. */
  readonly kv?: KvParameters;
}

const recordSchema: JsonSchema = {
  type: 'object',
  required: ['file', 'bytes', 'tensors', 'reports', 'seconds'],
  properties: {
    file: { type: 'string' },
    bytes: { type: 'integer' },
    tensors: { type: 'object', additionalProperties: { type: 'integer' } },
    reports: { type: 'array', items: { type: 'object', required: ['name', 'method', 'bits'] } },
    seconds: { type: 'number' },
    proposals: {
      type: 'array',
      items: { type: 'object', required: ['edits', 'hints', 'activations'] },
    },
    kv: { type: 'object', required: ['scheme'] },
  },
};

/** Proposals as JSON: arrays of floats as base64, maps as pairs. */
const encodeProposals = (proposals: readonly Proposal[]) =>
  encodeFloatArrays(
    proposals.map(({ hints, activations, ...proposal }) => ({
      ...proposal,
      hints: [...(hints ?? [])],
      activations: [...(activations ?? [])],
    })) as never,
  );

/** A proposal with its maps as pairs. */
interface StoredProposal extends Omit<Proposal, 'hints' | 'activations'> {
  readonly hints: readonly [string, RoundingHints][];
  readonly activations: readonly [string, ActivationScheme][];
}

function decodeProposals(stored: Json): Proposal[] {
  const decoded = decodeFloatArrays(stored) as unknown as StoredProposal[];
  return decoded.map(({ hints, activations, ...proposal }) => ({
    ...proposal,
    hints: new Map(hints),
    activations: new Map(activations),
  }));
}

const recordPath = (directory: string, file: string): string =>
  join(directory, workDirectory, file.replace(/\.safetensors$/, '.json'));

/** Written after the part's file, so that a part with a record is whole. */
export async function writePartRecord(directory: string, record: PartRecord): Promise<void> {
  const { proposals, kv, ...plain } = record;
  const stored = {
    ...plain,
    ...(proposals && { proposals: encodeProposals(proposals) }),
    ...(kv && { kv: encodeFloatArrays(kv as never) }),
  };
  await writeFileAtomic(recordPath(directory, record.file), `${JSON.stringify(stored)}\n`);
}

/**
 * The record of a part that an earlier run finished; undefined when there is none, or its file is not as it
 * was left.
 * @throws ThinkbitsError `output/bad-work-file`
 */
export async function readPartRecord(
  directory: string,
  file: string,
): Promise<PartRecord | undefined> {
  const path = recordPath(directory, file);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const stored = validate<PartRecord & { readonly proposals?: Json; readonly kv?: Json }>(
    recordSchema,
    parseJson(text, path),
    path,
    {
      code: 'output/bad-work-file',
      help: `Delete ${directory} and run again.`,
    },
  );
  const size = await stat(join(directory, file)).then(
    (found) => found.size,
    () => undefined,
  );
  if (size !== stored.bytes) return undefined;
  const { proposals, kv, ...record } = stored;
  return {
    ...record,
    ...(proposals && { proposals: decodeProposals(proposals as never) }),
    ...(kv && { kv: decodeFloatArrays(kv as never) as unknown as KvParameters }),
  };
}
