/**
 * Products of batches and of transposed factors on the backend wasm, as installHostKernels has them, against tfjs's own kernel:
 * milliseconds and ratios of one run, in which both take turns; medians of the rounds. Half a minute.
 *
 *   pnpm --filter @thinkbits/ops bench:products [-- --rounds 5]
 */
import { cpus } from 'node:os';
import '@tensorflow/tfjs-backend-wasm';
import {
  getKernel,
  matMul,
  randomUniform,
  registerKernel,
  setBackend,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { installHostKernels } from '@thinkbits/ops';

const words = process.argv.slice(2);
const rounds = words.includes('--rounds') ? Number(words[words.indexOf('--rounds') + 1]) : 5;
const product = ['BatchMatMul', 'wasm'];
await setBackend('wasm');
const plain = getKernel(...product);
installHostKernels();
const ours = getKernel(...product);

const cases = [
  { what: 'queries by keys of 3 heads', a: [3, 1536, 64], b: [3, 512, 64], turnB: true },
  { what: 'weights by values of 3 heads', a: [3, 1536, 512], b: [3, 512, 64] },
  { what: 'inputs by themselves', a: [2048, 576], b: [2048, 576], turnA: true },
  { what: 'inputs by a weight', a: [512, 576], b: [1536, 576], turnB: true },
  { what: '9 pairs of small matrices', a: [9, 512, 64], b: [9, 64, 64] },
];
const middle = (values) => [...values].sort((x, y) => x - y)[Math.floor(values.length / 2)];

/** Milliseconds of a product by this kernel. */
function milliseconds(kernel, a, b, { turnA = false, turnB = false }) {
  unregisterKernel(...product);
  registerKernel(kernel);
  const started = performance.now();
  matMul(a, b, turnA, turnB).dispose();
  return performance.now() - started;
}

console.log(`${cpus()[0]?.model}, wasm, one thread, medians of ${rounds} rounds\n`);
console.log('product                         tfjs, ms   ours, ms   ratio');
for (const one of cases) {
  const [a, b] = [one.a, one.b].map((shape) => randomUniform(shape, -1, 1));
  const times = Array.from({ length: rounds }, () =>
    [plain, ours].map((kernel) => milliseconds(kernel, a, b, one)),
  );
  const [theirs, own] = [0, 1].map((which) => middle(times.map((round) => round[which])));
  const ratio = middle(times.map(([before, after]) => before / after));
  console.log(
    `${one.what.padEnd(30)}  ${theirs.toFixed(1).padStart(8)}   ${own.toFixed(1).padStart(8)}   ${ratio.toFixed(1).padStart(5)}`,
  );
  a.dispose();
  b.dispose();
}
