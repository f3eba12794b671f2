/**
 * Products with packed weights, activations in float and in integers, as billions of operations (2 M K N) per second; medians of
 * rounds in which all variants take turns. Under a minute on two cores.
 *
 *   pnpm --filter @thinkbits/backend-native bench [-- --bits 4] [--group 64] [--rounds 7] [--kernels avx2] [--compute bf16] [--json]
 */
import { tensor2d, tidy } from '@tensorflow/tfjs-core';
import { openNative } from '@thinkbits/backend-native';
import { LinearWeight } from '@thinkbits/ops';

const words = process.argv.slice(2);
const option = (name, otherwise) =>
  words.includes(name) ? words[words.indexOf(name) + 1] : otherwise;
const bits = Number(option('--bits', 4));
const group = Number(option('--group', 64));
const rounds = Number(option('--rounds', 7));
const kernels = option('--kernels', undefined);
/** Arithmetic of the variant that does not round activations to integers. */
const compute = option('--compute', 'f32');
const shapes = [
  { columns: 2048, rows: 2048 },
  { columns: 1536, rows: 8960 },
];
const tokenCounts = [1, 16, 64, 512];
const rounding = { bits: 8, symmetric: false, clip: 1, tensorParallel: 1 };
/** Each measure runs for so long at least. */
const leastSeconds = 0.03;

/** Codes that follow a linear congruence: their values do not matter to speed. */
function weightOf({ rows, columns }) {
  let state = 1;
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 16;
  };
  const grids = (rows * columns) / group;
  return {
    rows,
    columns,
    scheme: { bits, group, symmetric: false, range: 'zero-inclusive' },
    codes: Uint8Array.from({ length: rows * columns }, () => next() % 2 ** bits),
    scales: new Float32Array(grids).fill(0.01),
    zeros: Float32Array.from({ length: grids }, () => next() % 2 ** bits),
  };
}

const secondsOf = (work) => {
  let count = 1;
  for (;;) {
    const started = performance.now();
    for (let i = 0; i < count; i++) work();
    const seconds = (performance.now() - started) / 1000;
    if (seconds >= leastSeconds) return seconds / count;
    count = Math.ceil((count * 1.2 * leastSeconds) / Math.max(seconds, 1e-4));
  }
};
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const results = [];
for (const threads of [1, 2]) {
  const opened = await openNative({ threads, compute, ...(kernels && { kernels }) });
  if (!opened.available) throw new Error(opened.why);
  for (const shape of shapes) {
    const linear = new LinearWeight([weightOf(shape)]);
    for (const tokens of tokenCounts) {
      const x = tensor2d(
        Float32Array.from({ length: tokens * shape.columns }, (_, i) => Math.sin(i)),
        [tokens, shape.columns],
      );
      const variants = {
        float: () => tidy(() => linear.apply(x)),
        a8: () => tidy(() => linear.applyRounded(x, rounding, shape.columns)),
      };
      const times = { float: [], a8: [] };
      for (let round = 0; round < rounds; round++)
        for (const [name, work] of Object.entries(variants))
          times[name].push(secondsOf(() => void work()));
      const operations = 2 * tokens * shape.columns * shape.rows;
      const perSecond = (name) => operations / median(times[name]) / 1e9;
      const line = { set: opened.set, threads, ...shape, tokens };
      results.push({ ...line, float: perSecond('float'), a8: perSecond('a8') });
      x.dispose();
    }
    linear.dispose();
  }
}

if (words.includes('--json')) console.log(JSON.stringify(results));
else {
  console.log(`w${bits}g${group}, ${results[0].set}, ${compute}: GOP/s`);
  console.log('threads  shape        tokens    float       a8    a8/float');
  for (const { threads, columns, rows, tokens, float, a8 } of results) {
    const cells = [
      String(threads).padStart(7),
      `${columns}x${rows}`.padEnd(11),
      String(tokens).padStart(6),
      float.toFixed(1).padStart(8),
      a8.toFixed(1).padStart(8),
      (a8 / float).toFixed(2).padStart(11),
    ];
    console.log(cells.join('  '));
  }
}
