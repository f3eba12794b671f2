/**
 * Prefill and decode beside raw llama.cpp, in turns, on random weights of the same dimensions:
 *
 *   pnpm bench llama-cpp [--shapes smollm2-135m,qwen2-1.5b] [--recipes rtn:w4g64a8head8,rtn:w4g64head8@bf16] [--batch 1,16,64]
 *     [--prompt 512] [--steps 32] [--rounds 5] [--threads N] [--folder DIR] [--output FILE]
 *
 * Theirs is Q4_0, which rounds activations to 8 bits, with the head in 6 or 8 bits and a float16 cache; ours has a float32 cache.
 * --folder keeps llama.cpp (300 MB from npm) and the GGUF files (1 GB); nothing of it belongs to this repository.
 * Each round runs everybody once; medians and ratios are printed, every round is in the file.
 */
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { syntheticConfig } from '@thinkbits/cli';
import {
  cacheFolder,
  machine,
  median,
  output,
  table,
  thinkbitsBench,
  writeResult,
} from '../../tools/measuring.mjs';
import { bytesPerToken, writeSyntheticGguf } from './gguf.mjs';
import { readRate } from './read-rate.mjs';
import { llamaCppTools } from './tools.mjs';

const { values } = parseArgs({
  options: {
    shapes: { type: 'string', default: 'smollm2-135m,qwen2-1.5b' },
    recipes: {
      type: 'string',
      default: 'rtn:w4g64a8head8,rtn:w4g64head8,rtn:w4g64head8@bf16',
    },
    batch: { type: 'string', default: '1,16,64' },
    prompt: { type: 'string', default: '512' },
    steps: { type: 'string', default: '32' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(availableParallelism()) },
    folder: { type: 'string', default: join(cacheFolder, 'llama-cpp') },
    output: { type: 'string', default: join(cacheFolder, 'llama-cpp.json') },
  },
});
const folder = resolve(values.folder);
const batches = values.batch.split(',').map(Number);
const [prompt, steps, rounds, threads] = ['prompt', 'steps', 'rounds', 'threads'].map((name) =>
  Number(values[name]),
);
const many = batches.filter((batch) => batch > 1);
const tools = llamaCppTools(folder);
if (tools.why) {
  console.log(`skipped: raw llama.cpp cannot be had here: ${tools.why}`);
  process.exit(0);
}
const nodeScript = fileURLToPath(new URL('./decode-in-node.mjs', import.meta.url));

/** Tokens per second by test, as `thinkbits bench` names them: `prefill 512`, `decode 16`. */
const prefill = `prefill ${prompt}`;
const decode = (batch) => `decode ${batch}`;

/** Raw llama.cpp: its own programs for one row and for many. */
function llamaCpp(gguf) {
  const rates = {};
  const one = ['-m', gguf, '-t', String(threads)];
  const single = [
    '-p',
    String(prompt),
    '-n',
    String(batches.includes(1) ? steps : 0),
    '-r',
    '1',
    '-o',
    'json',
  ];
  for (const { n_gen, avg_ts } of JSON.parse(
    output(join(tools.bin, 'llama-bench'), [...one, ...single]),
  ))
    rates[n_gen > 0 ? decode(1) : prefill] = avg_ts;
  if (many.length > 0) {
    // each row has a whole number of the 256 places that llama.cpp gives out together
    const context = String(Math.max(...many) * 256 * Math.ceil((steps + 1) / 256));
    const lists = ['-npp', '1', '-ntg', String(steps), '-npl', many.join(',')];
    const batched = ['-c', context, '-b', '2048', ...lists, '--output-format', 'jsonl'];
    const lines = output(join(tools.bin, 'batched-bench'), [...one, ...batched]).split('\n');
    for (const line of lines.filter((text) => text.startsWith('{'))) {
      const { pl, speed_tg } = JSON.parse(line);
      rates[decode(pl)] = speed_tg;
    }
  }
  return { rates };
}

/** node-llama-cpp: one stream, the way its users have it. */
function inNode(gguf) {
  const words = [nodeScript, tools.modules, gguf, String(threads), String(steps)];
  return { rates: { [decode(1)]: Number(output(process.execPath, words)) } };
}

/** Our own, under a recipe and, behind an @, the arithmetic of its products. */
function ours(shape, asked) {
  const [recipe, compute = 'f32'] = asked.split('@');
  const runs = [];
  const shared = { rounds: 1, threads, compute };
  runs.push({ prompt, generate: batches.includes(1) ? steps : 0, batch: 1 });
  if (many.length > 0) runs.push({ prompt: 0, generate: steps, batch: many.join(',') });
  const rates = {};
  let weightBytes;
  for (const run of runs) {
    const { rows, weight_bytes } = thinkbitsBench(`synthetic:${shape}`, recipe, {
      ...shared,
      ...run,
    });
    weightBytes = weight_bytes;
    for (const { test, batch, tokens_per_second } of rows)
      rates[test === 'prefill' ? prefill : decode(batch)] = tokens_per_second;
  }
  return { rates, weightBytes };
}

/** The GGUF file of a shape, made once. */
function ggufOf(shape, config) {
  const path = join(folder, `${shape.replace(/\W/g, '-')}-q4_0.gguf`);
  if (!existsSync(path)) {
    writeSyntheticGguf(`${path}.new`, shape, config);
    renameSync(`${path}.new`, path);
  }
  return path;
}

/** Runs everybody in turns, and tells who does not run. */
function measure(shape, rate) {
  const config = syntheticConfig(shape);
  const gguf = ggufOf(shape, config);
  const who = new Map([
    ['llama.cpp Q4_0', { run: () => llamaCpp(gguf), bytes: bytesPerToken(config) }],
  ]);
  if (batches.includes(1))
    who.set('node-llama-cpp', { run: () => inNode(gguf), bytes: bytesPerToken(config) });
  for (const recipe of values.recipes.split(','))
    who.set(recipe, { run: () => ours(shape, recipe) });
  const readRates = [];
  for (let round = 1; round <= rounds; round++) {
    readRates.push(rate(threads));
    for (const [name, peer] of who) {
      if (peer.skipped) continue;
      process.stderr.write(`${shape}, round ${round} of ${rounds}: ${name}\n`);
      try {
        const { rates, weightBytes } = peer.run();
        if (weightBytes) peer.bytes = weightBytes;
        peer.rounds = [...(peer.rounds ?? []), rates];
      } catch (error) {
        peer.skipped = error.message;
        console.log(`skipped: ${name}: ${error.message}`);
      }
    }
  }
  const peers = [...who].map(([name, { bytes, rounds: measured = [], skipped }]) => {
    const tests = Object.keys(measured[0] ?? {});
    const medians = Object.fromEntries(
      tests.map((test) => [test, median(measured.map((rates) => rates[test]))]),
    );
    return { name, bytes_per_token: bytes, medians, rounds: measured, ...(skipped && { skipped }) };
  });
  return { shape, read_bytes_per_second: { median: median(readRates), rounds: readRates }, peers };
}

const percent = (part) => `${(100 * part).toFixed(0)} %`;

/** A table of medians, each of ours with its ratio to raw llama.cpp, and what share of the read rate one row reaches. */
function show({ shape, read_bytes_per_second, peers }) {
  const [reference] = peers;
  const tests = [prefill, ...batches.map(decode)];
  const cell = ({ medians }, test) => {
    if (medians[test] === undefined) return '-';
    const ratio = medians[test] / reference.medians[test];
    return `${medians[test].toFixed(1)} (${ratio.toFixed(2)})`;
  };
  const share = ({ medians, bytes_per_token }) =>
    medians[decode(1)] === undefined
      ? '-'
      : percent((medians[decode(1)] * bytes_per_token) / read_bytes_per_second.median);
  console.log(
    `\n${shape}: tokens per second, in brackets over raw llama.cpp; memory reads ${(read_bytes_per_second.median / 1e9).toFixed(1)} GB/s`,
  );
  console.log(
    table([
      ['', 'MB per token', ...tests, 'of the read rate'],
      ...peers.map((peer) => [
        peer.name,
        ((peer.bytes_per_token ?? 0) / 1e6).toFixed(1),
        ...tests.map((test) => cell(peer, test)),
        share(peer),
      ]),
    ]),
  );
}

mkdirSync(folder, { recursive: true });
const rate = readRate(folder);
const about = { ...machine(), threads, prompt, steps, rounds };
console.log(
  `${about.processor} (${about.instructions.join(', ')}), ${threads} threads, medians of ${rounds} rounds`,
);
const shapes = values.shapes.split(',').map((shape) => measure(shape, rate));
for (const result of shapes) show(result);
writeResult(values.output, `${JSON.stringify({ ...about, shapes }, null, 2)}\n`);
