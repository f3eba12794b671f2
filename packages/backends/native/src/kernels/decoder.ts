import { type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import {
  type CachedAttentionAttributes,
  cachedAttentionOp,
  type DirectPages,
  longCachedAttentionOp,
  type PageFormat,
  pageMemory,
  type RmsNormAttributes,
  type RotaryAttributes,
  rmsNormOp,
  rotaryEmbeddingOp,
  swigluOp,
} from '@thinkbits/ops';
import type { NativeBackend } from '../native-backend.js';
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

/** Six integers, as native/attention-calls.cc reads them. */
const described = ({ bits, group, kind, rowBytes, headBytes, parameters }: PageFormat) =>
  Int32Array.of(bits, group, kind, rowBytes, headBytes, parameters);

/** Attention in one call over pages that the addon can read itself; undefined for layouts that it cannot. */
function attendDirectly(
  { query, key, value }: Record<'query' | 'key' | 'value', TensorInfo>,
  { cache, layer, segments, heads }: CachedAttentionAttributes,
  backend: NativeBackend,
): TensorInfo | undefined {
  const { kvHeads, headDim } = cache.shape;
  const stores = segments.map(({ slot }) => cache.row(slot, layer));
  const [first] = stores;
  if (!first?.keys.direct || !first.values.direct || cache.rotatesOnRead(layer)) return undefined;
  const k = backend.view(key); // [tokens, kvHeads · headDim]
  const v = backend.view(value);
  let token = 0;
  const pages: number[] = [];
  const rows = new Int32Array(4 * segments.length);
  segments.forEach(({ count }, i) => {
    const { keys, values } = stores[i] as (typeof stores)[number];
    const before = keys.tokens;
    for (let t = 0; t < count; t++, token++) {
      keys.append(k, token * kvHeads * headDim);
      values.append(v, token * kvHeads * headDim);
    }
    const keyPages = (keys.direct as DirectPages).pages;
    const valuePages = (values.direct as DirectPages).pages;
    rows.set([count, before, pages.length, pages.length + keyPages.length], 4 * i);
    for (const page of keyPages) pages.push(page);
    for (const page of valuePages) pages.push(page);
  });
  const { tensor, values } = backend.allocate(query.shape);
  backend.addon.attention(
    backend.view(query),
    values,
    pageMemory().bytes,
    Int32Array.from(pages),
    rows,
    described(first.keys.direct.format),
    described(first.values.direct.format),
    heads,
    kvHeads,
    headDim,
    first.keys.pageTokens,
  );
  return tensor;
}
