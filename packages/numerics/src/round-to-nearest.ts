import { type QuantizedWeight, ThinkbitsError, type WeightScheme } from '@thinkbits/spec';
import { type ClipSearch, searchClip } from './clip-search.js';
import { checkBits, checkLength, highestCode, lowestCode } from './grid.js';
import { checkedGroupSize } from './group-count.js';
import { leastWidth, writeCodes, writeGroupParameters } from './group-parameters.js';

/** What may be added to plain rounding. */
export interface RoundToNearestOptions {
  /** Searches each group for the clip ratio with the least error (methods.md §1.0c). */
  readonly clipSearch?: ClipSearch;
  /** `[rows, groups]`, not negative: weights are clamped to ±clip before anything else. */
  readonly clip?: Float32Array;
}

/**
 * Rounds each weight to the nearest level of its group's grid (methods.md §1.0a-d), every operation in float32.
 *
 * The last group of a row may be shorter.
 * @param weight `[rows, columns]`, row-major; left as it is
 * @throws ThinkbitsError `numerics/bits`, `numerics/length`, `group/size`, `group/larger-than-row`, `weight/not-finite`
 */
export function roundToNearest(
  weight: Float32Array,
  rows: number,
  columns: number,
  scheme: WeightScheme,
  options: RoundToNearestOptions = {},
): QuantizedWeight {
  checkBits(scheme.bits);
  checkLength('The weight', weight.length, rows * columns);
  const { symmetric } = scheme;
  const size = checkedGroupSize(columns, scheme.group);
  const groups = Math.ceil(columns / size); // per row
  if (options.clip) checkLength('The clip', options.clip.length, rows * groups);
  const values = options.clip ? clampGroups(weight, rows, columns, size, options.clip) : weight;
  const minMax = scheme.range === 'min-max' && !symmetric;
  const lowest = lowestCode(scheme.bits, symmetric);
  const highest = highestCode(scheme.bits, symmetric);
  const codes = new Uint8Array(rows * columns);
  const scales = new Float32Array(rows * groups);
  const zeros = new Float32Array(symmetric ? 0 : rows * groups);
  const parameters = new Float32Array(2);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const start = row * columns + group * size;
      const length = Math.min(size, columns - group * size);
      // the range
      let maximum = minMax ? Number.NEGATIVE_INFINITY : 0;
      let minimum = minMax ? Number.POSITIVE_INFINITY : 0;
      for (let i = start; i < start + length; i++) {
        const value = values[i] as number;
        maximum = Math.max(maximum, value); // NaN stays
        minimum = Math.min(minimum, value);
      }
      if (!Number.isFinite(maximum - minimum)) refuseNotFinite(values, start, columns);
      // its parameters
      if (options.clipSearch) {
        // the reference floors max|x| before the shrinking, and asymmetric ranges not at all (methods.md §9.2)
        if (symmetric) maximum = Math.max(maximum, -minimum, leastWidth);
        const searched = { values, start, length, lowest, highest, symmetric, minMax };
        searchClip(
          searched,
          symmetric ? -maximum : minimum,
          maximum,
          options.clipSearch,
          parameters,
          0,
        );
      } else {
        writeGroupParameters(
          minimum,
          maximum,
          highest,
          symmetric,
          minMax,
          leastWidth,
          parameters,
          0,
        );
      }
      const scale = parameters[0] as number;
      const zero = parameters[1] as number;
      scales[row * groups + group] = scale;
      if (!symmetric) zeros[row * groups + group] = zero;
      // the codes
      writeCodes(values, start, length, scale, zero, lowest, highest, codes, start);
    }
  }
  return {
    rows,
    columns,
    scheme,
    codes: symmetric ? new Int8Array(codes.buffer) : codes,
    scales,
    ...(symmetric ? {} : { zeros }),
  };
}

/** A copy of the weight with each group clamped to ±clip. */
function clampGroups(
  weight: Float32Array,
  rows: number,
  columns: number,
  size: number,
  clip: Float32Array,
): Float32Array {
  const clamped = new Float32Array(weight.length);
  const groups = Math.ceil(columns / size);
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const bound = clip[row * groups + Math.floor(column / size)] as number;
      clamped[i] = Math.min(Math.max(weight[i] as number, -bound), bound);
    }
  }
  return clamped;
}

function refuseNotFinite(values: Float32Array, start: number, columns: number): never {
  let at = start;
  while (Number.isFinite(values[at])) at++;
  const [row, column] = [Math.floor(at / columns), at % columns];
  throw new ThinkbitsError({
    code: 'weight/not-finite',
    message: `The weight is ${values[at]} at row ${row}, column ${column}.`,
    help: 'Check the checkpoint: a weight that is NaN or infinite cannot be quantized.',
    details: { row, column },
  });
}
