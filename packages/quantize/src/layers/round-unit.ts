import type { BlockInfo, Proposal, QuantizedWeight } from '@thinkbits/spec';
import type { PartRecord } from '../output/part-record.js';
import type { LayerUnit } from './layer-unit.js';
import { type FinishedLinear, type RoundingWork, roundGroup } from './round-group.js';

/**
 * Quantizes a decoder layer, or the head, group by group: transforms first, then each group's linears, seen through those
 * that are already rounded. Hands out every linear as soon as it is finished, so that its codes need not be kept.
 * @returns what transforms proposed, to take the layer up again after a kill
 */
export async function roundUnit(
  unit: LayerUnit,
  work: RoundingWork,
  finished: (linear: FinishedLinear) => void,
): Promise<readonly Proposal[]> {
  const { walk } = work;
  const block: BlockInfo | undefined = unit.block;
  const proposals = (block && (await walk?.enter(block))) ?? [];
  if (!block) await walk?.enterHead();
  for (const [stage, group] of unit.groups.entries()) {
    const rounded = new Map<string, QuantizedWeight>();
    for (const linear of await roundGroup(group, work)) {
      rounded.set(linear.name, linear.weight);
      finished(linear);
    }
    if (block) await walk?.replace(stage, rounded);
  }
  if (block) walk?.leave();
  return proposals;
}

/** Takes the calibration windows through a decoder layer that an earlier run finished. */
export async function passUnit(
  block: BlockInfo,
  work: RoundingWork,
  { proposals = [], kv }: Pick<PartRecord, 'proposals' | 'kv'>,
  rounded: ReadonlyMap<string, QuantizedWeight>,
): Promise<void> {
  const { walk } = work;
  if (kv) walk?.kvCalibration?.parameters.set(block.index, kv);
  await walk?.enter(block, proposals);
  for (const stage of block.stages.keys()) await walk?.replace(stage, rounded);
  walk?.leave();
}
