// Evaluates a toy benchmark into the directory of the first argument, slowly enough to be killed at any moment.
import { setTimeout as sleep } from 'node:timers/promises';
import { evaluate, repeatSeeds } from '../index.js';
import { scorers, toyBenchmark, toyEngine } from './toy.js';

const [directory = '', order = '0', pause = '0'] = process.argv.slice(2);
const run = evaluate({
  engine: toyEngine({ order: Number(order), before: () => sleep(Number(pause)) }),
  benchmarks: [toyBenchmark('sums', 20), toyBenchmark('more-sums', 12)],
  scorers,
  directory,
  recipe: null,
  seeds: repeatSeeds(42, 2),
});
for await (const event of run) if (event.type === 'sample') process.stdout.write('sample\n');
