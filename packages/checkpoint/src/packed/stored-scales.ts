import { groupCount, scaleCode, scaleOfCode } from '@thinkbits/numerics';
import {
  type FloatFormat,
  floatFormatName,
  type QuantizedWeight,
  type ScaleFormat,
  ThinkbitsError,
  type WeightScheme,
} from '@thinkbits/spec';
import type { Dtype } from '../safetensors/dtype.js';
import { bytesOf, type TensorData } from './tensor-data.js';

/** How the scales of each format are stored: those of one byte as compressed-tensors has them (formats.md §4.3). */
const dtypes: { readonly [Format in ScaleFormat]: Dtype } = {
  float32: 'F32',
  e8m0: 'U8',
  e4m3: 'F8_E4M3',
};

/** Type and shape of the stored scales of a weight. */
export function scaleLayout(
  scheme: WeightScheme,
  rows: number,
  columns: number,
): { readonly dtype: Dtype; readonly shape: readonly number[] } {
  const shape = scheme.group === 'tensor' ? [1] : [rows, groupCount(columns, scheme.group)];
  return { dtype: dtypes[scheme.float?.scale ?? 'float32'], shape };
}

/**
 * The tensors of a weight's scales.
 * @throws ThinkbitsError `checkpoint/scale-format` when a scale is not one of its format
 */
export function storeScales(linear: string, weight: QuantizedWeight): TensorData[] {
  const { rows, columns, scheme, globalScale = 1 } = weight;
  const { dtype, shape } = scaleLayout(scheme, rows, columns);
  const scales = scheme.group === 'tensor' ? weight.scales.slice(0, 1) : weight.scales;
  if (weight.scales.some((scale) => scheme.group === 'tensor' && scale !== scales[0])) {
    throw new ThinkbitsError({
      code: 'checkpoint/scale-format',
      message: `${linear}: rows have different scales, and the scheme has one for all of them.`,
      help: 'This is a defect of the rounder: run the conformance kit on it.',
      details: { linear },
    });
  }
  const name = `${linear}.weight_scale`;
  if (dtype === 'F32') return [{ name, dtype, shape, bytes: bytesOf(scales) }];
  const { float } = scheme as { float: FloatFormat }; // only its scales are bytes
  const format = float.scale;
  const bytes = Uint8Array.from(scales, (scale) => scaleCode(format, scale, globalScale));
  const lost = bytes.findIndex((code, i) => scaleOfCode(format, code, globalScale) !== scales[i]);
  if (lost >= 0) {
    throw new ThinkbitsError({
      code: 'checkpoint/scale-format',
      message: `${linear}: the scale ${scales[lost]} is none that ${floatFormatName(float)} can store.`,
      help: 'This is a defect of the rounder: run the conformance kit on it.',
      details: { linear, scale: scales[lost] as number },
    });
  }
  const stored: TensorData = { name, dtype, shape, bytes };
  if (format !== 'e4m3') return [stored];
  const whole = bytesOf(Float32Array.of(globalScale));
  return [
    stored,
    { name: `${linear}.weight_global_scale`, dtype: 'F32', shape: [1], bytes: whole },
  ];
}

/**
 * The scales that were stored, `[rows, groups]` in float32.
 * @param stored what {@link scaleLayout} says, as float32 or as bytes
 */
export function restoreScales(
  scheme: WeightScheme,
  rows: number,
  stored: Float32Array | Uint8Array,
  globalScale: number,
): Float32Array {
  const format = scheme.float?.scale ?? 'float32';
  const scales =
    stored instanceof Float32Array
      ? stored
      : Float32Array.from(stored, (code) => scaleOfCode(format, code, globalScale));
  return scheme.group === 'tensor' ? new Float32Array(rows).fill(scales[0] as number) : scales;
}
