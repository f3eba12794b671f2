import type { TensorEntry } from '@thinkbits/checkpoint';
import { allLinears, type LinearScheme, type ModelInfo } from '@thinkbits/spec';
import { type LayerUnit, layerUnits } from '../layers/layer-unit.js';
import { weightTensor } from '../layers/read-weight.js';

/** One file of a quantized checkpoint: what a killed run loses at most. */
export interface CheckpointPart extends LayerUnit {
  readonly file: string;
  /** Tensors that keep their stored bytes: norms, biases, the embedding, linears that stay in float. */
  readonly copies: readonly TensorEntry[];
}

/** `model-00002-of-00030.safetensors`, as published checkpoints number their files. */
function fileName(index: number, count: number): string {
  const digits = (value: number): string => String(value).padStart(5, '0');
  return `model-${digits(index + 1)}-of-${digits(count)}.safetensors`;
}

/**
 * Spreads a model over files: what belongs to no layer (the embedding, the last norm), each decoder layer,
 * the head.
 *
 * The float weight of a rounded linear is left out. So is the table behind a rounded tied head, which is
 * stored once, packed.
 */
export function checkpointParts(
  model: ModelInfo,
  schemes: ReadonlyMap<string, LinearScheme>,
  tensors: ReadonlyMap<string, TensorEntry>,
): CheckpointPart[] {
  const rounded = allLinears(model).filter(({ name }) => schemes.get(name)?.weight);
  const replaced = new Set(
    rounded.flatMap((linear) => [weightTensor(linear), `${linear.name}.weight`]),
  );
  const kept = [...tensors.values()].filter(({ name }) => !replaced.has(name));
  const units = layerUnits(model);
  const belongs = (tensor: TensorEntry, unit: LayerUnit): boolean =>
    tensor.name.startsWith(`${unit.name}.`);
  const parts = [
    {
      name: 'embedding',
      groups: [],
      copies: kept.filter((tensor) => !units.some((unit) => belongs(tensor, unit))),
    },
    ...units.map((unit) => ({ ...unit, copies: kept.filter((tensor) => belongs(tensor, unit)) })),
  ].filter(
    ({ copies, groups }) =>
      copies.length > 0 || groups.flat().some((linear) => rounded.includes(linear)),
  );
  return parts.map((part, index) => ({ ...part, file: fileName(index, parts.length) }));
}
