import type { FloatElement } from '@thinkbits/spec';

/**
 * An element format: sign, exponent and mantissa, subnormals included. Codes are bit patterns, so that positive
 * codes are in the order of their values.
 */
export interface FloatElementFormat {
  readonly bits: number;
  readonly mantissaBits: number;
  readonly exponentBias: number;
  /** Exponent of the largest finite value. */
  readonly largestExponent: number;
  /** The largest finite value. */
  readonly largest: number;
  /** The code of `largest`. */
  readonly largestCode: number;
  /** What an overflow becomes where it does not saturate: NaN, or infinity; `largestCode` where there is neither. */
  readonly overflowCode: number;
  /** A NaN; `largestCode` where there is none. */
  readonly nanCode: number;
  /** By code; NaN and infinities where the format has them. */
  readonly values: Float32Array;
}

/** OCP MX 1.0, table 4 (E2M1); OCP OFP8 1.0, table 1 (E4M3, E5M2). */
const shapes = {
  e2m1: { bits: 4, mantissaBits: 1, exponentBias: 1, largestCode: 7, overflow: 7, nan: 7 },
  e4m3: { bits: 8, mantissaBits: 3, exponentBias: 7, largestCode: 126, overflow: 127, nan: 127 },
  e5m2: { bits: 8, mantissaBits: 2, exponentBias: 15, largestCode: 123, overflow: 124, nan: 126 },
} as const;

/** The value of a non-negative code that is finite. */
function magnitude(code: number, mantissaBits: number, exponentBias: number): number {
  const exponent = code >> mantissaBits;
  const mantissa = code & (2 ** mantissaBits - 1);
  const step = 2 ** (Math.max(exponent, 1) - exponentBias - mantissaBits);
  return (exponent === 0 ? mantissa : mantissa + 2 ** mantissaBits) * step;
}

function build(name: FloatElement): FloatElementFormat {
  const { bits, mantissaBits, exponentBias, largestCode, overflow, nan } = shapes[name];
  const half = 2 ** (bits - 1);
  const values = Float32Array.from({ length: 2 * half }, (_, code) => {
    const sign = code < half ? 1 : -1;
    const positive = code % half;
    if (positive <= largestCode) return sign * magnitude(positive, mantissaBits, exponentBias);
    return name === 'e5m2' && positive === overflow ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  });
  return {
    bits,
    mantissaBits,
    exponentBias,
    largestExponent: (largestCode >> mantissaBits) - exponentBias,
    largest: values[largestCode] as number,
    largestCode,
    overflowCode: overflow,
    nanCode: nan,
    values,
  };
}

/** The formats by name. */
export const floatElements: { readonly [Name in FloatElement]: FloatElementFormat } = {
  e2m1: build('e2m1'),
  e4m3: build('e4m3'),
  e5m2: build('e5m2'),
};
