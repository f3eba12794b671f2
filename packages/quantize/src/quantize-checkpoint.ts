import { resolve } from 'node:path';
import type { Checkpoint, ThinkbitsManifest } from '@thinkbits/checkpoint';
import { describeModel } from '@thinkbits/inference';
import {
  type LayerReport,
  type Run,
  startRun,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import { readCalibration } from './calibration/read-calibration.js';
import { kvParameters } from './layers/kv-parameters.js';
import { linearSchemes } from './layers/linear-schemes.js';
import type { RoundingWork } from './layers/round-group.js';
import { passUnit } from './layers/round-unit.js';
import { startRounding } from './layers/start-rounding.js';
import { type CheckpointPart, checkpointParts } from './output/checkpoint-parts.js';
import {
  discardStaging,
  findFinished,
  openStaging,
  publish,
  type StagingDirectory,
} from './output/output-directory.js';
import { type PartRecord, readPartRecord } from './output/part-record.js';
import { readPart } from './output/read-part.js';
import { runIdentity } from './output/run-identity.js';
import { createManifest, writeDescriptions } from './output/write-descriptions.js';
import { writePart } from './output/write-part.js';
import { acceptPlan } from './plan/accept-plan.js';
import { type QuantizeOptions, readOptions } from './quantize-options.js';
import { refuseQuantized } from './refuse-quantized.js';

/** Options of {@link quantizeCheckpoint}. */
export interface QuantizeCheckpointOptions extends QuantizeOptions {
  /** The directory to make. While it grows it is called `OUTPUT.partial`. */
  readonly output: string;
}

/** A quantized checkpoint on disk. */
export interface QuantizeResult {
  /** Absolute path of the finished directory; opens like any model. */
  readonly directory: string;
  /** One a rounded linear, in execution order. */
  readonly reports: readonly LayerReport[];
  /** `done already`: an equal request had finished before, and nothing was computed. */
  readonly status: 'written' | 'done already';
}

/** Transforms may edit what belongs to no layer, so it is written when the last layer is done. */
function inOrder(parts: readonly CheckpointPart[], work: RoundingWork): readonly CheckpointPart[] {
  if (!work.walk) return parts;
  const isLast = ({ groups }: CheckpointPart): boolean => groups.length === 0;
  return [...parts.filter((part) => !isLast(part)), ...parts.filter(isLast)];
}

/** Writes every part that is not there yet; the records are in the order of the parts. */
async function writeParts(
  staging: StagingDirectory,
  parts: readonly CheckpointPart[],
  work: RoundingWork,
): Promise<PartRecord[]> {
  const { emit, signal, walk } = work;
  const total = parts.length;
  emit({ type: 'plan', label: 'quantize', total, unit: 'layers' });
  const records = new Map<CheckpointPart, PartRecord>();
  for (const part of inOrder(parts, work)) {
    throwIfAborted(signal);
    const finished = await readPartRecord(staging.path, part.file);
    for (const report of finished?.reports ?? []) emit({ type: 'layer', report });
    if (finished && walk && part.block) {
      const rounded = await readPart(staging.path, part.file, work.schemes);
      await passUnit(part.block, work, finished, rounded);
    }
    records.set(part, finished ?? (await writePart(staging.path, part, work)));
    const note = finished ? `${part.name}, from an earlier run` : part.name;
    emit({ type: 'advance', done: records.size, total, unit: 'layers', note });
  }
  return parts.map((part) => records.get(part) as PartRecord);
}

/**
 * Quantizes a checkpoint from disk to disk with one decoder layer in memory.
 *
 * The directory grows under the name `OUTPUT.partial`, one file a layer, and gets its name when it is whole.
 * A run that was killed or aborted goes on at the last finished layer when the same call is made again, and
 * ends with the same bytes (but for timings.json). An equal request on a finished directory does nothing.
 * @param checkpoint a float checkpoint; stays open, and the caller's to close
 * @throws ThinkbitsError `options/…`, `recipe/…`, the code of the plan's first error,
 * `model/already-quantized`,   `output/not-a-directory`, `output/not-empty`, `output/other-identity`,
 * `output/not-renamed`, `directory/in-use`,   `disk/…`, `checkpoint/…`, `quantize/layer-failed`,
 * `run/aborted`
 */
export function quantizeCheckpoint(
  checkpoint: Checkpoint,
  options: QuantizeCheckpointOptions,
): Run<QuantizeResult> {
  return startRun(async (emit) => {
    const request = readOptions(options, ['output']);
    const { output } = options;
    if (typeof output !== 'string' || output === '') {
      throw new ThinkbitsError({
        code: 'options/no-output',
        category: 'usage',
        message: `The output is ${JSON.stringify(output)}.`,
        help: 'Give the directory to make in `output`.',
      });
    }
    const directory = resolve(output);
    refuseQuantized(checkpoint);
    const model = describeModel(checkpoint.config, checkpoint.label);
    const plan = acceptPlan(model, request, emit);
    kvParameters(plan, model); // fails now rather than after hours of work
    throwIfAborted(request.signal);
    const calibration = await readCalibration(checkpoint, model, plan, request, emit);
    const identity = runIdentity(
      await checkpoint.hash(),
      plan.recipe,
      request.onLayerFailure,
      calibration?.hash,
    );
    const finish = (
      manifest: ThinkbitsManifest,
      status: QuantizeResult['status'],
    ): QuantizeResult => ({
      directory,
      reports: manifest.reports,
      status,
    });

    const before = await findFinished(directory, identity, request.onLayerFailure);
    if (before) return finish(before, 'done already');
    const staging = await openStaging(directory, identity);
    let work: RoundingWork | undefined;
    try {
      // Another run may have finished between the look and the lock.
      const meanwhile = await findFinished(directory, identity, request.onLayerFailure);
      if (meanwhile) {
        await discardStaging(staging);
        return finish(meanwhile, 'done already');
      }
      const parts = checkpointParts(plan.model, plan.schemes.linears, checkpoint.tensors);
      work = await startRounding(checkpoint, plan, request, calibration, emit);
      const records = await writeParts(staging, parts, work);
      const { walk } = work;
      const manifest = await createManifest(checkpoint, plan, records, calibration, {
        linears: linearSchemes(plan.schemes, walk?.activations),
        kv: kvParameters(plan, model, walk),
        online: walk?.checkpoint.online ?? [],
      });
      const files = await writeDescriptions(
        staging.path,
        work.checkpoint,
        manifest,
        parts,
        records,
      );
      await publish(staging, directory, files);
      return finish(manifest, 'written');
    } finally {
      await work?.walk?.dispose();
      await staging.release();
    }
  });
}
