import {
  add,
  concat,
  matMul,
  max,
  maximum,
  min,
  minimum,
  mul,
  reshape,
  sigmoid,
  split,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  transpose,
} from '@tensorflow/tfjs-core';
import { leastWidth } from '@thinkbits/numerics';
import {
  causalAttention,
  causalMask,
  fakeQuantize,
  rmsNormOp,
  rotaryEmbeddingOp,
  rotaryTable,
  swigluOp,
} from '@thinkbits/ops';
import type { ActivationScheme, KvPartScheme, RangeRule, SlicedClip } from '@thinkbits/spec';
import type { FrozenLayer } from './frozen-layer.js';
import type { Role } from './layer-shape.js';
import {
  inputTransforms,
  type Learned,
  matrixOf,
  type Transform,
  withinHeads,
} from './transforms.js';

/** The learned ratios of a range's ends, σ(c); undefined where none are learned. */
function ratios(learned: Learned, name: string): { low: Tensor; high: Tensor } | undefined {
  const [low, high] = [learned.get(`clip.${name}.low`), learned.get(`clip.${name}.high`)];
  return low && high && { low: sigmoid(low), high: sigmoid(high) };
}

/** The ratios of a scheme, times those learned. */
function clipOf(learned: Learned, name: string, clip: number | SlicedClip) {
  const own = ratios(learned, name) ?? { low: 1, high: 1 };
  const by = (end: 'low' | 'high') =>
    typeof clip === 'number' ? clip : clip[end].map((ratio) => [ratio]);
  return { low: mul(own.low, by('low')), high: mul(own.high, by('high')) };
}

/** A weight in groups `[out, groups, group]`, and the learned bounds of each `[out, groups, 1]`. */
export function weightBounds(weight: Tensor2D, role: Role, layer: FrozenLayer, learned: Learned) {
  const groups = reshape(weight, [
    weight.shape[0],
    layer.shape.linears[role].groups,
    -1,
  ]) as Tensor3D;
  const ratio = ratios(learned, role);
  if (!ratio) return { groups, low: undefined, high: undefined };
  return {
    groups,
    low: mul(min(groups, 2, true), ratio.low),
    high: mul(max(groups, 2, true), ratio.high),
  };
}

/**
 * W as it is multiplied by: undone from its input's map, clipped, for values mapped within heads, then rounded
 * (methods.md §1.8).
 * @returns `[out, in]`
 */
function quantizedWeight(layer: FrozenLayer, learned: Learned, role: Role, { undo }: Transform) {
  const { info, scheme } = layer.shape.linears[role];
  const { groups, low, high } = weightBounds(
    undo(layer.weights.get(role) as Tensor2D),
    role,
    layer,
    learned,
  );
  const clipped = low && high ? minimum(maximum(groups, low), high) : groups;
  const weight = reshape(clipped, [info.out, info.in]) as Tensor2D;
  const value = role === 'v' ? matrixOf(learned, 'value') : undefined;
  const mapped = value ? transpose(withinHeads(transpose(weight), value)) : weight;
  if (!scheme) return mapped;
  const rounded = fakeQuantize(reshape(mapped, groups.shape), {
    ...scheme,
    leastWidth,
  });
  return reshape(rounded, [info.out, info.in]) as Tensor2D;
}

/** x · Wᵀ + b for the linears of a group. @param x `[tokens, in]` */
function project(layer: FrozenLayer, learned: Learned, stage: number, x: Tensor2D, map: Transform) {
  return (layer.shape.inputs[stage] as { roles: readonly Role[] }).roles.map((role) => {
    const y = matMul<Tensor2D>(x, quantizedWeight(layer, learned, role, map), false, true);
    const bias = layer.biases.get(role);
    if (!bias) return y;
    const value = role === 'v' ? matrixOf(learned, 'value') : undefined;
    return add(y, withinHeads(reshape(bias, [1, -1]) as Tensor2D, value)) as Tensor2D;
  });
}

/** What a group of linears reads, mapped and quantized. */
function quantizedInput(layer: FrozenLayer, learned: Learned, stage: number, x: Tensor2D) {
  const { scheme, slices } = layer.shape.inputs[stage] as {
    scheme: ActivationScheme | undefined;
    slices: number;
  };
  if (!scheme) return x;
  const quantized = fakeQuantize(reshape(x, [x.shape[0], slices, -1]) as Tensor3D, {
    bits: scheme.bits,
    symmetric: scheme.symmetric,
    range: 'zero-inclusive',
    clip: clipOf(learned, `input.${stage}`, scheme.clip),
  });
  return reshape(quantized, x.shape) as Tensor2D;
}

/** Keys or values as the cache would give them back: per token and group of a head's channels. */
function cached(
  y: Tensor2D,
  name: 'key' | 'value',
  part: KvPartScheme | undefined,
  headDim: number,
  learned: Learned,
): Tensor2D {
  if (!part) return y;
  const group = part.group === 'head' ? headDim : part.group;
  const { clip } = part;
  const ends = typeof clip === 'number' ? clip : { low: [clip.low], high: [clip.high] };
  const quantized = fakeQuantize(reshape(y, [-1, 1, group]) as Tensor3D, {
    ...part,
    range: part.range as RangeRule, // a plan refuses the others
    clip: clipOf(learned, name, ends),
  });
  return reshape(quantized, y.shape) as Tensor2D;
}

/**
 * A decoder layer with its learned maps and everything quantized that is to be, differentiable in what is learned; call within
 * a tidy.
 * @param hidden `[tokens, hidden]`, windows one after another
 * @param lengths tokens of each window
 * @returns `[tokens, hidden]`
 */
export function quantizedLayer(
  hidden: Tensor2D,
  lengths: readonly number[],
  layer: FrozenLayer,
  learned: Learned,
): Tensor2D {
  const { heads, kvHeads, headDim, key: keyScheme, value: valueScheme } = layer.shape;
  const [qkvMap, oMap, gateUpMap, downMap] = inputTransforms(layer.shape, learned) as [
    Transform,
    Transform,
    Transform,
    Transform,
  ];
  const norm = (x: Tensor2D, weight: Tensor1D) =>
    rmsNormOp.compose({ x, weight }, { epsilon: layer.normEpsilon }) as Tensor2D;
  const read = (stage: number, x: Tensor2D) => quantizedInput(layer, learned, stage, x);

  const x = read(0, qkvMap.apply(norm(hidden, layer.inputNorm)));
  const [q, k, v] = project(layer, learned, 0, x, qkvMap) as [Tensor2D, Tensor2D, Tensor2D];
  const table = rotaryTable(
    layer.rotary.inverse,
    Math.max(...lengths),
    layer.rotary.attentionFactor,
  );
  const positions = Int32Array.from(lengths.flatMap((length) => [...Array(length).keys()]));
  const turn = (y: Tensor2D, weight: Tensor1D | undefined) => {
    const perHead = reshape(y, [-1, headDim]) as Tensor2D;
    const normed = weight ? (reshape(norm(perHead, weight), y.shape) as Tensor2D) : y;
    return rotaryEmbeddingOp.compose({ x: normed }, { table, positions }) as Tensor2D;
  };
  const keyMap = matrixOf(learned, 'key');
  const query = withinHeads(turn(q, layer.queryNorm), keyMap, true); // q · P⁻ᵀ
  const key = cached(
    withinHeads(turn(k, layer.keyNorm), keyMap),
    'key',
    keyScheme,
    headDim,
    learned,
  );
  const value = cached(v, 'value', valueScheme, headDim, learned);
  const windows = [query, key, value].map((y) => split(y, [...lengths], 0) as Tensor2D[]);
  const [queries, keys, values] = windows as [Tensor2D[], Tensor2D[], Tensor2D[]];
  const attended = lengths.map((length, i) =>
    causalAttention(
      queries[i] as Tensor2D,
      keys[i] as Tensor2D,
      values[i] as Tensor2D,
      causalMask(length),
      { heads, kvHeads },
    ),
  );
  const [o] = project(layer, learned, 1, read(1, oMap.apply(concat(attended, 0))), oMap);
  const middle = add(hidden, o as Tensor2D) as Tensor2D;

  const y = read(2, gateUpMap.apply(norm(middle, layer.postAttentionNorm)));
  const gateUp = concat(project(layer, learned, 2, y, gateUpMap), 1);
  const activated = swigluOp.compose({ gateUp }, {}) as Tensor2D;
  const [down] = project(layer, learned, 3, read(3, downMap.apply(activated)), downMap);
  return add(middle, down as Tensor2D);
}
