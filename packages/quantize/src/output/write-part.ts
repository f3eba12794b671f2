import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  byteCount,
  type Checkpoint,
  type Dtype,
  packQuantizedWeight,
  type TensorEntry,
} from '@thinkbits/checkpoint';
import { type TensorToWrite, writeSafetensors } from '@thinkbits/checkpoint/node';
import type { LayerReport } from '@thinkbits/spec';
import type { RoundingWork } from '../layers/round-group.js';
import { roundUnit } from '../layers/round-unit.js';
import type { CheckpointPart } from './checkpoint-parts.js';
import { type PartRecord, writePartRecord } from './part-record.js';

/** A tied head that edits made a tensor of its own goes with the table that it came from. */
function copiesOf(
  { copies }: CheckpointPart,
  { walk, model, schemes }: RoundingWork,
): readonly TensorEntry[] {
  const untied = walk?.checkpoint.untiedHead;
  const rounded = schemes.get(model.head.name)?.weight !== undefined;
  return untied && !rounded && copies.some(({ name }) => name === untied.table)
    ? [...copies, untied.entry]
    : copies;
}

/** Bytes of a copied tensor that are in memory at a time, where a row is not larger. */
const pieceBytes = 2 ** 24;

/** A tensor in pieces of whole rows: an embedding table is several times a decoder layer. */
async function* inPieces(
  checkpoint: Checkpoint,
  name: string,
  shape: readonly number[],
  dtype: Dtype,
): AsyncGenerator<Uint8Array> {
  const [rows = 1] = shape;
  const total = byteCount(dtype, shape);
  if (total <= pieceBytes) return yield await checkpoint.readBytes(name);
  const perPiece = Math.max(1, Math.floor(pieceBytes / (total / rows)));
  for (let start = 0; start < rows; start += perPiece)
    yield await checkpoint.readBytes(name, { start, count: Math.min(perPiece, rows - start) });
}

/**
 * Quantizes one part of a checkpoint and writes its file, then its record; a part that is cut short leaves
 * nothing.
 */
export async function writePart(
  directory: string,
  part: CheckpointPart,
  work: RoundingWork,
): Promise<PartRecord> {
  const began = performance.now();
  const tensors: TensorToWrite[] = [];
  const sizes: { [name: string]: number } = {};
  const reports: LayerReport[] = [];
  const proposals = await roundUnit(part, work, ({ name, weight, report }) => {
    // Packed at once: only linears that share an input are ever held as floats or loose codes.
    for (const tensor of packQuantizedWeight(name, weight)) {
      tensors.push(tensor);
      sizes[tensor.name] = tensor.bytes.byteLength;
    }
    reports.push(report);
    work.emit({ type: 'layer', report });
  });
  for (const { name, shape, ...stored } of copiesOf(part, work)) {
    const edited = work.walk?.checkpoint.isEdited(name);
    const dtype = edited ? 'F32' : stored.dtype;
    tensors.push({
      name,
      dtype,
      shape,
      bytes: () => inPieces(work.checkpoint, name, shape, dtype),
    });
    sizes[name] = byteCount(dtype, shape);
  }
  const path = join(directory, part.file);
  await writeSafetensors(path, tensors, undefined, work.signal ? { signal: work.signal } : {});
  const kv = part.block && work.walk?.kvCalibration?.parameters.get(part.block.index);
  const record: PartRecord = {
    file: part.file,
    bytes: (await stat(path)).size,
    tensors: sizes,
    reports,
    seconds: (performance.now() - began) / 1000,
    ...(proposals.length > 0 && { proposals }),
    ...(kv && { kv }),
  };
  await writePartRecord(directory, record);
  return record;
}
