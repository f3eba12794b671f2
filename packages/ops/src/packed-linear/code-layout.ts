import { floatElements, groupSize } from '@thinkbits/numerics';
import type { QuantizedWeight } from '@thinkbits/spec';
import { isQuantized, type LinearPart } from '../linear-part.js';

/** How the codes of linears that share an input lie where a backend's own kernels read them. */
export interface CodeLayout {
  readonly bits: number;
  readonly groups: number;
  /** Padded inputs of every group. */
  readonly groupDepth: number;
  /** `[groups · groupDepth]`: which input stands where, -1 for padding; empty where inputs stand as they are. */
  readonly order: Int32Array;
  /** What codes stand for; empty where they count from the middle one. */
  readonly levels: Float32Array;
}

/** The group of every input. */
function groupOfInputs({ columns, scheme, groupIndex }: QuantizedWeight): Int32Array {
  if (groupIndex) return groupIndex;
  const size = groupSize(columns, scheme.group);
  return Int32Array.from({ length: columns }, (_, column) => Math.floor(column / size));
}

const isEqual = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
};

/** Inputs group by group, each group padded to `groupDepth`. */
function orderOf(
  groupOf: Int32Array,
  groups: number,
  blockInputs: number,
): { order: Int32Array; groupDepth: number } {
  const members = Array.from({ length: groups }, (): number[] => []);
  for (const [input, group] of groupOf.entries()) members[group]?.push(input);
  const longest = Math.max(1, ...members.map(({ length }) => length));
  const groupDepth = Math.ceil(longest / blockInputs) * blockInputs;
  const order = new Int32Array(groups * groupDepth).fill(-1);
  for (const [group, inputs] of members.entries()) order.set(inputs, group * groupDepth);
  return { order, groupDepth };
}

/**
 * The layout that holds these parts as codes; undefined where they have no common one: floats among them, codes of different
 * widths or groups, or floats of 8 bits as codes.
 * @param blockInputs inputs of a block of the kernels' panels; groups are padded to whole blocks
 */
export function codeLayout(
  parts: readonly LinearPart[],
  blockInputs: number,
): CodeLayout | undefined {
  const weights = parts.filter(isQuantized);
  const [first] = weights;
  if (!first || weights.length < parts.length) return undefined;
  const { bits, float } = first.scheme;
  if (bits < 2 || bits > 8 || (float && bits > 4)) return undefined;
  const groupOf = groupOfInputs(first);
  const alike = weights.every(
    (weight) =>
      weight.scheme.bits === bits &&
      weight.scheme.float?.element === float?.element &&
      isEqual(groupOfInputs(weight), groupOf),
  );
  if (!alike) return undefined;
  const groups = first.scales.length / first.rows;
  const { order, groupDepth } = orderOf(groupOf, groups, blockInputs);
  const isPlain = order.length === first.columns && order.every((input, at) => input === at);
  const levels = float
    ? Float32Array.from(floatElements[float.element].values).slice(0, 2 ** bits)
    : new Float32Array();
  return { bits, groups, groupDepth, order: isPlain ? new Int32Array() : order, levels };
}

/** Codes without sign, and zeros that count from the middle code. */
export function unsignedCodes({ codes, scales, zeros, scheme }: QuantizedWeight): {
  codes: Uint8Array;
  zeros: Float32Array;
} {
  const middle = 2 ** (scheme.bits - 1);
  if (codes instanceof Uint8Array)
    return {
      codes,
      zeros: zeros
        ? zeros.map((zero) => zero - middle)
        : new Float32Array(scales.length).fill(scheme.float ? 0 : -middle),
    };
  return {
    codes: Uint8Array.from(codes, (code) => code + middle),
    zeros: zeros ? zeros.slice() : new Float32Array(scales.length),
  };
}
