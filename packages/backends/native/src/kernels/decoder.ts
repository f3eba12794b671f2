import { type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import {
  type CachedAttentionAttributes,
  cachedAttentionOp,
  longCachedAttentionOp,
  pageMemory,
  type RmsNormAttributes,
  type RotaryAttributes,
  rmsNormOp,
  rotaryEmbeddingOp,
  swigluOp,
} from '@thinkbits/ops';
import type { NativeBackend } from '../native-backend.js';
import { describeCache, reserveRows } from './cache-pages.js';
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
  installBefore(cachedAttentionOp.name, attend);
  const composed: NativeKernel = (inputs, attributes) =>
    tidy(() => longCachedAttentionOp.compose(inputs as never, attributes as never));
  installBefore(longCachedAttentionOp.name, composed);
  installBefore(longCachedAttentionOp.name, attend);
}

/** Attention over pages that the addon writes and reads itself; undefined for layouts that it cannot. */
function attendDirectly(
  { query, key, value }: Record<'query' | 'key' | 'value', TensorInfo>,
  { cache, layer, segments, heads }: CachedAttentionAttributes,
  backend: NativeBackend,
): TensorInfo | undefined {
  const layout = describeCache(cache, layer, segments);
  if (!layout) return undefined;
  const { addon } = backend;
  const { kvHeads, headDim } = cache.shape;
  const { keys, values, pageTokens } = layout;
  const { pages, rows } = reserveRows(cache, [layer], segments);
  const memory = pageMemory().bytes; // as it is once there is room
  const [k, v] = [backend.view(key), backend.view(value)];
  addon.storeTokens(k, v, memory, pages, rows, keys, values, kvHeads, headDim, pageTokens);
  const { tensor, values: out } = backend.allocate(query.shape);
  const q = backend.view(query);
  addon.attention(q, out, memory, pages, rows, keys, values, heads, kvHeads, headDim, pageTokens);
  return tensor;
}
