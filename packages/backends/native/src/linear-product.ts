import { engine } from '@tensorflow/tfjs-core';
import { dequantizeWeight } from '@thinkbits/numerics';
import {
  type CodeLayout,
  codeLayout,
  type HeldWeights,
  isQuantized,
  type LinearPart,
  type LinearProduct,
  type QuantizeActivationsAttributes,
  unsignedCodes,
} from '@thinkbits/ops';
import type { QuantizedWeight } from '@thinkbits/spec';
import type { Addon } from './addon.js';
import { roundingOf } from './kernels/activations.js';
import { backendName } from './kernels/install.js';
import type { NativeBackend } from './native-backend.js';

/** Inputs of a block in the addon's panels (native/packed-linear.h). */
const blockInputs = 32;

/** Weights in the addon's panels: read as one stream per thread by one row, from the cache by many. */
export interface NativeWeights extends HeldWeights {
  readonly handle: number;
  readonly columns: number;
  readonly out: number;
  rounds(rounding: QuantizeActivationsAttributes): boolean;
}

/** Whether the addon multiplies these weights in integers, by the group of the activations: asked once for each. */
function roundsOf(addon: Addon, handle: number): NativeWeights['rounds'] {
  const plans = new Map<number, boolean>();
  return ({ scheme, group }) => {
    if (scheme.float) return false;
    const known = plans.get(group) ?? addon.plansRounded(handle, group);
    plans.set(group, known);
    return known;
  };
}

/** Calls `fill` with each part and its first output; gives the weight back when one of them fails. */
function fillParts<Part extends LinearPart>(
  addon: Addon,
  handle: number,
  parts: readonly Part[],
  fill: (part: Part, row: number) => void,
): void {
  try {
    let row = 0;
    for (const part of parts) {
      fill(part, row);
      row += part.rows;
    }
  } catch (error) {
    addon.disposeLinear(handle);
    throw error;
  }
}

function holdFloats(
  { addon, compute }: NativeBackend,
  parts: readonly LinearPart[],
  columns: number,
  out: number,
) {
  const handle = addon.createLinear(columns, out);
  fillParts(addon, handle, parts, (part, row) => {
    const values = isQuantized(part) ? dequantizeWeight(part) : part.values;
    addon.fillLinear(handle, values, row, part.rows);
  });
  return { handle, bytes: (compute === 'bf16' ? 2 : 4) * columns * out };
}

const isByte = (value: number): boolean => Number.isInteger(value) && value >= -128 && value <= 127;

function holdCodes(
  addon: Addon,
  parts: readonly QuantizedWeight[],
  columns: number,
  out: number,
  { bits, groups, groupDepth, order, levels }: CodeLayout,
) {
  const forms = parts.map((part) => ({ ...part, ...unsignedCodes(part) }));
  const byteZeros = forms.every(({ zeros }) => zeros.every(isByte));
  const handle = addon.createCodes(
    columns,
    out,
    bits,
    groups,
    groupDepth,
    order,
    levels,
    byteZeros,
  );
  fillParts(addon, handle, forms, ({ codes, scales, zeros, rows }, row) => {
    addon.fillCodes(handle, codes, scales, zeros, row, rows);
  });
  const gridBytes = byteZeros ? 5 : 8;
  const bytes = out * ((groups * groupDepth * bits) / 8 + gridBytes * groups) + order.byteLength;
  return { handle, bytes };
}

/**
 * The kernel `LinearProduct` of the backend `native`: codes stay packed, and are decoded in registers. With activations rounded to
 * integers they are multiplied as the integers they are. For many rows alone they are expanded where floats are multiplied faster.
 */
export const nativeLinear: LinearProduct<NativeWeights> = {
  hold(parts, manyRows) {
    const native = engine().findBackend(backendName) as NativeBackend;
    const { addon } = native;
    const columns = (parts[0] as LinearPart).columns;
    const out = parts.reduce((sum, { rows }) => sum + rows, 0);
    const expands = manyRows && !native.dotsOfBytes;
    const layout = expands ? undefined : codeLayout(parts, blockInputs);
    const { handle, bytes } = layout
      ? holdCodes(addon, parts.filter(isQuantized), columns, out, layout)
      : holdFloats(native, parts, columns, out);
    const rounds = roundsOf(addon, handle);
    return { handle, columns, out, bytes, rounds, dispose: () => addon.disposeLinear(handle) };
  },
  multiply(x, { handle, out }, backend) {
    const native = backend as NativeBackend;
    const [rows] = x.shape as [number, number];
    const { tensor, values } = native.allocate([rows, out]);
    native.addon.applyLinear(handle, native.view(x), values, rows);
    return tensor;
  },
  multiplyRounded(x, { handle, columns, out }, { scheme, group }, backend) {
    const native = backend as NativeBackend;
    const [rows] = x.shape as [number, number];
    const { tensor, values } = native.allocate([rows, out]);
    const { bits, symmetric, lows, highs } = roundingOf(scheme, columns, group);
    const input = native.view(x);
    native.addon.applyRounded(handle, input, values, rows, group, bits, symmetric, lows, highs);
    return tensor;
  },
};
