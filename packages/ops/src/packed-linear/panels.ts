import { isQuantized, type LinearPart } from '../linear-part.js';
import { type CodeLayout, codeLayout, unsignedCodes } from './code-layout.js';

/** Outputs of a panel. */
export const panelOutputs = 16;
/** Inputs of a block of a panel. */
const blockInputs = 8;
/** What zeros are raised by: codes are made floats above 32768 (assembly/packed-linear.ts). */
const raised = 32768;

/** Linears that share a layout, as assembly/packed-linear.ts reads them. */
export interface Panels {
  readonly layout: CodeLayout;
  /** Of all linears together. */
  readonly outputs: number;
  /** `[panels, groups, groupDepth / 8, bits, 16]` */
  readonly codes: Uint8Array;
  /** `[panels, groups, 16]` */
  readonly scales: Float32Array;
  /** As scales, each plus 32768; absent where all are the middle code, and where codes stand for floats. */
  readonly zeros?: Float32Array;
  /** Upper halves of the floats that codes stand for: the low bytes of all, then the high bytes; absent for integers. */
  readonly levels?: Uint8Array;
}

/** Bits of a code that lie together: `width` of them from bit `low` on, in vectors from `low` on. */
interface Plane {
  readonly width: number;
  readonly low: number;
}

/** Planes of 8, 4, 2 and 1 bits that make a code of this width. */
function planesOf(bits: number): readonly Plane[] {
  const planes: Plane[] = [];
  let low = 0;
  for (const width of [8, 4, 2, 1]) {
    if ((bits & width) === 0) continue;
    planes.push({ width, low });
    low += width;
  }
  return planes;
}

/** Byte of every position of output 0 in a plane of the first panel, and the bit there. */
function placesIn({ width, low }: Plane, bits: number, depth: number) {
  const bytes = new Int32Array(depth);
  const shifts = new Uint8Array(depth);
  const perByte = 8 / width;
  for (let position = 0; position < depth; position++) {
    const within = position % blockInputs;
    const block = (position - within) / blockInputs;
    bytes[position] = panelOutputs * (block * bits + low + Math.floor(within / perByte));
    shifts[position] = width * (within % perByte);
  }
  return { bytes, shifts };
}

/** Writes codes without sign, `[rows, columns]`, to the outputs from `first` on. */
function writeCodes(
  panels: Uint8Array,
  { bits, groups, groupDepth, order }: CodeLayout,
  codes: Uint8Array,
  rows: number,
  first: number,
): void {
  const depth = groups * groupDepth;
  const columns = codes.length / rows;
  for (const plane of planesOf(bits)) {
    const { bytes, shifts } = placesIn(plane, bits, depth);
    const mask = 2 ** plane.width - 1;
    for (let row = 0; row < rows; row++) {
      const lane = (first + row) % panelOutputs;
      const start = ((first + row - lane) / 8) * depth * bits + lane;
      for (let position = 0; position < depth; position++) {
        const input = order.length > 0 ? (order[position] as number) : position;
        if (input < 0) continue;
        const part = ((codes[row * columns + input] as number) >> plane.low) & mask;
        const at = start + (bytes[position] as number);
        panels[at] = (panels[at] as number) | (part << (shifts[position] as number));
      }
    }
  }
}

/** Writes one value per output and group, `[rows, groups]`, to the outputs from `first` on. */
function writeGroups(
  panels: Float32Array,
  values: Float32Array,
  rows: number,
  groups: number,
  first: number,
): void {
  for (let row = 0; row < rows; row++) {
    const output = first + row;
    const lane = output % panelOutputs;
    const start = (output - lane) * groups + lane;
    for (let group = 0; group < groups; group++)
      panels[start + group * panelOutputs] = values[row * groups + group] as number;
  }
}

/** Upper halves of floats, low bytes first; undefined where a lower half is not 0. */
function upperHalves(levels: Float32Array): Uint8Array | undefined {
  const words = new Uint32Array(levels.slice().buffer);
  if (words.some((word) => (word & 0xffff) !== 0)) return undefined;
  return Uint8Array.from([
    ...words.map((word) => (word >>> 16) & 0xff),
    ...words.map((word) => word >>> 24),
  ]);
}

/**
 * Packs linears that read the same input; undefined where they have no common layout, or codes and zeros that the kernels
 * do not read.
 */
export function packPanels(parts: readonly LinearPart[]): Panels | undefined {
  const layout = codeLayout(parts, blockInputs);
  if (!layout) return undefined;
  const { bits, groups, groupDepth } = layout;
  const outputs = parts.reduce((sum, { rows }) => sum + rows, 0);
  const panels = Math.ceil(outputs / panelOutputs);
  const codes = new Uint8Array(panels * groups * groupDepth * 2 * bits);
  const scales = new Float32Array(panels * groups * panelOutputs);
  const middle = raised + 2 ** (bits - 1);
  const zeros = new Float32Array(scales.length).fill(middle);
  let first = 0;
  for (const part of parts.filter(isQuantized)) {
    const plain = unsignedCodes(part);
    const above = plain.zeros.map((zero) => zero + middle);
    if (above.some((zero, i) => zero !== (plain.zeros[i] as number) + middle)) return undefined;
    writeCodes(codes, layout, plain.codes, part.rows, first);
    writeGroups(scales, part.scales, part.rows, groups, first);
    writeGroups(zeros, above, part.rows, groups, first);
    first += part.rows;
  }
  const common = { layout, outputs, codes, scales };
  if (layout.levels.length > 0) {
    const levels = bits === 4 ? upperHalves(layout.levels) : undefined;
    return levels && { ...common, levels };
  }
  return zeros.every((zero) => zero === middle) ? common : { ...common, zeros };
}
