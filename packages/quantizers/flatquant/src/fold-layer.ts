import { dispose, type Tensor, type Tensor2D, tensor, tidy } from '@tensorflow/tfjs-core';
import { invertLinearMap } from '@thinkbits/numerics';
import type {
  ActivationScheme,
  ClipBounds,
  Edit,
  InvertiblePair,
  KvPartScheme,
  LinearMap,
  OnlineSite,
  Proposal,
  RoundingHints,
} from '@thinkbits/spec';
import { type FrozenLayer, normBefore } from './frozen-layer.js';
import { type LayerShape, type Role, roles } from './layer-shape.js';
import type { Parameter, Parameters } from './parameters.js';
import { weightBounds } from './quantized-layer.js';
import { inputTransforms } from './transforms.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

const dense = ({ shape, values }: Parameter): LinearMap => ({
  kind: 'dense',
  size: shape[0] as number,
  values,
});

const pairOf = (forward: LinearMap): InvertiblePair => ({
  forward,
  inverse: invertLinearMap(forward),
});

/** One map for each rank; a lone one is itself. */
const blockDiagonal = (blocks: readonly LinearMap[]): LinearMap =>
  blocks.length === 1 ? (blocks[0] as LinearMap) : { kind: 'block-diagonal', blocks };

/** Maps at run time, diagonals in norms and in up_proj, the values' map in v_proj and o_proj: the float output stays. */
function editsOf(shape: LayerShape, parameters: Parameters): Edit[] {
  const { block, linears, headDim, ranks } = shape;
  const byRank = (name: (rank: number) => string): Parameter[] =>
    Array.from({ length: ranks }, (_, rank) => parameters.get(name(rank))).filter(
      (parameter) => parameter !== undefined,
    );
  const edits: Edit[] = [];
  const online = (at: OnlineSite['at'], map: LinearMap): void => {
    edits.push({ op: 'online', site: { block: block.index, at }, map: pairOf(map) });
  };
  /** Inputs are multiplied by d, so whatever produces them is; `scale` divides by its factors. */
  const scale = (producer: string, readers: readonly Role[], diagonals: Parameter[]): void => {
    const factors = Float32Array.from(
      diagonals.flatMap(({ values }) => [...values]),
      (d) => 1 / d,
    );
    if (factors.length === 0) return;
    const consumers = readers.map((role) => linears[role].info.name);
    edits.push({ op: 'scale', producer, consumers, factors });
  };
  const kronecker = (name: string): LinearMap[] => {
    const [left, right] = [parameters.get(`${name}.left`), parameters.get(`${name}.right`)];
    return left && right ? [{ kind: 'kronecker', left: dense(left), right: dense(right) }] : [];
  };

  for (const [name, readers] of [
    ['qkv', ['q', 'k', 'v']],
    ['gate-up', ['gate', 'up']],
  ] as const) {
    const [first] = readers;
    const diagonal = parameters.get(`${name}.diagonal`);
    scale(normBefore(shape, linears[first].info), readers, diagonal ? [diagonal] : []);
    for (const map of kronecker(name)) online(`${name}-input`, map);
  }
  scale(
    linears.up.info.name,
    ['down'],
    byRank((rank) => `down.${rank}.diagonal`),
  );
  const down = Array.from({ length: ranks }, (_, rank) => kronecker(`down.${rank}`)).flat();
  if (down.length > 0) online('down-input', blockDiagonal(down));

  const value = parameters.get('value');
  if (value) {
    const targets = [
      { name: linears.v.info.name, side: 'out' },
      { name: linears.o.info.name, side: 'in' },
    ] as const;
    edits.push({ op: 'rotate', targets, map: pairOf(dense(value)) });
  }
  const mixes = byRank((rank) => `o.${rank}`).map(dense);
  if (mixes.length > 0) {
    const within: LinearMap = { kind: 'diagonal', values: new Float32Array(headDim).fill(1) };
    online('o-input', { kind: 'kronecker', left: blockDiagonal(mixes), right: within });
  }
  const key = parameters.get('key');
  if (key) online('query-key', dense(key));
  return edits;
}

/** Learned bounds of the weights as the edits leave them. */
async function clipsOf(layer: FrozenLayer, parameters: Parameters) {
  const { shape } = layer;
  const learned = new Map(
    [...parameters].map(([name, { values, shape }]) => [name, tensor(values, [...shape])] as const),
  );
  const hints = new Map<string, RoundingHints>();
  try {
    for (const role of roles) {
      const { info, groups } = shape.linears[role];
      const stage = shape.inputs.findIndex((input) => input.roles.includes(role));
      const ends = tidy(() => {
        const { undo } = inputTransforms(shape, learned)[stage]!;
        const { low, high } = weightBounds(
          undo(layer.weights.get(role) as Tensor2D),
          role,
          layer,
          learned,
        );
        return low && high ? [low, high] : [];
      });
      if (ends.length === 0) continue;
      const [low, high] = await Promise.all((ends as Tensor[]).map((end) => end.data()));
      dispose(ends);
      const bounds = { low: Float32Array.from(low!), high: Float32Array.from(high!) };
      hints.set(info.name, { clip: placed(bounds, role, groups, shape, parameters) });
    }
    return hints;
  } finally {
    dispose([...learned.values()]);
  }
}

/** Bounds where the rounder meets the weight: before the values' map, and times the diagonal that up_proj's rows take. */
function placed(
  { low, high }: ClipBounds,
  role: Role,
  groups: number,
  { ranks }: LayerShape,
  parameters: Parameters,
): ClipBounds {
  const value = parameters.get('value');
  if (role === 'v' && value) return { low, high, before: pairOf(dense(value)) };
  const diagonal = Array.from({ length: ranks }, (_, rank) => [
    ...(parameters.get(`down.${rank}.diagonal`)?.values ?? []),
  ]).flat();
  const factor = (i: number): number =>
    role === 'up' ? (diagonal[Math.floor(i / groups)] ?? 1) : 1;
  const ends = Array.from(low, (bound, i) => [bound * factor(i), (high[i] as number) * factor(i)]);
  return {
    low: Float32Array.from(ends, (pair) => Math.min(...pair)),
    high: Float32Array.from(ends, (pair) => Math.max(...pair)),
  };
}

/** Learned ratios on the host; undefined where none are learned. */
function ratiosOf(
  parameters: Parameters,
  name: string,
): { low: number[]; high: number[] } | undefined {
  const end = (which: string) => parameters.get(`clip.${name}.${which}`)?.values;
  const [low, high] = [end('low'), end('high')];
  return low && high && { low: [...low].map(sigmoid), high: [...high].map(sigmoid) };
}

/** A part of the cache with its learned ends. */
function cachePart(
  part: KvPartScheme,
  parameters: Parameters,
  name: 'key' | 'value',
): KvPartScheme {
  const ratios = ratiosOf(parameters, name);
  if (!ratios) return part;
  const { clip } = part;
  const own = typeof clip === 'number' ? { low: clip, high: clip } : clip;
  return {
    ...part,
    clip: {
      low: own.low * (ratios.low[0] as number),
      high: own.high * (ratios.high[0] as number),
    },
  };
}

/** What was learned as data (methods.md §1.8, export): edits, which leave the float output, and clips, which do not. */
export async function foldLayer(layer: FrozenLayer, parameters: Parameters): Promise<Proposal> {
  const { shape } = layer;
  const activations = new Map<string, ActivationScheme>();
  for (const [stage, { roles: readers, scheme }] of shape.inputs.entries()) {
    const ratios = ratiosOf(parameters, `input.${stage}`);
    if (!scheme || !ratios) continue;
    const { clip } = scheme;
    const own = (end: 'low' | 'high', slice: number): number =>
      typeof clip === 'number' ? clip : (clip[end][slice] as number);
    const ends = {
      low: ratios.low.map((ratio, slice) => ratio * own('low', slice)),
      high: ratios.high.map((ratio, slice) => ratio * own('high', slice)),
    };
    for (const role of readers)
      activations.set(shape.linears[role].info.name, { ...scheme, clip: ends });
  }
  const { key, value, kv } = shape;
  return {
    edits: editsOf(shape, parameters),
    hints: await clipsOf(layer, parameters),
    activations,
    ...(kv && {
      kv: {
        ...kv,
        ...(key && { key: cachePart(key, parameters, 'key') }),
        ...(value && { value: cachePart(value, parameters, 'value') }),
      },
    }),
  };
}
