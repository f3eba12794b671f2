import { checkBits, checkLength, highestCode, lowestCode } from './grid.js';
import { checkedGroupSize } from './group-count.js';
import { roundingShift } from './group-parameters.js';

/** Signed codes in the convention of the compressed-tensors library. */
export interface CompressedTensorsWeight {
  /** `[rows, columns]`, signed under either symmetry. */
  readonly codes: Int8Array;
  /** `[rows, groups]` */
  readonly scales: Float32Array;
  /** `[rows, groups]`, signed integers; all 0 when symmetric. */
  readonly zeros: Int8Array;
}

/** A scale that would be 0 becomes the float32 machine epsilon; the zero point of such a group is 0. */
const epsilon = 2 ** -23;

/**
 * Rounds to nearest as compressed-tensors does (formats.md §4.2): scale = max|x| / ((2^bits - 1) / 2) when symmetric,
 * and code = round(x / scale + zero) as a whole, which differs from round(x / scale) + zero on exact ties where the
 * zero point is odd (methods.md §9.14). Every operation is in float32. Reading back: ŵ = (code - zero) · scale.
 * @param weight `[rows, columns]`, row-major
 * @throws ThinkbitsError `numerics/bits`, `numerics/length`, `group/size`, `group/larger-than-row`
 */
export function compressedTensorsQuantize(
  weight: Float32Array,
  rows: number,
  columns: number,
  scheme: {
    readonly bits: number;
    readonly group: number | 'channel';
    readonly symmetric: boolean;
  },
): CompressedTensorsWeight {
  checkBits(scheme.bits);
  checkLength('The weight', weight.length, rows * columns);
  const fround = Math.fround;
  const size = checkedGroupSize(columns, scheme.group);
  const groups = Math.ceil(columns / size); // per row
  const lowest = lowestCode(scheme.bits, true);
  const highest = highestCode(scheme.bits, true);
  const codes = new Int8Array(rows * columns);
  const scales = new Float32Array(rows * groups);
  const zeros = new Int8Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const start = row * columns + group * size;
      const end = row * columns + Math.min((group + 1) * size, columns);
      let maximum = 0;
      let minimum = 0;
      for (let i = start; i < end; i++) {
        maximum = Math.max(maximum, weight[i] as number);
        minimum = Math.min(minimum, weight[i] as number);
      }
      const width = scheme.symmetric ? 2 * Math.max(maximum, -minimum) : fround(maximum - minimum);
      const scale = fround(width / (highest - lowest)) || epsilon;
      const offset = scheme.symmetric || width === 0 ? 0 : fround(lowest - fround(minimum / scale));
      const zero = Math.min(Math.max(offset + roundingShift - roundingShift, lowest), highest);
      scales[row * groups + group] = scale;
      zeros[row * groups + group] = zero;
      for (let i = start; i < end; i++) {
        const level = fround(fround((weight[i] as number) / scale) + zero);
        codes[i] = Math.min(Math.max(level + roundingShift - roundingShift, lowest), highest);
      }
    }
  }
  return { codes, scales, zeros };
}
