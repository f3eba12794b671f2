import { type Tensor1D, tensor1d } from '@tensorflow/tfjs-core';
import type { Checkpoint, FloatTensor, OnlineEdit } from '@thinkbits/checkpoint';
import { dequantizeWeight } from '@thinkbits/numerics';
import type { WeightBytes } from '@thinkbits/ops';
import {
  type ActivationScheme,
  type KvParameters,
  type LinearInfo,
  type LinearMap,
  type ModelInfo,
  type Progress,
  type QuantizedWeight,
  ThinkbitsError,
  throwIfAborted,
} from '@thinkbits/spec';
import type { DecoderConfig } from '../config/decoder-config.js';
import { type Family, layerName } from '../families/family.js';
import { Decoder, type DecoderLayer } from './decoder.js';
import { checkKeyMap, headMaps, mapsOf } from './online-maps.js';
import { type LinearTensors, Stage } from './stage.js';

/** What a decoder is built from beside the checkpoint: these replace the checkpoint's own. */
export interface DecoderOverrides {
  readonly quantized?: ReadonlyMap<string, QuantizedWeight>;
  readonly activations?: ReadonlyMap<string, ActivationScheme>;
  readonly kv?: readonly KvParameters[];
  /** Maps that act on activations. */
  readonly online?: readonly OnlineEdit[];
  readonly signal?: AbortSignal;
  readonly emit?: (event: Progress) => void;
}

const embeddingName = 'model.embed_tokens.weight';

async function readVector(
  checkpoint: Checkpoint,
  name: string,
  length: number,
): Promise<Float32Array> {
  const { values } = await checkpoint.readFloat(name);
  if (values.length === length) return values;
  throw new ThinkbitsError({
    code: 'checkpoint/shape',
    message: `${checkpoint.label}: ${name} has ${values.length} elements; config.json asks for ${length}.`,
    help: 'config.json and the weights must belong together; fetch both from the same revision.',
  });
}

/** A linear's codes: handed in, or the checkpoint's own. A head that is tied to a float table has no tensors at all. */
async function readCodes(
  checkpoint: Checkpoint,
  info: LinearInfo,
  overrides: DecoderOverrides,
): Promise<QuantizedWeight | undefined> {
  const given = overrides.quantized?.get(info.name);
  if (given || !checkpoint.tensors.has(`${info.name}.weight_packed`)) return given;
  return checkpoint.readQuantized(info.name);
}

async function readLinear(
  checkpoint: Checkpoint,
  info: LinearInfo,
  overrides: DecoderOverrides,
): Promise<LinearTensors> {
  const quantized = await readCodes(checkpoint, info, overrides);
  const stored = info.tiedTo && !quantized ? `${info.tiedTo}.weight` : `${info.name}.weight`;
  const float = quantized ? undefined : await checkpoint.readFloat(stored);
  const [rows, columns] = quantized ? [quantized.rows, quantized.columns] : (float?.shape ?? []);
  if (rows !== info.out || columns !== info.in) {
    throw new ThinkbitsError({
      code: 'checkpoint/shape',
      message: `${checkpoint.label}: ${stored} is [${rows}, ${columns}]; config.json asks for [${info.out}, ${info.in}].`,
      help: 'config.json and the weights must belong together; fetch both from the same revision.',
    });
  }
  const activation = overrides.activations?.get(info.name);
  return {
    info,
    weight: quantized ?? { rows, columns, values: (float as FloatTensor).values },
    ...(info.bias && { bias: await readVector(checkpoint, `${info.name}.bias`, info.out) }),
    ...(activation && { activation }),
  };
}

/**
 * Reads a decoder, one layer at a time.
 * @throws ThinkbitsError `checkpoint/shape`, and whatever the checkpoint throws for missing tensors
 */
export async function loadDecoder(
  checkpoint: Checkpoint,
  info: ModelInfo,
  family: Family,
  config: DecoderConfig,
  overrides: DecoderOverrides,
): Promise<{ decoder: Decoder; bytes: WeightBytes }> {
  const { signal, emit } = overrides;
  const bytes = { held: 0, packed: 0, float: 0 };
  const loaded: { dispose(): void }[] = [];
  const keep = <T extends { dispose(): void }>(part: T): T => {
    loaded.push(part);
    return part;
  };
  const norm = async (name: string, length: number): Promise<Tensor1D> =>
    keep(tensor1d(await readVector(checkpoint, name, length)));
  const stage = async (linears: readonly LinearInfo[], online?: LinearMap): Promise<Stage> => {
    const parts: LinearTensors[] = [];
    for (const linear of linears) parts.push(await readLinear(checkpoint, linear, overrides));
    const built = keep(new Stage(parts, online));
    bytes.held += built.weight.bytes.held;
    bytes.packed += built.weight.bytes.packed;
    bytes.float += built.weight.bytes.float;
    return built;
  };
  try {
    emit?.({
      type: 'plan',
      label: `load ${checkpoint.label}`,
      total: info.blocks.length,
      unit: 'layers',
    });
    const layers: DecoderLayer[] = [];
    for (const { index, stages } of info.blocks) {
      throwIfAborted(signal);
      const [qkv, o, gateUp, down] = stages as [
        LinearInfo[],
        LinearInfo[],
        LinearInfo[],
        LinearInfo[],
      ];
      const maps = mapsOf(index, overrides.online);
      checkKeyMap(index, maps, overrides.kv?.[index]?.scheme);
      layers.push({
        inputNorm: await norm(layerName(index, 'input_layernorm.weight'), config.hidden),
        qkv: await stage(qkv, maps.get('qkv-input')?.forward),
        attention: {
          ...(family.queryKeyNorm && {
            queryNorm: await norm(layerName(index, 'self_attn.q_norm.weight'), config.headDim),
            keyNorm: await norm(layerName(index, 'self_attn.k_norm.weight'), config.headDim),
          }),
          ...headMaps(maps, keep),
        },
        o: await stage(o, maps.get('o-input')?.forward),
        postAttentionNorm: await norm(
          layerName(index, 'post_attention_layernorm.weight'),
          config.hidden,
        ),
        gateUp: await stage(gateUp, maps.get('gate-up-input')?.forward),
        down: await stage(down, maps.get('down-input')?.forward),
      });
      emit?.({ type: 'advance', done: index + 1, total: info.blocks.length, unit: 'layers' });
    }
    const head = await stage([info.head]);
    const tiedHead = info.head.tiedTo
      ? await readCodes(checkpoint, info.head, overrides)
      : undefined;
    // A tied table that is quantized serves both ends from the same codes.
    const embedding = tiedHead
      ? dequantizeWeight(tiedHead)
      : await readVector(checkpoint, embeddingName, config.vocabulary * config.hidden);
    bytes.held += 4 * embedding.length;
    if (!info.head.tiedTo) {
      bytes.packed += 4 * embedding.length;
      bytes.float += 4 * embedding.length;
    }
    const weights = {
      embedding,
      layers,
      norm: await norm('model.norm.weight', config.hidden),
      head,
    };
    return { decoder: new Decoder(config, weights, overrides.kv), bytes };
  } catch (error) {
    for (const part of loaded) part.dispose();
    throw error;
  }
}
