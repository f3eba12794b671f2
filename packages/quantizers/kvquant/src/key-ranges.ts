import { max, min, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { channelGrids } from '@thinkbits/numerics';
import {
  type KvCalibrationLayer,
  type KvCalibrationSession,
  type KvScheme,
  ThinkbitsError,
} from '@thinkbits/spec';

function refuse(code: string, message: string, help: string): never {
  throw new ThinkbitsError({ code: `kvquant/${code}`, message, help });
}

/** The bias that is left out of the keys, `[channels]`; undefined where they are quantized with it, or have none. */
function biasOf({ block, keyBias }: KvCalibrationLayer, preBias: boolean | 'auto') {
  if (preBias === false) return undefined;
  if (preBias === 'auto' || keyBias) return keyBias;
  const message = `preBias is true, and the keys of layer ${block} are not a sum with a bias.`;
  return refuse('no-key-bias', message, 'Leave preBias out.');
}

/**
 * The range of every key channel of a decoder layer over all calibration tokens (methods.md §1.7 steps 1 to 3). Only the least
 * and the largest value so far are kept.
 * @throws ThinkbitsError `kvquant/no-key-bias`; from `finish`: `kvquant/no-inputs`, `kvquant/not-finite`
 */
export function openKeyRanges(
  scheme: KvScheme,
  layer: KvCalibrationLayer,
  preBias: boolean | 'auto',
): KvCalibrationSession {
  const { key } = scheme;
  const bias = key && biasOf(layer, preBias);
  let low: Float32Array | undefined; // [channels]
  let high: Float32Array | undefined;
  return {
    async observe(keys: Tensor2D) {
      if (!key) return;
      const ends = tidy(() => [min(keys, 0), max(keys, 0)]);
      const [least, most] = (await Promise.all(ends.map((end) => end.data()))) as Float32Array[];
      for (const end of ends) end.dispose();
      low = low?.map((value, c) => Math.min(value, least?.[c] as number)) ?? least;
      high = high?.map((value, c) => Math.max(value, most?.[c] as number)) ?? most;
    },
    async finish() {
      if (!key) return { scheme };
      if (!low || !high) {
        const message = `Layer ${layer.block} saw no keys.`;
        return refuse('no-inputs', message, 'Calibrate on at least one window of tokens.');
      }
      if (![...low, ...high].every(Number.isFinite)) {
        const message = `Keys of layer ${layer.block} are not finite.`;
        refuse('not-finite', message, 'Look at the weights, and at what was done to them.');
      }
      // k - b per channel moves both ends of its range alike.
      const moved = (end: Float32Array) =>
        bias ? end.map((x, c) => x - (bias[c] as number)) : end;
      const grids = channelGrids(moved(low), moved(high), key);
      return { scheme, staticKeys: { ...grids, ...(bias && { offset: bias }) } };
    },
    dispose() {},
  };
}
