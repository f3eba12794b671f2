import type { WeightBits } from './scheme.js';

/** Floats of few bits that a code may stand for: OCP MX 1.0 (E2M1) and OCP OFP8 1.0 (E4M3, E5M2). */
export type FloatElement = 'e2m1' | 'e4m3' | 'e5m2';

/**
 * How the scale of a group is rounded and stored.
 *
 * - `float32`: max|x| / largest element, as it is (FP8);
 * - `e8m0`: a power of two in a byte (OCP MX);
 * - `e4m3`: an E4M3 float, relative to one float32 scale of the whole tensor (NVFP4).
 */
export type ScaleFormat = 'float32' | 'e8m0' | 'e4m3';

/**
 * Which power of two an `e8m0` scale is (methods.md §9.11). `floor`: 2^⌊log2 max|x|⌋ over that of the largest
 * element, as OCP has it; `round`: the next one where the mantissa of max|x| is at least 1.75, as
 * compressed-tensors has it.
 */
export type ScaleRule = 'floor' | 'round';

/**
 * What codes stand for where they are no integers: x̂ = scale · element(code), the code a bit pattern. `scaleRule`
 * is of `e8m0` scales, `floor` where absent. (A type alias, so that it is a JSON value.)
 */
export type FloatFormat = {
  readonly element: FloatElement;
  readonly scale: ScaleFormat;
  readonly scaleRule?: ScaleRule;
};

/** Bits of a code by element. */
export const floatElementBits: { readonly [Element in FloatElement]: WeightBits } = {
  e2m1: 4,
  e4m3: 8,
  e5m2: 8,
};

/** Consecutive elements that share a scale, where the format of the scale fixes them (OCP MX; NVFP4). */
export const floatBlocks: { readonly [Scale in ScaleFormat]: number | undefined } = {
  float32: undefined,
  e8m0: 32,
  e4m3: 16,
};

/** Formats that go by a name. */
export type FloatFormatName = 'mxfp4' | 'mxfp8' | 'nvfp4' | 'fp8';

/** What the names stand for. */
export const floatFormats: { readonly [Name in FloatFormatName]: FloatFormat } = {
  mxfp4: { element: 'e2m1', scale: 'e8m0', scaleRule: 'floor' },
  mxfp8: { element: 'e4m3', scale: 'e8m0', scaleRule: 'floor' },
  nvfp4: { element: 'e2m1', scale: 'e4m3' },
  fp8: { element: 'e4m3', scale: 'float32' },
};

/** A format with its default spelled out; a rule that its scale does not have stays, to be refused by a plan. */
export function completeFloatFormat({ element, scale, scaleRule }: FloatFormat): FloatFormat {
  const rule = scale === 'e8m0' ? (scaleRule ?? 'floor') : scaleRule;
  return { element, scale, ...(rule && { scaleRule: rule }) };
}

/** The name of a format; its element where it has none of its own. A scale rule makes no other name. */
export function floatFormatName(format: FloatFormat): string {
  const named = Object.entries(floatFormats).find(
    ([, { element, scale }]) => element === format.element && scale === format.scale,
  );
  return named?.[0] ?? `${format.element}-${format.scale}`;
}
