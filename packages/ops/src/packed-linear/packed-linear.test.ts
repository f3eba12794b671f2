import { memory, setBackend, tensor2d, tidy } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { createRandom, dequantizeWeight, roundToNearest } from '@thinkbits/numerics';
import { completeWeightScheme, floatFormats, type QuantizedWeight } from '@thinkbits/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installHostKernels } from '../install-kernels.js';
import { isQuantized, type LinearPart } from '../linear-part.js';
import { installLinearProduct } from '../linear-product.js';
import { LinearWeight } from '../linear-weight.js';
import { LinearMemory, linearMemory } from './linear-memory.js';
import { hostLinear, packedLinear } from './packed-linear.js';

type Scheme = Parameters<typeof completeWeightScheme>[0];

const random = createRandom(11).fork('packed-linear');
const normals = (count: number) => Float32Array.from({ length: count }, () => random.normal());
const rounded = (rows: number, columns: number, scheme: Scheme): QuantizedWeight =>
  roundToNearest(normals(rows * columns), rows, columns, completeWeightScheme(scheme));

/** Runs a weight over x `[tokens, in]` and frees it. */
function product(parts: readonly LinearPart[], x: Float32Array): Float32Array {
  const linear = new LinearWeight(parts);
  const y = apply(linear, x);
  linear.dispose();
  return y;
}

const apply = (linear: LinearWeight, x: Float32Array): Float32Array =>
  tidy(() =>
    linear
      .apply(tensor2d(x, [x.length / linear.in, linear.in]))
      .dataSync()
      .slice(),
  ) as Float32Array;

/** Fails where y is farther from x Ŵᵀ, in float64, than rounding its terms to float32 can take it. */
function expectProduct(y: Float32Array, x: Float32Array, parts: readonly LinearPart[]): void {
  const out = parts.reduce((sum, { rows }) => sum + rows, 0);
  let worst = 0;
  let first = 0;
  for (const part of parts) {
    const { rows, columns } = part;
    const weight = isQuantized(part) ? dequantizeWeight(part) : part.values;
    for (let token = 0; token < x.length / columns; token++)
      for (let row = 0; row < rows; row++) {
        let [sum, magnitude] = [0, 1e-30];
        for (let k = 0; k < columns; k++) {
          const factor = weight[row * columns + k] as number;
          const term = (x[token * columns + k] as number) * factor;
          sum += term;
          magnitude += Math.abs(term);
        }
        const difference = Math.abs((y[token * out + first + row] as number) - sum);
        worst = Math.max(worst, difference / magnitude);
      }
    first += rows;
  }
  expect(worst).toBeLessThan(2e-6);
}

describe.each(['wasm', 'cpu'])('packed weights on %s', (backend) => {
  let tensors = 0;
  let held = 0;
  beforeEach(async () => {
    installHostKernels();
    await setBackend(backend);
    tensors = memory().numTensors;
    linearMemory().work(2 ** 24); // all that a product asks for, so that none moves the end
    held = linearMemory().end;
  });
  afterEach(() => {
    expect(memory().numTensors).toBe(tensors);
    expect(linearMemory().end).toBe(held);
  });

  it.each([
    ...([2, 3, 4, 5, 6, 7, 8] as const).flatMap((bits) => [
      { bits, group: 32, symmetric: false },
      { bits, group: 64, symmetric: true },
    ]),
    { bits: 4, group: 'channel', symmetric: false },
    { bits: 3, group: 'channel', symmetric: true },
    { bits: 8, group: 'tensor', symmetric: true },
    { bits: 4, group: 20, symmetric: false },
    { bits: 4, float: floatFormats.mxfp4 },
    { bits: 4, float: floatFormats.nvfp4 },
  ] as Scheme[])('multiply as what the codes of %o stand for', (scheme) => {
    for (let i = 0; i < 6; i++) {
      const columns = 64 + random.integer(600);
      const parts = [1 + random.integer(50), 1 + random.integer(20)].map((rows) =>
        rounded(rows, columns, scheme),
      );
      const tokens = 1 + random.integer(11);
      const x = normals(tokens * columns);
      const y = product(parts, x);
      expectProduct(y, x, parts);
      const token = random.integer(tokens);
      const alone = product(parts, x.slice(token * columns, (token + 1) * columns));
      const width = y.length / tokens;
      expect(alone).toEqual(y.slice(token * width, (token + 1) * width));
    }
  });

  it('hold what packed codes take', () => {
    for (const scheme of [
      { bits: 4, group: 64, symmetric: false },
      { bits: 3, group: 128, symmetric: true },
      { bits: 8, group: 'channel', symmetric: true },
    ] as Scheme[]) {
      const linear = new LinearWeight([rounded(64, 256, scheme), rounded(32, 256, scheme)]);
      expect(linear.bytes.held).toBe(linear.bytes.packed);
      linear.dispose();
    }
  });

  it('follow groups that are not consecutive', () => {
    const weight = rounded(37, 200, { bits: 4, group: 40, symmetric: false });
    const groupIndex = Int32Array.from({ length: 200 }, (_, column) => (column * 7 + 3) % 5);
    const parts = [{ ...weight, groupIndex }];
    const x = normals(6 * 200);
    expectProduct(product(parts, x), x, parts);
  });

  it('lie side by side where their codes have different widths', () => {
    const parts = [
      rounded(17, 96, { bits: 4, group: 32, symmetric: false }),
      rounded(20, 96, { bits: 8, group: 48, symmetric: true }),
    ];
    const x = normals(5 * 96);
    expectProduct(product(parts, x), x, parts);
  });

  it('cut many rows into pieces that fit, with the same result', () => {
    const parts = [rounded(16, 32768, { bits: 2, group: 'channel', symmetric: false })];
    const x = normals(70 * 32768);
    const y = product(parts, x);
    expect(product(parts, x.slice(69 * 32768))).toEqual(y.slice(69 * 16));
  });

  it('spread what is not finite as floats do', () => {
    const parts = [rounded(16, 64, { bits: 4, group: 64, symmetric: true })];
    const x = normals(2 * 64);
    x[3] = Number.NaN;
    const y = product(parts, x);
    expect([...y.slice(0, 16)].every(Number.isNaN)).toBe(true);
    expect([...y.slice(16)].every(Number.isFinite)).toBe(true);
  });

  it('are expanded where floats stand among them, and where codes are floats of 8 bits', () => {
    const float = { rows: 3, columns: 64, values: normals(3 * 64) };
    const weight = rounded(5, 64, { bits: 4, group: 32, symmetric: false });
    const x = normals(2 * 64);
    for (const parts of [
      [weight, float],
      [rounded(5, 64, { bits: 8, float: floatFormats.mxfp8 })],
    ]) {
      const linear = new LinearWeight(parts);
      expect(linear.bytes.held).toBe(linear.bytes.float);
      expectProduct(apply(linear, x), x, parts);
      linear.dispose();
    }
  });

  it('take the place of weights that are gone, and no more than there is', () => {
    const small = new LinearMemory(32);
    installLinearProduct(
      backend,
      packedLinear(() => small),
    );
    try {
      const weight = (bits: number) =>
        rounded(256, 2048, { bits, group: 128, symmetric: false } as Scheme);
      const first = new LinearWeight([weight(4)]);
      const second = new LinearWeight([weight(8)]);
      const { end } = small;
      first.dispose();
      first.dispose(); // twice is once
      const inPlace = new LinearWeight([weight(3)]);
      expect(small.end).toBe(end);
      const full = expect.objectContaining({ code: 'linear/memory', category: 'machine' });
      expect(() => new LinearWeight([rounded(2048, 2048, { bits: 8, group: 'channel' })])).toThrow(
        full,
      );
      expect(small.end).toBe(end);
      for (const linear of [second, inPlace]) linear.dispose();
      expect(small.end).toBeLessThan(end - 2 ** 19);
    } finally {
      installLinearProduct(backend, hostLinear);
    }
  });
});
