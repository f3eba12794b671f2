import { type Tensor1D, type Tensor2D, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { type AttentionParts, headMaps, type LayerMaps } from '@thinkbits/inference';
import { dequantizeWeight } from '@thinkbits/numerics';
import { ChannelMap, LinearWeight } from '@thinkbits/ops';
import type { BlockInfo, LinearInfo, QuantizedWeight } from '@thinkbits/spec';
import { readWeight } from '../layers/read-weight.js';

/** The sites of the online maps that the four groups of linears read through. */
const inputSites = ['qkv-input', 'o-input', 'gate-up-input', 'down-input'] as const;

/** The linears of a group as a calibrated forward pass multiplies by them. */
interface GroupWeights {
  /** `[out, in]` each, in order; where all of them are rounded, as the backend multiplies whole windows by them. */
  readonly weights: readonly Tensor2D[] | LinearWeight;
  readonly biases: readonly (Tensor1D | undefined)[];
}

/**
 * The tensors of one decoder layer: norms and what attention needs from the start, each group of linears from
 * {@link BlockWeights.load} to {@link BlockWeights.free}. Dispose it to free all.
 */
export class BlockWeights {
  readonly info: BlockInfo;
  readonly inputNorm: Tensor1D;
  readonly postAttentionNorm: Tensor1D;
  readonly attention: AttentionParts;
  private readonly checkpoint: Checkpoint;
  private readonly groups = new Map<number, GroupWeights>();
  private readonly inputMaps: readonly (ChannelMap | undefined)[];

  private constructor(parts: {
    checkpoint: Checkpoint;
    info: BlockInfo;
    norms: readonly [Tensor1D, Tensor1D];
    attention: AttentionParts;
    inputMaps: readonly (ChannelMap | undefined)[];
  }) {
    this.checkpoint = parts.checkpoint;
    this.info = parts.info;
    [this.inputNorm, this.postAttentionNorm] = parts.norms;
    this.attention = parts.attention;
    this.inputMaps = parts.inputMaps;
  }

  /** Opens a layer as a (possibly edited) float checkpoint has it, with the maps that act on its activations; no linears yet. */
  static async open(
    checkpoint: Checkpoint,
    info: BlockInfo,
    maps: LayerMaps,
  ): Promise<BlockWeights> {
    const layer = `model.layers.${info.index}`;
    const made: { dispose(): void }[] = [];
    const keep = <T extends { dispose(): void }>(part: T): T => {
      made.push(part);
      return part;
    };
    const vector = async (name: string): Promise<Tensor1D | undefined> => {
      const read = await readVector(checkpoint, `${layer}.${name}`);
      return read && keep(read);
    };
    try {
      const queryNorm = await vector('self_attn.q_norm.weight');
      const keyNorm = await vector('self_attn.k_norm.weight');
      return new BlockWeights({
        checkpoint,
        info,
        norms: [
          (await vector('input_layernorm.weight')) as Tensor1D,
          (await vector('post_attention_layernorm.weight')) as Tensor1D,
        ],
        attention: {
          ...(queryNorm && { queryNorm }),
          ...(keyNorm && { keyNorm }),
          ...headMaps(maps, keep),
        },
        inputMaps: inputSites.map((site) => {
          const map = maps.get(site);
          return map && keep(new ChannelMap(map.forward));
        }),
      });
    } catch (error) {
      for (const part of made) part.dispose();
      throw error;
    }
  }

  /** Opens a layer with all its linears. */
  static async read(
    checkpoint: Checkpoint,
    info: BlockInfo,
    maps: LayerMaps,
  ): Promise<BlockWeights> {
    const weights = await BlockWeights.open(checkpoint, info, maps);
    try {
      for (const stage of info.stages.keys()) await weights.load(stage);
      return weights;
    } catch (error) {
      weights.dispose();
      throw error;
    }
  }

  /**
   * Reads the linears of a group; those that are rounded compute with what their codes stand for.
   * @param rounded by linear name
   */
  async load(stage: number, rounded?: ReadonlyMap<string, QuantizedWeight>): Promise<void> {
    const linears = this.info.stages[stage] as readonly LinearInfo[];
    const codes = linears
      .map(({ name }) => rounded?.get(name))
      .filter((code) => code !== undefined);
    const weights: Tensor2D[] = [];
    const biases: (Tensor1D | undefined)[] = [];
    this.groups.set(stage, { weights, biases }); // from here on freed, also where reading fails
    for (const { name } of linears) biases.push(await readVector(this.checkpoint, `${name}.bias`));
    if (codes.length === linears.length) {
      this.groups.set(stage, { weights: new LinearWeight(codes, { manyRows: true }), biases });
      return;
    }
    for (const linear of linears) {
      const code = rounded?.get(linear.name);
      const values = code ? dequantizeWeight(code) : await readWeight(this.checkpoint, linear);
      weights.push(tensor2d(values, [linear.out, linear.in]));
    }
  }

  /** Frees the linears of a group. */
  free(stage: number): void {
    const group = this.groups.get(stage);
    if (!group) return;
    if (group.weights instanceof LinearWeight) group.weights.dispose();
    else for (const weight of group.weights) weight.dispose();
    for (const bias of group.biases) bias?.dispose();
    this.groups.delete(stage);
  }

  /** What the linears of a group read, `[tokens, in]`, given what the layer computes there; call within a tidy. */
  mapInput(stage: number, x: Tensor2D): Tensor2D {
    return this.inputMaps[stage]?.apply(x) ?? x;
  }

  /** The linears of a group, which is loaded; they stay this object's. */
  group(stage: number): GroupWeights {
    return this.groups.get(stage) as GroupWeights;
  }

  dispose(): void {
    const maps = this.inputMaps.filter((map) => map !== undefined);
    for (const part of [this.inputNorm, this.postAttentionNorm, ...maps]) part.dispose();
    for (const part of Object.values(this.attention)) part.dispose();
    for (const stage of this.info.stages.keys()) this.free(stage);
  }
}

/** A norm's or a bias's values; undefined where the model has none of that name. */
async function readVector(checkpoint: Checkpoint, name: string): Promise<Tensor1D | undefined> {
  if (!checkpoint.tensors.has(name)) return undefined;
  return tensor1d((await checkpoint.readFloat(name)).values);
}
