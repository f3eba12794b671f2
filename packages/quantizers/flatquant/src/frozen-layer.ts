import { reshape, type Tensor, type Tensor1D, type Tensor2D } from '@tensorflow/tfjs-core';
import type { BlockView, LinearInfo, RotaryAngles } from '@thinkbits/spec';
import { type LayerShape, type Role, roles } from './layer-shape.js';

/** The float tensors of a decoder layer, which training reads and leaves as they are; dispose it to free them. */
export interface FrozenLayer {
  readonly shape: LayerShape;
  /** `[out, in]` */
  readonly weights: ReadonlyMap<Role, Tensor2D>;
  /** `[out]` */
  readonly biases: ReadonlyMap<Role, Tensor1D>;
  /** `[hidden]` */
  readonly inputNorm: Tensor1D;
  readonly postAttentionNorm: Tensor1D;
  /** `[headDim]`, where the family norms queries and keys. */
  readonly queryNorm: Tensor1D | undefined;
  readonly keyNorm: Tensor1D | undefined;
  readonly normEpsilon: number;
  readonly rotary: RotaryAngles;
  dispose(): void;
}

/** The norm whose output a linear reads. */
export function normBefore({ block }: LayerShape, { name }: LinearInfo): string {
  const fold = block.folds.find(({ kind, into }) => kind === 'norm' && into.includes(name));
  return (fold as { readonly from: string }).from;
}

/** Reads a layer's float tensors. */
export async function readFrozenLayer(view: BlockView, shape: LayerShape): Promise<FrozenLayer> {
  const held: Tensor[] = [];
  const matrix = async (name: string): Promise<Tensor2D> => {
    const tensor = await view.weight(name);
    held.push(tensor);
    return tensor;
  };
  const vector = async (name: string): Promise<Tensor1D> => {
    const row = reshape(await matrix(name), [-1]) as Tensor1D;
    held.push(row);
    return row;
  };
  const dispose = (): void => {
    for (const tensor of held) tensor.dispose();
  };
  try {
    const { linears, block } = shape;
    const weights = new Map<Role, Tensor2D>();
    const biases = new Map<Role, Tensor1D>();
    for (const role of roles) {
      const { info } = linears[role];
      weights.set(role, await matrix(info.name));
      if (info.bias) biases.set(role, await vector(`${info.name}.bias`));
    }
    const { query, key } = block.headNorms ?? {};
    return {
      shape,
      weights,
      biases,
      inputNorm: await vector(normBefore(shape, linears.q.info)),
      postAttentionNorm: await vector(normBefore(shape, linears.gate.info)),
      queryNorm: query === undefined ? undefined : await vector(query),
      keyNorm: key === undefined ? undefined : await vector(key),
      normEpsilon: view.normEpsilon,
      rotary: view.rotary,
      dispose,
    };
  } catch (error) {
    dispose();
    throw error;
  }
}
