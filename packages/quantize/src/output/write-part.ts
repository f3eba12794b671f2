import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { packQuantizedWeight } from '@thinkbits/checkpoint';
import { type TensorToWrite, writeSafetensors } from '@thinkbits/checkpoint/node';
import type { LayerReport } from '@thinkbits/spec';
import { type RoundingWork, roundGroup } from '../layers/round-group.js';
import type { CheckpointPart } from './checkpoint-parts.js';
import { type PartRecord, writePartRecord } from './part-record.js';

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
  for (const group of part.groups) {
    for (const { name, weight, report } of await roundGroup(group, work)) {
      // Packed at once: only linears that share an input are ever held as floats or loose codes.
      for (const tensor of packQuantizedWeight(name, weight)) {
        tensors.push(tensor);
        sizes[tensor.name] = tensor.bytes.byteLength;
      }
      reports.push(report);
      work.emit({ type: 'layer', report });
    }
  }
  for (const { name, dtype, shape, bytes } of part.copies) {
    tensors.push({ name, dtype, shape, bytes: () => work.checkpoint.readBytes(name) });
    sizes[name] = bytes;
  }
  const path = join(directory, part.file);
  await writeSafetensors(path, tensors, undefined, work.signal ? { signal: work.signal } : {});
  const record: PartRecord = {
    file: part.file,
    bytes: (await stat(path)).size,
    tensors: sizes,
    reports,
    seconds: (performance.now() - began) / 1000,
  };
  await writePartRecord(directory, record);
  return record;
}
