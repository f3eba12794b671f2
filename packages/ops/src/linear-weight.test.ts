import {
  type DataId,
  getBackend,
  type KernelBackend,
  memory,
  setBackend,
  type Tensor2D,
  type TensorInfo,
  tensor2d,
} from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import type { ActivationScheme, QuantizedWeight } from '@thinkbits/spec';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { isQuantized } from './linear-part.js';
import { type HeldWeights, installLinearProduct, removeLinearProduct } from './linear-product.js';
import { LinearWeight } from './linear-weight.js';

const scheme = {
  bits: 4,
  group: 2,
  symmetric: true,
  range: 'zero-inclusive',
  clip: 1,
} as unknown as QuantizedWeight['scheme'];

/** [[0.5, -1, 2]], by hand: codes [1, -2, 2], groups of two with scales 0.5 and 1. */
const weight: QuantizedWeight = {
  rows: 1,
  columns: 3,
  scheme,
  codes: Int8Array.from([1, -2, 2]),
  scales: Float32Array.from([0.5, 1]),
};
const x = (): Tensor2D => tensor2d([[2, 3, 5]]); // · [0.5, -1, 2] = 8

interface Cpu extends KernelBackend {
  data: { get(id: DataId): { values: Float32Array } };
  makeTensorInfo(shape: number[], dtype: 'float32', values: Float32Array): TensorInfo;
}

beforeAll(async () => {
  await setBackend('cpu');
});
afterEach(() => removeLinearProduct('cpu'));

it('expands codes where the backend has no kernel for them, and says so', () => {
  const before = memory().numTensors;
  const linear = new LinearWeight([weight, weight]);
  const input = x();
  const y = linear.apply(input);
  expect([...y.dataSync()]).toEqual([8, 8]);
  expect(linear.bytes).toEqual({ held: 24, packed: 24, float: 24 });
  for (const one of [y, input, linear]) one.dispose();
  expect(memory().numTensors).toBe(before);
});

it('hands codes to the kernel once, multiplies with what it made, and lets go of that', () => {
  const seen: string[] = [];
  installLinearProduct<HeldWeights & { readonly row: readonly number[] }>(getBackend(), {
    hold: ([first]) => {
      seen.push('hold');
      if (!first || !isQuantized(first) || first.scheme.bits === 8) return undefined;
      return { bytes: 7, row: [0.5, -1, 2], dispose: () => seen.push('dispose') };
    },
    multiply: (input, { row }, backend) => {
      seen.push('multiply');
      const { values } = (backend as Cpu).data.get(input.dataId);
      const sum = row.reduce((total, factor, i) => total + factor * (values[i] as number), 0);
      return (backend as Cpu).makeTensorInfo([1, 1], 'float32', Float32Array.of(sum));
    },
  });
  const linear = new LinearWeight([weight]);
  const [first, second] = [linear.apply(x()), linear.apply(x())];
  expect([...first.dataSync(), ...second.dataSync()]).toEqual([8, 8]);
  expect(linear.bytes.held).toBe(7);
  linear.dispose();
  expect(seen).toEqual(['hold', 'multiply', 'multiply', 'dispose']);

  const refused = new LinearWeight([{ ...weight, scheme: { ...scheme, bits: 8 } }]);
  expect([...refused.apply(x()).dataSync()]).toEqual([8]);
  expect(refused.bytes.held).toBe(refused.bytes.float);
  refused.dispose();
});

it('rounds activations in the kernel where that says so, and before it elsewhere', () => {
  const rounding = { bits: 2, symmetric: true, clip: 1, tensorParallel: 1 } as ActivationScheme;
  const cpu = (value: number, backend: KernelBackend) =>
    (backend as Cpu).makeTensorInfo([1, 1], 'float32', Float32Array.of(value));
  installLinearProduct<HeldWeights>(getBackend(), {
    hold: () => ({ bytes: 1, rounds: ({ group }) => group === 3, dispose: () => {} }),
    multiply: (input, _, backend) =>
      cpu((backend as Cpu).data.get(input.dataId).values[1] ?? 0, backend),
    multiplyRounded: (_, __, { scheme, group }, backend) => cpu(100 * scheme.bits + group, backend),
  });
  const before = memory().numTensors;
  const linear = new LinearWeight([weight]);
  const input = tensor2d([[-5, 3, 5]]);
  const [inKernel, before3] = [3, 1].map((group) => {
    const y = linear.applyRounded(input, rounding, group);
    const [value] = y.dataSync();
    y.dispose();
    return value;
  });
  expect(inKernel).toBe(203);
  expect(before3).toBe(3); // by groups of one every value is its own scale
  for (const one of [input, linear]) one.dispose();
  expect(memory().numTensors).toBe(before);

  removeLinearProduct('cpu');
  const expanded = new LinearWeight([weight]);
  const five = tensor2d([[5, 3, 1]]); // one scale of 5: [5, 5, 0] · [0.5, -1, 2] = -2.5
  const y = expanded.applyRounded(five, rounding, 3);
  expect(y.dataSync()[0]).toBe(-2.5);
  for (const one of [y, five, expanded]) one.dispose();
});
