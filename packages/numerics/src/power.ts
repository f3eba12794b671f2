const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Mantissas are looked up by their leading ten bits. */
const cells = 1024;

/**
 * x^exponent for float32 x that are not negative, to about 1e-12 and several times faster than `Math.pow`: the clip search spends
 * its time here. With x = 2^e · m and m near a table point c, x^p = 2^(pe) · c^p · (1 + r)^p, r = (m - c) / c below 2^-11,
 * and the binomial series of the last factor ends after four terms.
 */
function createPower(exponent: number): (x: number) => number {
  const scales = Float64Array.from({ length: 255 }, (_, e) => 2 ** (exponent * (e - 127)));
  const centers = Float64Array.from({ length: cells }, (_, i) => 1 + (i + 0.5) / cells);
  const inverses = centers.map((center) => 1 / center);
  const powers = centers.map((center) => center ** exponent);
  const second = (exponent * (exponent - 1)) / 2;
  const third = (second * (exponent - 2)) / 3;
  return (x) => {
    scratch[0] = x;
    const bits = scratchBits[0] as number;
    const e = bits >>> 23;
    if (e === 0 || e === 255) return x ** exponent; // 0, subnormals, infinities and NaN
    const cell = (bits >>> 13) & (cells - 1);
    const mantissa = 1 + (bits & 0x7fffff) / 0x800000;
    const r = mantissa * (inverses[cell] as number) - 1;
    const series = 1 + r * (exponent + r * (second + r * third));
    return (scales[e] as number) * (powers[cell] as number) * series;
  };
}

const known = new Map<number, (x: number) => number>();

/** The function x → x^exponent of {@link createPower}, made once. */
export function powerFunction(exponent: number): (x: number) => number {
  let power = known.get(exponent);
  if (!power) {
    power = createPower(exponent);
    known.set(exponent, power);
  }
  return power;
}
