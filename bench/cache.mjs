/**
 * A cache of 4 bits beside our own float cache, in turns: memory of a cached token against float16's, and decoding over a long
 * context.
 *
 *   pnpm bench cache [--model synthetic:qwen2-1.5b:layers=7] [--recipe rtn:w4g64a8head8] [--cache kv4] [--context 4096]
 *     [--batch 16] [--steps 16] [--rounds 5] [--threads N] [--output FILE]
 *
 * Seven decoder layers of the 1.5B shape attend as all 28 do, and their float32 cache fits the memory of the cache.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  cacheFolder,
  machine,
  median,
  table,
  thinkbitsBench,
  writeResult,
} from '../tools/measuring.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'synthetic:qwen2-1.5b:layers=7' },
    recipe: { type: 'string', default: 'rtn:w4g64a8head8' },
    cache: { type: 'string', default: 'kv4' },
    context: { type: 'string', default: '4096' },
    batch: { type: 'string', default: '16' },
    steps: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    output: { type: 'string', default: join(cacheFolder, 'cache.json') },
  },
});
const { model, recipe, context, batch, steps: generate, threads } = values;
const caches = { float32: recipe, [values.cache]: `${recipe}${values.cache}` };
const measured = Object.fromEntries(Object.keys(caches).map((name) => [name, { rounds: [] }]));
for (let round = 1; round <= Number(values.rounds); round++) {
  for (const [name, whole] of Object.entries(caches)) {
    process.stderr.write(`round ${round} of ${values.rounds}: ${whole}\n`);
    const options = { prompt: 0, generate, batch, context, rounds: 1, threads };
    const { rows, kv_bytes_per_token } = thinkbitsBench(model, whole, options);
    measured[name].rounds.push(rows[0].tokens_per_second);
    measured[name].kv_bytes_per_token = kv_bytes_per_token;
  }
}
for (const one of Object.values(measured)) one.tokens_per_second = median(one.rounds);
const { float32, [values.cache]: packed } = measured;
const ratios = {
  memory_over_float16: packed.kv_bytes_per_token / (float32.kv_bytes_per_token / 2),
  speed_over_float32: packed.tokens_per_second / float32.tokens_per_second,
};
const about = { ...machine(), ...values, output: undefined };
console.log(
  `${about.processor} (${about.instructions.join(', ')}), ${threads} threads, ${model}, batch ${batch}, context ${context}`,
);
console.log(
  table([
    ['cache', 'bytes a token', 'tokens/s'],
    ...Object.entries(measured).map(([name, one]) => [
      name,
      String(one.kv_bytes_per_token),
      one.tokens_per_second.toFixed(1),
    ]),
  ]),
);
console.log(
  `${values.cache}: ${ratios.memory_over_float16.toFixed(3)} of float16's memory, ${ratios.speed_over_float32.toFixed(2)} times the speed of float32`,
);
writeResult(values.output, `${JSON.stringify({ ...about, measured, ratios }, null, 2)}\n`);
