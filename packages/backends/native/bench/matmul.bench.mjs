/**
 * Float products beside OpenBLAS as numpy runs it, in turns:
 *
 *   pnpm bench matmul [--sizes 2048] [--rounds 15] [--threads N] [--python python3] [--json]
 *
 * numpy is a process of its own that multiplies when it is told to, into memory that it has; OPENBLAS_CORETYPE is unset, so that
 * OpenBLAS chooses by itself. Without numpy ours is measured alone, and that is said.
 */
import { spawn } from 'node:child_process';
import { availableParallelism, cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { openNative } from '@thinkbits/backend-native';

const { values } = parseArgs({
  options: {
    sizes: { type: 'string', default: '2048' },
    rounds: { type: 'string', default: '15' },
    threads: { type: 'string', default: String(availableParallelism()) },
    python: { type: 'string', default: 'python3' },
    json: { type: 'boolean', default: false },
  },
});
const [rounds, threads] = [Number(values.rounds), Number(values.threads)];

/** Starts numpy: a call with a size gives the seconds of a product; undefined and why where there is none. */
async function numpy() {
  const { OPENBLAS_CORETYPE, ...environment } = process.env;
  const limits = Object.fromEntries(
    ['OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MKL_NUM_THREADS'].map((name) => [
      name,
      String(threads),
    ]),
  );
  const script = fileURLToPath(new URL('./matmul-numpy.py', import.meta.url));
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

const opened = await openNative({ threads });
if (!opened.available) {
  console.log(`skipped: the backend native is not there: ${opened.why}`);
  process.exit(0);
}
const peer = await numpy();
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

/** Seconds of one product of ours. */
function multiply(a, b) {
  const start = performance.now();
  tf.matMul(a, b).dispose();
  return (performance.now() - start) / 1000;
}

/** Until the peer's threads sleep: those of OpenBLAS spin for a while after a product, on the cores that the other needs. */
const settled = () => new Promise((done) => setTimeout(done, 300));

const results = [];
for (const size of values.sizes.split(',').map(Number)) {
  // results of operations, which lie in large pages where the system has them, as numpy's arrays do
  const matrix = () => tf.tidy(() => tf.mul(tf.randomUniform([size, size], -1, 1), 1));
  const [a, b] = [matrix(), matrix()];
  const seconds = { ours: [], numpy: [] };
  for (let round = 0; round <= rounds; round++) {
    await settled();
    const ours = multiply(a, b);
    await settled();
    const theirs = peer.multiply && (await peer.multiply(size));
    if (round === 0) continue; // warms both up
    seconds.ours.push(ours);
    if (theirs) seconds.numpy.push(theirs);
  }
  tf.dispose([a, b]);
  const gigaflops = (list) => (2 * size ** 3) / median(list) / 1e9;
  results.push({
    size,
    seconds,
    gigaflops: {
      ours: gigaflops(seconds.ours),
      ...(peer.multiply && { numpy: gigaflops(seconds.numpy) }),
    },
    ...(peer.multiply && { ratio: median(seconds.numpy) / median(seconds.ours) }),
  });
}
peer.end?.();
const about = {
  processor: cpus()[0]?.model.trim(),
  set: opened.set,
  threads,
  numpy: peer.version ?? `skipped: ${peer.why}`,
};
if (values.json) console.log(JSON.stringify({ ...about, results }, null, 2));
else {
  console.log(`${about.processor}, ${about.set}, ${threads} threads; numpy: ${about.numpy}`);
  for (const { size, gigaflops, ratio } of results) {
    const beside =
      ratio === undefined ? '' : `, numpy ${gigaflops.numpy.toFixed(1)}, ratio ${ratio.toFixed(2)}`;
    console.log(`${size}³ float32: ${gigaflops.ours.toFixed(1)} GFLOP/s${beside}`);
  }
}
