/**
 * Float products beside OpenBLAS as numpy runs it, or products in bfloat16 beside torch's, in turns:
 *
 *   pnpm bench matmul [--compute bf16] [--sizes 2048] [--rounds 15] [--threads N] [--kernels SET] [--python python3] [--output FILE]
 *
 * The peer is a process of its own that multiplies when it is told to, into memory that it has; OPENBLAS_CORETYPE is unset, so that
 * OpenBLAS chooses by itself. Without it ours is measured alone, and that is said.
 *
 * In bfloat16 ours is a linear whose weight was packed before, as a model's are: it takes float32 inputs, rounds them, and gives
 * float32. torch multiplies bfloat16 matrices into a bfloat16 one.
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { openNative } from '@thinkbits/backend-native';
import { LinearWeight } from '@thinkbits/ops';
import { cacheFolder, machine, median, writeResult } from '@thinkbits-internal/tools/measuring';

const { values } = parseArgs({
  options: {
    compute: { type: 'string', default: 'f32' },
    sizes: { type: 'string', default: '2048' },
    rounds: { type: 'string', default: '15' },
    threads: { type: 'string', default: String(availableParallelism()) },
    kernels: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    output: { type: 'string', default: join(cacheFolder, 'matmul.json') },
  },
});
const [rounds, threads] = [Number(values.rounds), Number(values.threads)];
const inPairs = values.compute === 'bf16';
if (!inPairs && values.compute !== 'f32')
  throw new Error(`--compute ${values.compute}: f32 or bf16`);
const peerName = inPairs ? 'torch' : 'numpy';

/** Starts the peer: a call with a size gives the seconds of a product; undefined and why where there is none. */
async function startPeer() {
  const { OPENBLAS_CORETYPE, ...environment } = process.env;
  const limits = Object.fromEntries(
    ['OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => [
      name,
      String(threads),
    ]),
  );
  const script = fileURLToPath(new URL(`./matmul-${peerName}.py`, import.meta.url));
  const child = spawn(values.python, [script], {
    env: { ...environment, ...limits },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  child.on('error', (error) => {
    said += error.message;
  });
  child.stdin.on('error', () => {});
  child.stderr.on('data', (text) => {
    said += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const { value: version } = await lines.next();
  if (!version) return { why: said.trim().split('\n').at(-1) || `${values.python} ended` };
  return {
    version,
    async multiply(size) {
      child.stdin.write(`${size}\n`);
      return Number((await lines.next()).value);
    },
    end: () => child.stdin.end(),
  };
}

const opened = await openNative({
  threads,
  compute: values.compute,
  ...(values.kernels && { kernels: values.kernels }),
});
if (!opened.available) {
  console.log(
    `skipped: the backend native is not there, or not with ${values.compute}: ${opened.why}`,
  );
  process.exit(0);
}
const peer = await startPeer();

/** A product of random matrices of ours: a call gives the seconds of one. */
function ourProduct(size) {
  // results of operations, which lie in large pages where the system has them, as numpy's arrays do
  const matrix = () => tf.tidy(() => tf.mul(tf.randomUniform([size, size], -1, 1), 1));
  const [a, b] = [matrix(), matrix()];
  const weight = inPairs && new LinearWeight([{ rows: size, columns: size, values: b.dataSync() }]);
  return {
    multiply() {
      const start = performance.now();
      (weight ? weight.apply(a) : tf.matMul(a, b)).dispose();
      return (performance.now() - start) / 1000;
    },
    dispose() {
      tf.dispose([a, b]);
      if (weight) weight.dispose();
    },
  };
}

/** Until the peer's threads sleep: those of OpenBLAS, or of torch, spin for a while after a product, on the cores that the other needs. */
const settled = () => new Promise((done) => setTimeout(done, 300));

const results = [];
for (const size of values.sizes.split(',').map(Number)) {
  const product = ourProduct(size);
  const seconds = { ours: [], [peerName]: [] };
  for (let round = 0; round <= rounds; round++) {
    await settled();
    const ours = product.multiply();
    await settled();
    const theirs = peer.multiply && (await peer.multiply(size));
    if (round === 0) continue; // warms both up
    seconds.ours.push(ours);
    if (theirs) seconds[peerName].push(theirs);
  }
  product.dispose();
  const gigaflops = (list) => (2 * size ** 3) / median(list) / 1e9;
  results.push({
    size,
    seconds,
    gigaflops: {
      ours: gigaflops(seconds.ours),
      ...(peer.multiply && { [peerName]: gigaflops(seconds[peerName]) }),
    },
    ...(peer.multiply && { ratio: median(seconds[peerName]) / median(seconds.ours) }),
  });
}
peer.end?.();
const about = {
  ...machine(),
  set: opened.set,
  threads,
  [peerName]: peer.version ?? `skipped: ${peer.why}`,
};
console.log(
  `${about.processor}, ${about.set}, ${threads} threads; ${peerName}: ${about[peerName]}`,
);
for (const { size, gigaflops, ratio } of results) {
  const beside =
    ratio === undefined
      ? ''
      : `, ${peerName} ${gigaflops[peerName].toFixed(1)}, ratio ${ratio.toFixed(2)}`;
  console.log(
    `${size}³ ${inPairs ? 'bfloat16' : 'float32'}: ${gigaflops.ours.toFixed(1)} GFLOP/s${beside}`,
  );
}
writeResult(values.output, `${JSON.stringify({ ...about, results }, null, 2)}\n`);
