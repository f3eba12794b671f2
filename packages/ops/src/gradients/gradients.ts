import {
  cast,
  concat,
  div,
  equal,
  fill,
  type GradConfig,
  greaterEqual,
  less,
  lessEqual,
  logicalAnd,
  matMul,
  mul,
  neg,
  onesLike,
  pad,
  reshape,
  slice_util,
  split,
  square,
  sub,
  sum,
  type Tensor,
  transpose,
  zerosLike,
} from '@tensorflow/tfjs-core';
import { keptShape, reduceTo } from './broadcast.js';

type Saved = [a: Tensor, b: Tensor];
/** Attributes of the kernels below, each of which has some of them. */
interface Attributes {
  readonly axis: number | number[] | null;
  readonly reductionIndices?: number[];
  readonly perm: readonly number[];
  readonly begin: number[];
  readonly size: number[];
  readonly clipValueMin: number;
  readonly clipValueMax: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

/** A kernel's gradient in terms of its one output. */
function config(
  kernel: Omit<GradConfig, 'gradFunc'>,
  gradFunc: (
    dy: Tensor,
    saved: Tensor[],
    attributes: Attributes,
  ) => { readonly [input: string]: () => Tensor },
): GradConfig {
  return { ...kernel, gradFunc: gradFunc as unknown as GradConfig['gradFunc'] };
}

/** Passes a gradient where a condition holds. */
const where = (condition: Tensor, gradient: Tensor): Tensor =>
  mul(gradient, cast(condition, 'float32'));

/** An operation of two operands, either broadcast; each part maps the output's gradient to its operand's before the sum. */
const binary = (
  kernelName: string,
  toA: (dy: Tensor, ...operands: Saved) => Tensor,
  toB: (dy: Tensor, ...operands: Saved) => Tensor,
): GradConfig =>
  config({ kernelName, inputsToSave: ['a', 'b'] }, (dy, saved) => {
    const [a, b] = saved as Saved;
    return { a: () => reduceTo(toA(dy, a, b), a), b: () => reduceTo(toB(dy, a, b), b) };
  });

/** An operation whose gradient follows from its input. */
const fromInput = (
  kernelName: string,
  toX: (dy: Tensor, x: Tensor, attributes: Attributes) => Tensor,
): GradConfig =>
  config({ kernelName, inputsToSave: ['x'] }, (dy, [x], attributes) => ({
    x: () => toX(dy, x as Tensor, attributes),
  }));

/** An operation whose gradient follows from its output. */
const fromOutput = (
  kernelName: string,
  input: string,
  toX: (dy: Tensor, y: Tensor) => Tensor,
): GradConfig =>
  config({ kernelName, outputsToSave: [true] }, (dy, [y]) => ({
    [input]: () => toX(dy, y as Tensor),
  }));

/** Max or Min over axes: the gradient goes to the extreme, in equal parts where several are equal. */
const extreme = (kernelName: string): GradConfig =>
  config(
    { kernelName, inputsToSave: ['x'], outputsToSave: [true] },
    (dy, saved, { reductionIndices, axis }) => {
      const [x, y] = saved as [Tensor, Tensor];
      const kept = keptShape(x.shape, reductionIndices ?? axis); // of Max and of Min
      const axes = kept.flatMap((length, i) => (length === x.shape[i] ? [] : [i]));
      return {
        x: () => {
          const hit = cast(equal(x, reshape(y, kept)), 'float32');
          return mul(hit, div(reshape(dy, kept), sum(hit, axes, true)));
        },
      };
    },
  );

/** A product whose factors may be transposed on the fly. */
const batchMatMul = config(
  { kernelName: 'BatchMatMul', inputsToSave: ['a', 'b'] },
  (dy, saved, { transposeA, transposeB }) => {
    const [a, b] = saved as Saved;
    const toA = () =>
      transposeA ? matMul(b, dy, transposeB, true) : matMul(dy, b, false, !transposeB);
    const toB = () =>
      transposeB ? matMul(dy, a, true, transposeA) : matMul(a, dy, !transposeA, false);
    return { a: () => reduceTo(toA(), a), b: () => reduceTo(toB(), b) };
  },
);

/**
 * Gradients of the tfjs kernels that fused operations are composed of: `@tensorflow/tfjs-core` registers none in Node. A
 * clamp passes 1 at and on its bounds (methods.md §9.8), rounding passes 0.
 */
export const gradients: readonly GradConfig[] = [
  binary(
    'Add',
    (dy) => dy,
    (dy) => dy,
  ),
  binary(
    'Sub',
    (dy) => dy,
    (dy) => neg(dy),
  ),
  binary(
    'Multiply',
    (dy, _, b) => mul(dy, b),
    (dy, a) => mul(dy, a),
  ),
  binary(
    'RealDiv',
    (dy, _, b) => div(dy, b),
    (dy, a, b) => neg(div(mul(dy, a), square(b))),
  ),
  binary(
    'Maximum',
    (dy, a, b) => where(greaterEqual(a, b), dy),
    (dy, a, b) => where(less(a, b), dy),
  ),
  binary(
    'Minimum',
    (dy, a, b) => where(lessEqual(a, b), dy),
    (dy, a, b) => where(less(b, a), dy),
  ),
  batchMatMul,
  fromInput('Identity', (dy) => dy),
  fromInput('Neg', (dy) => neg(dy)),
  fromInput('Square', (dy, x) => mul(dy, mul(x, 2))),
  fromInput('Round', (dy) => zerosLike(dy)),
  fromInput('ClipByValue', (dy, x, { clipValueMin, clipValueMax }) =>
    where(logicalAnd(greaterEqual(x, clipValueMin), lessEqual(x, clipValueMax)), dy),
  ),
  fromOutput('Rsqrt', 'x', (dy, y) => mul(dy, mul(mul(y, mul(y, y)), -0.5))),
  fromOutput('Sigmoid', 'x', (dy, y) => mul(dy, mul(y, sub(1, y)))),
  fromOutput('Softmax', 'logits', (dy, y) => {
    const weighted = mul(dy, y);
    return sub(weighted, mul(sum(weighted, -1, true), y));
  }),
  extreme('Max'),
  extreme('Min'),
  fromInput('Sum', (dy, x, { axis }) => mul(reshape(dy, keptShape(x.shape, axis)), onesLike(x))),
  fromInput('Mean', (dy, x, { axis }) => {
    const kept = keptShape(x.shape, axis);
    const share = kept.reduce((size, length) => size * length, 1) / x.size;
    return mul(reshape(dy, kept), fill(x.shape, share));
  }),
  fromInput('Reshape', (dy, x) => reshape(dy, x.shape)),
  fromInput('Transpose', (dy, _, { perm }) => {
    const back = perm.map((_axis, i) => perm.indexOf(i));
    return transpose(dy, back);
  }),
  fromInput('Slice', (dy, x, { begin, size }) => {
    const [from, count] = slice_util.parseSliceParams(x, begin, size) as [number[], number[]];
    const around = x.shape.map((length, i): [number, number] => {
      const before = from[i] as number;
      return [before, length - before - (count[i] as number)];
    });
    return pad(dy, around);
  }),
  config({ kernelName: 'SplitV' }, (dy, _, { axis }) => ({
    x: () => concat([dy as Tensor | Tensor[]].flat(), axis as number), // one part comes bare
  })),
  config({ kernelName: 'Concat', saveAllInputs: true }, (dy, parts, { axis }) => {
    const sizes = parts.map(({ shape }) => shape.at(axis as number) as number);
    const gradients = split(dy, sizes, axis as number);
    return Object.fromEntries(gradients.map((part, i) => [i, () => part]));
  }),
];
