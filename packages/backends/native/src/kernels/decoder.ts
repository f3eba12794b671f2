import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  type CachedAttentionAttributes,
  cachedAttentionOp,
  type KvCache,
  longCachedAttentionOp,
  pageMemory,
  type RmsNormAttributes,
  type RotaryAttributes,
  type RotaryTable,
  rmsNormOp,
  rotaryEmbeddingOp,
  swigluOp,
} from '@thinkbits/ops';
import type { NativeBackend } from '../native-backend.js';
import { type CachedRows, describeCache, findRows, reserveRows, rowTokens } from './cache-pages.js';
import { installBefore, type NativeKernel } from './install.js';

/** Norms, rotary embedding, SwiGLU and attention: what a decoder layer does besides products. */
export function installDecoderKernels(): void {
  installBefore(rmsNormOp.name, (inputs, attributes, backend) => {
    const { x, weight } = inputs as { x: TensorInfo; weight: TensorInfo };
    const { epsilon } = attributes as unknown as RmsNormAttributes;
    const [rows, width] = x.shape as [number, number];
    const { tensor, values } = backend.allocate(x.shape);
    backend.addon.rmsNorm(backend.view(x), backend.view(weight), values, rows, width, epsilon);
    return tensor;
  });
  installBefore(rotaryEmbeddingOp.name, (inputs, attributes, backend) => {
    const { x } = inputs as { x: TensorInfo };
    const { table, positions } = attributes as unknown as RotaryAttributes;
    const { half, cosines, sines } = table;
    const heads = (x.shape[1] as number) / (2 * half);
    const { tensor, values } = backend.allocate(x.shape);
    backend.addon.rotate(backend.view(x), values, positions, cosines, sines, heads, half);
    return tensor;
  });
  installBefore(swigluOp.name, (inputs, _attributes, backend) => {
    const { gateUp } = inputs as { gateUp: TensorInfo };
    const [rows, width] = gateUp.shape as [number, number];
    const { tensor, values } = backend.allocate([rows, width / 2]);
    backend.addon.swiglu(backend.view(gateUp), values, rows, width / 2);
    return tensor;
  });
  const attend: NativeKernel = (inputs, attributes, backend) =>
    attendDirectly(
      inputs as Record<'query' | 'key' | 'value', TensorInfo>,
      attributes as unknown as CachedAttentionAttributes,
      backend,
    );
  for (const { name } of [cachedAttentionOp, longCachedAttentionOp]) installBefore(name, attend);
}

/**
 * Attention over pages and windows that the addon reads where they are. It writes tokens too, but for those that wait in windows:
 * what a token sees of them changes with every token, so that they attend one by one. Undefined for no tokens.
 */
function attendDirectly(
  { query, key, value }: Record<'query' | 'key' | 'value', TensorInfo>,
  { cache, layer, segments, heads, table }: CachedAttentionAttributes,
  backend: NativeBackend,
): TensorInfo | undefined {
  const layout = describeCache(cache, layer, segments);
  if (!layout) return undefined;
  const { addon } = backend;
  const { kvHeads, headDim } = cache.shape;
  const { keys, values } = layout;
  const angles = layout.rotates ? anglesOf(cache, layer, table) : noAngles;
  const { tensor, values: out } = backend.allocate(query.shape);
  const [q, k, v] = [backend.view(query), backend.view(key), backend.view(value)];
  const attend = ({ pages, rows }: CachedRows): void => {
    const memory = pageMemory().bytes; // as it is once there is room
    const shape = [heads, kvHeads, headDim] as const;
    addon.attention(q, out, memory, pages, rows, keys, values, ...shape, ...angles);
  };
  if (layout.writes) {
    const found = reserveRows(cache, [layer], segments);
    const memory = pageMemory().bytes;
    addon.storeTokens(k, v, memory, found.pages, found.rows, keys, values, kvHeads, headDim);
    attend(found);
    return tensor;
  }
  const batch = rowTokens(segments);
  const longest = batch.reduce((most, { count }) => Math.max(most, count), 0);
  for (let t = 0; t < longest; t++) {
    const tokens = batch
      .filter(({ count }) => t < count)
      .map(({ slot, token }) => ({ slot, token: token + t, count: 1 }));
    for (const { slot, token } of tokens) {
      const row = cache.row(slot, layer);
      row.keys.append(k, token * kvHeads * headDim);
      row.values.append(v, token * kvHeads * headDim);
    }
    attend(findRows(cache, [layer], tokens));
  }
  return tensor;
}

const noAngles = [new Float32Array(), new Float32Array()] as const;

/** The angles by which keys are rotated as they are read. */
function anglesOf(cache: KvCache, layer: number, table: RotaryTable | undefined) {
  cache.rotation(layer, table); // refuses a layer without a table
  const { cosines, sines } = table as RotaryTable;
  return [cosines, sines] as const;
}
