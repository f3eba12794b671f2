import { resolve } from 'node:path';
import type { Checkpoint, ThinkbitsManifest } from '@thinkbits/checkpoint';
import { describeModel } from '@thinkbits/inference';
import {
  type LayerReport,
  type Progress,
  type Run,
  startRun,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import { kvParameters } from './layers/kv-parameters.js';
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
import { runIdentity } from './output/run-identity.js';
import { createManifest, writeDescriptions } from './output/write-descriptions.js';
import { writePart } from './output/write-part.js';
import { acceptPlan } from './plan/accept-plan.js';
import type { QuantizationPlan } from './plan/quantization-plan.js';
import { type QuantizeOptions, type QuantizeRequest, readOptions } from './quantize-options.js';
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

/** Writes every part that is not there yet. */
async function writeParts(
  staging: StagingDirectory,
  parts: readonly CheckpointPart[],
  checkpoint: Checkpoint,
  plan: QuantizationPlan,
  request: QuantizeRequest,
  emit: (event: Progress) => void,
): Promise<PartRecord[]> {
  const total = parts.length;
  emit({ type: 'plan', label: 'quantize', total, unit: 'layers' });
  const work = await startRounding(checkpoint, plan, request, emit);
  const records: PartRecord[] = [];
  for (const part of parts) {
    throwIfAborted(request.signal);
    const finished = await readPartRecord(staging.path, part.file);
    for (const report of finished?.reports ?? []) emit({ type: 'layer', report });
    records.push(finished ?? (await writePart(staging.path, part, work)));
    const note = finished ? `${part.name}, from an earlier run` : part.name;
    emit({ type: 'advance', done: records.length, total, unit: 'layers', note });
  }
  return records;
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
    const kv = kvParameters(plan, model);
    throwIfAborted(request.signal);
    const identity = runIdentity(await checkpoint.hash(), plan.recipe, request.onLayerFailure);
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
    try {
      // Another run may have finished between the look and the lock.
      const meanwhile = await findFinished(directory, identity, request.onLayerFailure);
      if (meanwhile) {
        await discardStaging(staging);
        return finish(meanwhile, 'done already');
      }
      const parts = checkpointParts(model, plan.schemes.linears, checkpoint.tensors);
      const records = await writeParts(staging, parts, checkpoint, plan, request, emit);
      const manifest = await createManifest(checkpoint, plan, kv, records);
      const files = await writeDescriptions(staging.path, checkpoint, manifest, parts, records);
      await publish(staging, directory, files);
      return finish(manifest, 'written');
    } finally {
      await staging.release();
    }
  });
}
