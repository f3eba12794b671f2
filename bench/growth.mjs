/**
 * How cost grows: tokens per second of decoding against context, batch and the number of decoder layers, each with a straight
 * line through the seconds of a step and how far the measurements lie from it.
 *
 *   pnpm bench growth [--shape smollm2-135m] [--recipe rtn:w4g64a8head8kv4] [--contexts 256,512,…] [--batches 1,2,…]
 *     [--layers 2,4,…] [--steps 16] [--rounds 3] [--threads N] [--folder DIR]
 *
 * Writes growth.json and growth.svg.
 */
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cacheFolder, machine, table, thinkbitsBench, writeResult } from '../tools/measuring.mjs';
import { fitLine, plotLines } from './line-plot.mjs';

const { values } = parseArgs({
  options: {
    shape: { type: 'string', default: 'smollm2-135m' },
    recipe: { type: 'string', default: 'rtn:w4g64a8head8kv4' },
    contexts: { type: 'string', default: '256,512,1024,2048,4096,8192' },
    batches: { type: 'string', default: '1,2,4,8,16,32,64' },
    layers: { type: 'string', default: '2,4,8,16,30' },
    steps: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    folder: { type: 'string', default: cacheFolder },
  },
});
const [steps, rounds, threads] = ['steps', 'rounds', 'threads'].map((name) => Number(values[name]));
const numbers = (name) => values[name].split(',').map(Number);

/** Medians of decoding at one point, and the seconds of a step. */
function decode(model, batch, context) {
  process.stderr.write(`${model}, batch ${batch}, context ${context}\n`);
  const options = { prompt: 0, generate: steps, batch, context, rounds, threads };
  const [{ tokens_per_second, rounds: measured }] = thinkbitsBench(
    model,
    values.recipe,
    options,
  ).rows;
  return { tokens_per_second, rounds: measured, step_seconds: batch / tokens_per_second };
}

const whole = `synthetic:${values.shape}`;
const sweeps = [
  {
    name: 'context',
    at: numbers('contexts'),
    run: (context) => decode(whole, 8, context),
    fixed: 'batch 8',
  },
  {
    name: 'batch',
    at: numbers('batches'),
    run: (batch) => decode(whole, batch, 256),
    fixed: 'context 256',
  },
  {
    name: 'layers',
    at: numbers('layers'),
    run: (layers) => decode(`${whole}:layers=${layers}`, 8, 256),
    fixed: 'batch 8, context 256',
  },
].map(({ name, at, run, fixed }) => {
  const points = at.map((x) => ({ [name]: x, ...run(x) }));
  const line = fitLine(
    at,
    points.map(({ step_seconds }) => step_seconds),
  );
  return { name, fixed, at, points, line };
});

const about = { ...machine(), threads, shape: values.shape, recipe: values.recipe, steps, rounds };
console.log(
  `${about.processor} (${about.instructions.join(', ')}), ${threads} threads, ${values.shape}, ${values.recipe}`,
);
for (const { name, fixed, points, line } of sweeps) {
  console.log(
    `\n${name} (${fixed}); seconds of a step lie within ${(100 * line.residual).toFixed(0)} % of a line`,
  );
  console.log(
    table([
      [name, 'tokens/s', 'ms a step', 'line'],
      ...points.map((point) => [
        String(point[name]),
        point.tokens_per_second.toFixed(1),
        (1000 * point.step_seconds).toFixed(2),
        (1000 * line.valueAt(point[name])).toFixed(2),
      ]),
    ]),
  );
}
const plots = sweeps.map(({ name, fixed, at, points, line }) => ({
  title: `milliseconds of a step by ${name} (${fixed})`,
  x: at,
  y: points.map(({ step_seconds }) => 1000 * step_seconds),
  line: (x) => 1000 * line.valueAt(x),
  labels: points.map(({ tokens_per_second }) => `${tokens_per_second.toFixed(0)} tokens/s`),
}));
const folder = resolve(values.folder);
const json = {
  ...about,
  sweeps: sweeps.map(({ at, line, ...rest }) => ({
    ...rest,
    line: { ...line, valueAt: undefined },
  })),
};
writeResult(join(folder, 'growth.json'), `${JSON.stringify(json, null, 2)}\n`);
writeResult(
  join(folder, 'growth.svg'),
  plotLines(`${values.shape}, ${values.recipe}, ${about.processor}`, plots),
);
