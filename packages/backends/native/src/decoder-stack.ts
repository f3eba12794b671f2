import { engine, type Tensor, type TensorInfo } from '@tensorflow/tfjs-core';
import {
  type DecoderStack,
  type HeldStack,
  type KvCache,
  pageMemory,
  type StackLayer,
  type StackPlace,
  type StackStage,
} from '@thinkbits/ops';
import { floatElementBits } from '@thinkbits/spec';
import { describeMap } from './describe-map.js';
import { roundingOf } from './kernels/activations.js';
import { describeCache, reserveRows, roomOf, rowsOf } from './kernels/cache-pages.js';
import { backendName } from './kernels/install.js';
import type { NativeWeights } from './linear-product.js';
import type { NativeBackend } from './native-backend.js';

/** How all layers lie in a cache. */
interface CacheFormats {
  /** As native/decoder-stack-calls.cc has it. */
  readonly formats: Int32Array;
  /** Layers whose tokens wait in a window, which takes some at a time. */
  readonly waiting: readonly number[];
}

/** Layers that native/decoder-stack.h holds. */
export interface NativeStack extends HeldStack {
  readonly handle: number;
  readonly layers: readonly number[];
  formatsOf(place: StackPlace): CacheFormats;
}

const stagesOf = ({ qkv, o, gateUp, down }: StackLayer): StackStage[] => [qkv, o, gateUp, down];

/** In the order of native/decoder-stack.h. */
const mapsOf = (layer: StackLayer) => [
  ...stagesOf(layer).map(({ online }) => online),
  ...[layer.queryMap, layer.keyMap, layer.valueMap],
];

/** Whether the addon can do all that happens to a stage's input: bits that are not those of its floats are refused elsewhere. */
function isServed({ weight, rounding }: StackStage): boolean {
  const { float, bits } = rounding?.scheme ?? {};
  return weight.held !== undefined && (!float || floatElementBits[float.element] === bits);
}

function describeLayers({ cache, segments }: StackPlace, layers: readonly number[]): CacheFormats {
  const described = layers.flatMap((layer) => describeCache(cache, layer, segments) ?? []);
  return {
    formats: Int32Array.from(
      described.flatMap(({ keys, values, rotates }) => [...keys, ...values, Number(rotates)]),
    ),
    waiting: layers.filter((_, i) => described[i]?.waits),
  };
}

/** The kernel `DecoderStack` of the backend `native`. */
export const nativeStack: DecoderStack<NativeStack> = {
  hold(layers, { hidden, heads, kvHeads, headDim, normEpsilon }) {
    if (!layers.flatMap(stagesOf).every(isServed)) return undefined;
    const backend = engine().findBackend(backendName) as NativeBackend;
    const { addon } = backend;
    const values = (tensor: Tensor | undefined) =>
      tensor ? backend.view(tensor) : new Float32Array();
    const handle = addon.createStack(layers.length, hidden, heads, kvHeads, headDim, normEpsilon);
    const setStage = (layer: number, index: number, stage: StackStage): void => {
      const { scheme, group } = stage.rounding ?? {};
      const rounding = roundingOf(scheme, stage.weight.in, group);
      const { bits, symmetric, lows, highs, element, scale } = rounding;
      const weight = (stage.weight.held as NativeWeights).handle;
      const bias = values(stage.bias);
      addon.setStackStage(
        handle,
        layer,
        index,
        weight,
        bias,
        bits,
        symmetric,
        group ?? 0,
        lows,
        highs,
        element,
        scale,
      );
    };
    for (const [index, layer] of layers.entries()) {
      const { inputNorm, postAttentionNorm, queryNorm, keyNorm } = layer;
      const [input, after] = [values(inputNorm), values(postAttentionNorm)];
      addon.setStackNorms(handle, index, input, after, values(queryNorm), values(keyNorm));
      for (const [at, stage] of stagesOf(layer).entries()) setStage(index, at, stage);
      for (const [place, channels] of mapsOf(layer).entries()) {
        if (!channels) continue;
        const { structure, values } = describeMap(channels.map);
        addon.setStackMap(handle, index, place, structure, values);
      }
    }
    const all = layers.map((_, index) => index);
    const known = new WeakMap<KvCache, CacheFormats>();
    const formatsOf = (place: StackPlace): CacheFormats => {
      const found = known.get(place.cache) ?? describeLayers(place, all);
      known.set(place.cache, found);
      return found;
    };
    return {
      handle,
      layers: all,
      formatsOf,
      serves: (place) => {
        const { cache, segments } = place;
        const hasRoom = (layer: number): boolean =>
          segments.every(({ slot, count }) => count <= roomOf(cache, layer, slot));
        return segments.length > 0 && formatsOf(place).waiting.every(hasRoom);
      },
      dispose: () => addon.disposeStack(handle),
    };
  },
  run(hidden: TensorInfo, held, place, backend) {
    const native = backend as NativeBackend;
    const { formats } = held.formatsOf(place);
    const { pages, rows } = reserveRows(place.cache, held.layers, rowsOf(place.segments));
    const { tensor, values } = native.allocate(hidden.shape);
    values.set(native.view(hidden));
    const { positions, table } = place;
    const { bytes } = pageMemory(); // as it is once there is room
    native.addon.runStack(
      held.handle,
      values,
      positions,
      table.cosines,
      table.sines,
      bytes,
      pages,
      rows,
      formats,
    );
    return tensor;
  },
};
