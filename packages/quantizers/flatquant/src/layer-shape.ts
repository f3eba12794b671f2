import { groupCount } from '@thinkbits/numerics';
import type {
  ActivationScheme,
  BlockInfo,
  KvPartScheme,
  KvScheme,
  LinearInfo,
  LinearScheme,
  ModelInfo,
  WeightScheme,
} from '@thinkbits/spec';
import type { FlatquantOptions, Site } from './options.js';

/** The linears of a decoder layer in execution order. */
export const roles = ['q', 'k', 'v', 'o', 'gate', 'up', 'down'] as const;

/** Which of them share an input. */
const stages: readonly (readonly Role[])[] = [['q', 'k', 'v'], ['o'], ['gate', 'up'], ['down']];

/** A member of {@link roles}. */
export type Role = (typeof roles)[number];

/** A linear and how its weight is rounded. */
export interface LinearShape {
  readonly info: LinearInfo;
  /** Absent when the weight stays in float. */
  readonly scheme: WeightScheme | undefined;
  /** Groups a row. */
  readonly groups: number;
}

/** A group of linears' input and how it is quantized. */
export interface InputShape {
  readonly channels: number;
  readonly roles: readonly Role[];
  readonly scheme: ActivationScheme | undefined;
  /** Consecutive parts with a scale of their own. */
  readonly slices: number;
}

/** A decoder layer as training sees it: dimensions, and what is quantized how. */
export interface LayerShape {
  readonly block: BlockInfo;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly linears: { readonly [role in Role]: LinearShape };
  readonly inputs: readonly InputShape[];
  /** How keys and values are stored; absent when they stay in float. */
  readonly kv: KvScheme | undefined;
  readonly key: KvPartScheme | undefined;
  readonly value: KvPartScheme | undefined;
  /** Independent maps before o_proj and down_proj. */
  readonly ranks: number;
  /** Where maps are learned: keys that stay in float need none. */
  readonly sites: readonly Site[];
}

/** Gathers what the declared tree and the schemes say of a layer. */
export function layerShape(
  block: BlockInfo,
  model: ModelInfo,
  schemes: ReadonlyMap<string, LinearScheme>,
  kv: KvScheme | undefined,
  options: Required<FlatquantOptions>,
): LayerShape {
  const { heads, kvHeads, headDim } = model;
  const infos = block.stages.flat();
  const linears = Object.fromEntries(
    roles.map((role, i): [Role, LinearShape] => {
      const info = infos[i] as LinearInfo;
      const scheme = schemes.get(info.name)?.weight;
      return [role, { info, scheme, groups: scheme ? groupCount(info.in, scheme.group) : 1 }];
    }),
  ) as LayerShape['linears'];
  const inputs = stages.map((members, stage): InputShape => {
    const [first] = members as [Role];
    const { name, in: channels } = linears[first].info;
    const scheme = schemes.get(name)?.activation;
    const slices = stage % 2 === 1 ? (scheme?.tensorParallel ?? 1) : 1; // o_proj and down_proj
    return { channels, roles: members, scheme, slices };
  });
  const { tensorParallel, sites } = options;
  return {
    block,
    heads,
    kvHeads,
    headDim,
    linears,
    inputs,
    kv,
    key: kv?.key,
    value: kv?.value,
    ranks: tensorParallel === 'auto' ? (inputs[3]?.scheme?.tensorParallel ?? 1) : tensorParallel,
    sites: kv?.key ? sites : sites.filter((site) => site !== 'key'),
  };
}

/** Whether anything of the layer is quantized, so that there is something to train for. */
export function isQuantized({ linears, inputs, key, value }: LayerShape): boolean {
  const parts = [...Object.values(linears), ...inputs].map(({ scheme }) => scheme);
  return [...parts, key, value].some((scheme) => scheme !== undefined);
}
