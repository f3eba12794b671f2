import {
  BatchMatMul,
  type BatchMatMulAttrs,
  broadcast_util,
  getKernel,
  type KernelBackend,
  type KernelConfig,
  type KernelFunc,
  registerKernel,
  type TensorInfo,
  Transpose,
  unregisterKernel,
  util,
} from '@tensorflow/tfjs-core';
import { hostMemory } from '../host-memory.js';

const backendName = 'wasm';

/** Kernels made here, so that none is wrapped again. */
const made = new WeakSet<KernelFunc>();

/**
 * Has products of tfjs's backend `wasm` take its fast path, whatever is multiplied: it has one for two matrices as they lie, and
 * plain loops for batches and for factors that are transposed as they are multiplied. Factors are transposed by a copy here, and batches
 * multiplied pair by pair. Nothing happens where the backend is not there; safe to repeat.
 */
export function installWasmProducts(): void {
  const registered = getKernel(BatchMatMul, backendName);
  if (!registered || made.has(registered.kernelFunc)) return;
  const kernelFunc = inPairs(registered);
  made.add(kernelFunc);
  unregisterKernel(BatchMatMul, backendName);
  registerKernel({ ...registered, kernelFunc });
}

/** The dimensions before a matrix's, and how many matrices they hold. */
const outerOf = ({ shape }: TensorInfo): number[] => shape.slice(0, -2);
const countOf = (x: TensorInfo): number => util.sizeFromShape(outerOf(x));

function inPairs({ kernelFunc: multiply }: KernelConfig): KernelFunc {
  return (call) => {
    const backend = call.backend as KernelBackend;
    const { a, b } = call.inputs as { a: TensorInfo; b: TensorInfo };
    const { transposeA, transposeB } = call.attrs as unknown as BatchMatMulAttrs;
    const pairs = Math.max(countOf(a), countOf(b));
    const isPair = pairs === 1 && !transposeA && !transposeB;
    if (isPair || !isServed(a, b, transposeA, transposeB)) return multiply(call);

    const attrs = { transposeA: false, transposeB: false };
    const multiplyPair = (left: TensorInfo, right: TensorInfo): TensorInfo =>
      multiply({ inputs: { a: left, b: right }, backend, attrs }) as TensorInfo;
    const left = transposeA ? turned(a, backend) : a;
    const right = transposeB ? turned(b, backend) : b;
    const [m, k] = left.shape.slice(-2) as [number, number];
    const n = right.shape.at(-1) as number;
    const outer = broadcast_util.assertAndGetBroadcastShape(outerOf(a), outerOf(b));
    const shape = [...outer, m, n];
    try {
      if (countOf(b) > 1) return multiplyEach(left, right, pairs, shape, backend, multiplyPair);
      // rows of all of them are rows of one
      const rows = { ...left, shape: [pairs * m, k] };
      return { ...multiplyPair(rows, { ...right, shape: [k, n] }), shape };
    } finally {
      if (left !== a) backend.disposeData(left.dataId);
      if (right !== b) backend.disposeData(right.dataId);
    }
  };
}

/** The transpose of the last two axes, as a copy. */
function turned(x: TensorInfo, backend: KernelBackend): TensorInfo {
  const axes = x.shape.map((_, axis) => axis);
  const perm = [...axes.slice(0, -2), axes.length - 1, axes.length - 2];
  const { kernelFunc } = getKernel(Transpose, backendName);
  return kernelFunc({ inputs: { x }, backend, attrs: { perm } }) as TensorInfo;
}

/** Multiplies batches of `pairs` matrices, or one and a batch, into `shape`. */
function multiplyEach(
  left: TensorInfo,
  right: TensorInfo,
  pairs: number,
  shape: number[],
  backend: KernelBackend,
  multiplyPair: (left: TensorInfo, right: TensorInfo) => TensorInfo,
): TensorInfo {
  const memory = hostMemory(backend);
  const out = memory.allocate(shape);
  const copyOf = (x: TensorInfo, pair: number): TensorInfo => {
    const size = util.sizeFromShape(x.shape) / countOf(x);
    const at = (pair % countOf(x)) * size;
    const copy = memory.allocate(x.shape.slice(-2)); // first: growth of the heap invalidates views
    memory.view(copy).set(memory.view(x).subarray(at, at + size));
    return copy;
  };
  for (let pair = 0; pair < pairs; pair++) {
    // new ones each time: the fast path keeps what it made of a right factor for as long as that lives
    const [one, other] = [copyOf(left, pair), copyOf(right, pair)];
    const product = multiplyPair(one, other);
    memory.view(out).set(memory.view(product), pair * util.sizeFromShape(product.shape));
    for (const { dataId } of [one, other, product]) backend.disposeData(dataId);
  }
  return out;
}

/** Whether these are matrices that fit, in batches of one number; what else there is tfjs refuses, or broadcasts. */
function isServed(a: TensorInfo, b: TensorInfo, transposeA: boolean, transposeB: boolean): boolean {
  const [outerA, outerB] = [outerOf(a), outerOf(b)];
  const inner = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)];
  return (
    a.dtype === 'float32' &&
    b.dtype === 'float32' &&
    inner[0] === inner[1] &&
    util.sizeFromShape(a.shape) * util.sizeFromShape(b.shape) > 0 &&
    (countOf(a) === 1 || countOf(b) === 1 || String(outerA) === String(outerB))
  );
}
