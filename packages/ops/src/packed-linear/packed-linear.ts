import { hostMemory } from '../host-memory.js';
import type { LinearPart } from '../linear-part.js';
import type { HeldWeights, LinearProduct } from '../linear-product.js';
import type { CodeLayout } from './code-layout.js';
import { type Block, type LinearMemory, linearMemory } from './linear-memory.js';
import { type Panels, packPanels, panelOutputs } from './panels.js';

/** Elements of x and y that are in the memory together, at most: 8 MiB. */
const workElements = 2 ** 21;

/** Linears of one layout in the memory; addresses are of bytes. */
interface Section {
  readonly layout: CodeLayout;
  readonly outputs: number;
  readonly panels: number;
  readonly codes: number;
  readonly scales: number;
  readonly zeros: number;
  /** From one group's zeros to the next one's. */
  readonly zeroStep: number;
  readonly levels: number;
}

/** Weights as packed codes in a {@link LinearMemory}. */
export interface PackedWeights extends HeldWeights {
  readonly out: number;
  readonly sections: readonly Section[];
}

const bytesOf = ({ codes, scales, zeros, levels }: Panels): number =>
  codes.byteLength + scales.byteLength + (zeros?.byteLength ?? 0) + (levels?.byteLength ?? 0);

/** Writes panels from `address` on. */
function place(memory: LinearMemory, panels: Panels, address: number): Section {
  const { layout, outputs, codes, scales, zeros, levels } = panels;
  const { bytes, floats } = memory;
  let end = address;
  const next = (size: number): number => {
    end += size;
    return end - size;
  };
  const section = {
    layout,
    outputs,
    panels: Math.ceil(outputs / panelOutputs),
    codes: next(codes.byteLength),
    scales: next(scales.byteLength),
    zeros: zeros ? next(zeros.byteLength) : memory.middle(layout.bits),
    zeroStep: zeros ? 4 * panelOutputs : 0,
    levels: levels ? next(levels.byteLength) : 0,
  };
  bytes.set(codes, section.codes);
  floats.set(scales, section.scales / 4);
  if (zeros) floats.set(zeros, section.zeros / 4);
  if (levels) bytes.set(levels, section.levels);
  return section;
}

/** Linears of one layout together where they have one, else each for itself; undefined where one has none. */
function packAll(parts: readonly LinearPart[]): readonly Panels[] | undefined {
  const together = packPanels(parts);
  if (together || parts.length < 2) return together && [together];
  const apart = parts.map((part) => packPanels([part]));
  return apart.every((panels) => panels !== undefined) ? apart : undefined;
}

/** Rows of x, `[rows, columns]`, in the order and with the padding of a layout. */
function copyInputs(
  x: Float32Array,
  { order, groups, groupDepth }: CodeLayout,
  rows: number,
  to: Float32Array,
): void {
  if (order.length === 0) {
    to.set(x);
    return;
  }
  const depth = groups * groupDepth;
  const columns = x.length / rows;
  for (let row = 0; row < rows; row++)
    for (let position = 0; position < depth; position++) {
      const input = order[position] as number;
      to[row * depth + position] = input < 0 ? 0 : (x[row * columns + input] as number);
    }
}

/** Columns from `first` on of y `[rows, out]`, of what a section's kernel wrote. */
function copyOutputs(
  from: Float32Array,
  { outputs, panels }: Section,
  rows: number,
  y: Float32Array,
  out: number,
  first: number,
): void {
  const width = panels * panelOutputs;
  if (width === out) y.set(from);
  else
    for (let row = 0; row < rows; row++)
      y.set(from.subarray(row * width, row * width + outputs), row * out + first);
}

/** The columns of y `[rows, out]` from `first` on: x `[rows, columns]` times the weights of a section. */
function multiplySection(
  memory: LinearMemory,
  section: Section,
  x: Float32Array,
  rows: number,
  y: Float32Array,
  out: number,
  first: number,
): void {
  const { layout, panels, codes, scales, zeros, zeroStep, levels } = section;
  const { bits, groups, groupDepth } = layout;
  const depth = groups * groupDepth;
  const width = panels * panelOutputs;
  const columns = x.length / rows;
  const most = Math.max(4, Math.floor(workElements / (depth + width) / 4) * 4);
  const xAt = memory.work(4 * (depth + width) * Math.min(rows, most));
  for (let top = 0; top < rows; top += most) {
    const count = Math.min(most, rows - top);
    const yAt = xAt + 4 * depth * count;
    const { floats } = memory;
    const inputs = x.subarray(top * columns, (top + count) * columns);
    copyInputs(inputs, layout, count, floats.subarray(xAt / 4, yAt / 4));
    memory.kernels.multiply(
      xAt,
      count,
      codes,
      bits,
      panels,
      groups,
      groupDepth,
      scales,
      zeros,
      zeroStep,
      levels,
      memory.scratch,
      yAt,
    );
    const products = floats.subarray(yAt / 4, yAt / 4 + width * count);
    const outputs = y.subarray(top * out, (top + count) * out);
    copyOutputs(products, section, count, outputs, out, first);
  }
}

/**
 * The kernel `LinearProduct` of backends in host memory: codes of 2 to 8 bits and MXFP4 stay packed in a memory of their own,
 * and are decoded in registers by one row, a segment at a time by many. Other parts are multiplied as tensors.
 */
export function packedLinear(memoryOf: () => LinearMemory): LinearProduct<PackedWeights> {
  return {
    hold(parts) {
      const packed = packAll(parts);
      if (!packed) return undefined;
      const memory = memoryOf();
      const size = packed.reduce((sum, panels) => sum + bytesOf(panels), 0);
      const block: Block = memory.allocate(size);
      let end = block.address;
      const sections = packed.map((panels) => {
        end += bytesOf(panels);
        return place(memory, panels, end - bytesOf(panels));
      });
      const orders = packed.reduce((sum, { layout }) => sum + layout.order.byteLength, 0);
      return {
        bytes: size + orders,
        out: parts.reduce((sum, { rows }) => sum + rows, 0),
        sections,
        dispose: () => memory.release(block),
      };
    },
    multiply(x, { out, sections }, backend) {
      const [rows] = x.shape as [number, number];
      const host = hostMemory(backend);
      const output = host.allocate([rows, out]); // first: growth of the heap invalidates views
      if (rows === 0) return output;
      const [from, to] = [host.view(x), host.view(output)];
      let first = 0;
      for (const section of sections) {
        multiplySection(memoryOf(), section, from, rows, to, out, first);
        first += section.outputs;
      }
      return output;
    },
  };
}

/** {@link packedLinear} in the memory that all weights of this thread share. */
export const hostLinear = packedLinear(linearMemory);
