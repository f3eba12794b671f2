import type { TensorInfo } from '@tensorflow/tfjs-core';
import {
  type CachedAttentionAttributes,
  cachedAttentionOp,
  longCachedAttentionOp,
  pageMemory,
  type RmsNormAttributes,
  type RotaryAttributes,
  requireAngles,
  rmsNormOp,
  rotaryEmbeddingOp,
  swigluOp,
} from '@thinkbits/ops';
import type { NativeBackend } from '../native-backend.js';
import { describeCache, reserveRows, rowSteps } from './cache-pages.js';
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

/** Attention over pages and windows, which the addon writes and reads where they are; undefined for no tokens. */
function attendDirectly(
  { query, key, value }: Record<'query' | 'key' | 'value', TensorInfo>,
  attributes: CachedAttentionAttributes,
  backend: NativeBackend,
): TensorInfo | undefined {
  const { cache, layer, segments, heads } = attributes;
  const layout = describeCache(cache, layer, segments);
  if (!layout) return undefined;
  const { addon } = backend;
  const { kvHeads, headDim } = cache.shape;
  const { keys, values } = layout;
  const angles = layout.rotates ? anglesOf(attributes) : noAngles;
  const { tensor, values: out } = backend.allocate(query.shape);
  const [q, k, v] = [backend.view(query), backend.view(key), backend.view(value)];
  for (const tokens of rowSteps(cache, layer, segments)) {
    const { pages, rows } = reserveRows(cache, [layer], tokens);
    const memory = pageMemory().bytes; // as it is once there is room
    addon.storeTokens(k, v, memory, pages, rows, keys, values, kvHeads, headDim);
    const shape = [heads, kvHeads, headDim] as const;
    addon.attention(q, out, memory, pages, rows, keys, values, ...shape, ...angles);
  }
  return tensor;
}

const noAngles = [new Float32Array(), new Float32Array()] as const;

/** The angles by which keys of a batch's rows are rotated as they are read. */
function anglesOf({ segments, table }: CachedAttentionAttributes) {
  const positions = segments.map(({ start, count }) => start + count);
  const { cosines, sines } = requireAngles(table, Math.max(...positions));
  return [cosines, sines] as const;
}
