/**
 * Products with packed weights against products with the same weights expanded to floats, on the backend wasm, as ratios of
 * processor time measured in one run. Both take turns, so that a machine that changes speed changes it for both; medians of
 * the rounds are printed. About a minute.
 *
 *   pnpm --filter @thinkbits/ops bench [-- --rounds 9]
 */
import { cpus } from 'node:os';
import '@tensorflow/tfjs-backend-wasm';
import { randomUniform, setBackend } from '@tensorflow/tfjs-core';
import { createRandom, roundToNearest } from '@thinkbits/numerics';
import { installHostKernels, LinearWeight, removeLinearProduct } from '@thinkbits/ops';

const words = process.argv.slice(2);
const rounds = words.includes('--rounds') ? Number(words[words.indexOf('--rounds') + 1]) : 9;
await setBackend('wasm');

const shapes = [
  [4096, 4096],
  [1536, 1536],
  [576, 1536],
  [192, 192],
];
const widths = [2, 3, 4, 8];
const batches = [1, 4, 16, 64, 256];
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Seconds of one product on the processor, over as many as take 20 ms. */
function seconds(linear, x) {
  linear.apply(x).dispose();
  const started = process.cpuUsage();
  let [count, passed] = [0, 0];
  while (passed < 0.02) {
    linear.apply(x).dispose();
    count++;
    const { user, system } = process.cpuUsage(started);
    passed = (user + system) / 1e6;
  }
  return passed / count;
}

console.log(`${cpus()[0]?.model}, wasm, one thread, medians of ${rounds} rounds\n`);
console.log('in × out, bits    rows   packed/expanded time   packed GFLOP/s   held bytes/expanded');
const random = createRandom(1);
for (const [columns, out] of shapes) {
  const values = Float32Array.from({ length: columns * out }, () => random.normal());
  for (const bits of widths) {
    const scheme = { bits, group: 64, symmetric: false, range: 'zero-inclusive', clip: 1 };
    const codes = roundToNearest(values, out, columns, scheme);
    removeLinearProduct('wasm');
    const expanded = new LinearWeight([codes]);
    installHostKernels();
    const packed = new LinearWeight([codes]);
    for (const rows of batches) {
      const x = randomUniform([rows, columns], -1, 1);
      const times = Array.from({ length: rounds }, () => [
        seconds(packed, x),
        seconds(expanded, x),
      ]);
      const ratio = middle(times.map(([ours, floats]) => ours / floats));
      const speed = (2 * rows * columns * out) / middle(times.map(([ours]) => ours)) / 1e9;
      const held = packed.bytes.held / expanded.bytes.held;
      console.log(
        `${`${columns} × ${out}, ${bits}`.padEnd(16)}${String(rows).padStart(6)}${ratio.toFixed(2).padStart(23)}${speed.toFixed(1).padStart(17)}${held.toFixed(3).padStart(22)}`,
      );
      x.dispose();
    }
    for (const linear of [packed, expanded]) linear.dispose();
  }
}
