import { highestCode, lowestCode, roundHalfEven } from '@thinkbits/numerics';

/** The error that is minimized: Σ |w - ŵ|ᵖ. */
const errorOf = (weights, rounded, power) =>
  weights.reduce((sum, w, i) => sum + Math.abs(w - rounded[i]) ** power, 0);

/** Eq. 4 of the source, generalized soft-thresholding: the proximal point of |e|ᵖ with weight β. */
const shrink = (e, beta, power) =>
  Math.sign(e) * Math.max(0, Math.abs(e) - Math.abs(e) ** (power - 1) / beta);

/**
 * Half-quadratic refinement of one group's grid (Badri and Shaji, "Half-Quadratic Quantization of Large Machine Learning
 * Models", 2023): the error of rounding is split into a sparse part E that outliers may have and a rest that is fitted in the
 * least squares, in turn.
 *
 * The authors fit a zero point in real numbers and leave the scale; zero points here are whole, so both are fitted: the scale in
 * closed form, the zero point rounded.
 * @param {Float32Array} weights the group, `[size]`
 * @param {{ scale: number, zero: number }} start what round-to-nearest gives
 * @param {{ bits: number, symmetric: boolean }} scheme
 * @returns codes, scale and zero point with the least error seen; those of `start` where no step is better
 */
export function refineGroup(weights, start, { bits, symmetric }, options) {
  const [lowest, highest] = [lowestCode(bits, symmetric), highestCode(bits, symmetric)];
  const round = ({ scale, zero }) => {
    const codes = Array.from(weights, (w) =>
      Math.min(highest, Math.max(lowest, roundHalfEven(Math.fround(w / scale)) + zero)),
    );
    const rounded = codes.map((code) => scale * (code - zero));
    return { scale, zero, codes, rounded, error: errorOf(weights, rounded, options.power) };
  };
  let best = round(start);
  let current = best;
  const largest = weights.reduce((most, w) => Math.max(most, Math.abs(w)), 0);
  let beta = options.beta * largest ** (options.power - 2);
  for (let step = 0; step < options.steps && best.error > 0; step++) {
    const { codes, rounded, zero, scale } = current;
    const target = Array.from(weights, (w, i) => w - shrink(w - rounded[i], beta, options.power));
    const mean = codes.reduce((sum, code, i) => sum + code - target[i] / scale, 0) / codes.length;
    const newZero = symmetric ? 0 : roundHalfEven(Math.min(highest, Math.max(lowest, mean)));
    const levels = codes.map((code) => code - newZero);
    const [above, below] = levels.reduce(
      ([a, b], level, i) => [a + level * target[i], b + level * level],
      [0, 0],
    );
    const newScale = Math.fround(above / below);
    if (!(newScale > 0) || (newScale === scale && newZero === zero)) break;
    current = round({ scale: newScale, zero: newZero });
    if (current.error < best.error) best = current;
    beta *= options.kappa;
  }
  return best;
}
