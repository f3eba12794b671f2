/**
 * The native backend beside our own WebAssembly path, in turns, recipe by recipe: decoding of the tiny reasoner micro.
 *
 *   pnpm bench wasm [--model tiny-reasoner-micro] [--recipes none,none@bf16,rtn:w8a8kv8] [--batch 64]
 *     [--generate 64] [--rounds 5] [--threads N] [--output FILE]
 *
 * Each recipe runs on both, and a ratio is one of the same recipe; `none` is the model in float. `@bf16` runs the native one with
 * `--compute bf16`; wasm computes in float32 alone.
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
    model: { type: 'string', default: 'tiny-reasoner-micro' },
    recipes: { type: 'string', default: 'none,none@bf16,rtn:w8a8kv8' },
    batch: { type: 'string', default: '64' },
    generate: { type: 'string', default: '64' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    output: { type: 'string', default: join(cacheFolder, 'wasm.json') },
  },
});
const { model, batch, generate, threads } = values;
// several rounds to a process, of which it reports the median: while the first one runs, JavaScript is still being compiled
const shared = { prompt: 0, generate, batch, rounds: 5, threads };
const measured = values.recipes.split(',').map((name) => {
  const [recipe, compute = 'f32'] = name.split('@');
  return { name, recipe, compute, wasm: [], native: [] };
});

/** Tokens per second in a process of its own. */
function decode(recipe, options) {
  const chosen = recipe === 'none' ? undefined : recipe;
  return thinkbitsBench(model, chosen, { ...shared, ...options }).rows[0].tokens_per_second;
}

for (let round = 1; round <= Number(values.rounds); round++) {
  process.stderr.write(`round ${round} of ${values.rounds}\n`);
  for (const one of measured.filter(({ skipped }) => !skipped)) {
    try {
      one.native.push(decode(one.recipe, { backend: 'native', compute: one.compute }));
    } catch (error) {
      if (!error.message.includes('compute/unavailable')) throw error;
      one.skipped = `this processor does not multiply in ${one.compute}`;
      console.log(`skipped: ${one.name}: ${one.skipped}`);
      continue;
    }
    one.wasm.push(decode(one.recipe, { backend: 'wasm' }));
  }
}
const about = { ...machine(), ...values, output: undefined };
console.log(
  `${about.processor} (${about.instructions.join(', ')}), ${threads} threads, ${model}, batch ${batch}, ${generate} tokens each`,
);
const rows = measured
  .filter(({ skipped }) => !skipped)
  .map(({ name, wasm, native }) => {
    const [peer, ours] = [median(wasm), median(native)];
    return [name, peer.toFixed(0), ours.toFixed(0), (ours / peer).toFixed(2)];
  });
console.log(table([['recipe', 'wasm, tokens/s', 'native, tokens/s', 'ratio'], ...rows]));
writeResult(values.output, `${JSON.stringify({ ...about, measured }, null, 2)}\n`);
