import { type Tensor1D, type Tensor2D, tensor1d, tensor2d, transpose } from '@tensorflow/tfjs-core';
import type { Checkpoint } from '@thinkbits/checkpoint';
import { type AttentionParts, headMaps, type LayerMaps } from '@thinkbits/inference';
import { ChannelMap } from '@thinkbits/ops';
import type { BlockInfo, LinearInfo } from '@thinkbits/spec';
import { readWeight } from '../layers/read-weight.js';

/** The sites of the online maps that the four groups of linears read through. */
const inputSites = ['qkv-input', 'o-input', 'gate-up-input', 'down-input'] as const;

/** One linear as a calibrated forward pass multiplies by it. */
interface LinearTensors {
  /** `[in, out]`: plain products, because the transposing ones take a slow path on wasm. */
  weight: Tensor2D;
  readonly bias: Tensor1D | undefined;
}

/**
 * The tensors of one decoder layer, its linears apart from each other so that each can be replaced when it is rounded.
 * Dispose it to free them.
 */
export class BlockWeights {
  readonly info: BlockInfo;
  readonly inputNorm: Tensor1D;
  readonly postAttentionNorm: Tensor1D;
  readonly attention: AttentionParts;
  private readonly linears: ReadonlyMap<string, LinearTensors>;
  private readonly inputMaps: readonly (ChannelMap | undefined)[];

  private constructor(parts: {
    info: BlockInfo;
    norms: readonly [Tensor1D, Tensor1D];
    attention: AttentionParts;
    linears: ReadonlyMap<string, LinearTensors>;
    inputMaps: readonly (ChannelMap | undefined)[];
  }) {
    this.info = parts.info;
    [this.inputNorm, this.postAttentionNorm] = parts.norms;
    this.attention = parts.attention;
    this.linears = parts.linears;
    this.inputMaps = parts.inputMaps;
  }

  /** Reads a layer as a (possibly edited) float checkpoint has it, with the maps that act on its activations. */
  static async read(
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
    const vector = async (name: string): Promise<Tensor1D | undefined> =>
      checkpoint.tensors.has(name)
        ? keep(tensor1d((await checkpoint.readFloat(name)).values))
        : undefined;
    try {
      const linears = new Map<string, LinearTensors>();
      for (const linear of info.stages.flat()) {
        const weight = keep(toProduct(await readWeight(checkpoint, linear), linear));
        linears.set(linear.name, { weight, bias: await vector(`${linear.name}.bias`) });
      }
      const queryNorm = await vector(`${layer}.self_attn.q_norm.weight`);
      const keyNorm = await vector(`${layer}.self_attn.k_norm.weight`);
      return new BlockWeights({
        info,
        norms: [
          (await vector(`${layer}.input_layernorm.weight`)) as Tensor1D,
          (await vector(`${layer}.post_attention_layernorm.weight`)) as Tensor1D,
        ],
        attention: {
          ...(queryNorm && { queryNorm }),
          ...(keyNorm && { keyNorm }),
          ...headMaps(maps, keep),
        },
        linears,
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

  /** What the linears of a group read, `[tokens, in]`, given what the layer computes there; call within a tidy. */
  mapInput(stage: number, x: Tensor2D): Tensor2D {
    return this.inputMaps[stage]?.apply(x) ?? x;
  }

  /** The linears' own tensors `[in, out]`; they stay this object's. */
  linear(name: string): Readonly<LinearTensors> {
    return this.linears.get(name) as LinearTensors;
  }

  /** Computes with other values from now on. @param values `[out, in]` */
  replace(linear: LinearInfo, values: Float32Array): void {
    const tensors = this.linears.get(linear.name) as LinearTensors;
    const weight = toProduct(values, linear);
    tensors.weight.dispose();
    tensors.weight = weight;
  }

  dispose(): void {
    const maps = this.inputMaps.filter((map) => map !== undefined);
    for (const part of [this.inputNorm, this.postAttentionNorm, ...maps]) part.dispose();
    for (const part of Object.values(this.attention)) part.dispose();
    for (const { weight, bias } of this.linears.values()) {
      weight.dispose();
      bias?.dispose();
    }
  }
}

/** `[out, in]` on the host as `[in, out]` on the backend. */
function toProduct(values: Float32Array, linear: LinearInfo): Tensor2D {
  const stored = tensor2d(values, [linear.out, linear.in]);
  const product = transpose(stored);
  stored.dispose();
  return product;
}
