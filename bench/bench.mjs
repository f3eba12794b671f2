/**
 * `pnpm bench NAME [options]`: one measurement. Without a name, `decode`. `pnpm bench list` says what there is.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Each measurement: its script, and what it shows. */
const benches = {
  decode: ['packages/inference/bench/decode.bench.mjs', 'where the time of decoding goes'],
  'llama-cpp': ['bench/llama-cpp/compare.mjs', 'prefill and decode beside raw llama.cpp'],
  growth: ['bench/growth.mjs', 'tokens per second by context, batch and layers, with a plot'],
  cache: ['bench/cache.mjs', 'a cache of 4 bits beside our own float cache'],
  wasm: ['bench/wasm.mjs', 'the native backend beside our WebAssembly path'],
  matmul: [
    'packages/backends/native/bench/matmul.bench.mjs',
    'float products beside numpy, or bf16 beside torch',
  ],
  'bf16-gap': ['packages/inference/bench/bf16-gap.bench.mjs', 'what --compute bf16 does to logits'],
  gptq: ['packages/quantize/bench/gptq.bench.mjs', 'time of GPTQ beside llm-compressor'],
  memory: [
    'packages/quantize/bench/memory.bench.mjs',
    'memory that quantizing a large model takes',
  ],
};

const words = process.argv.slice(2);
if (words[0] === 'list') {
  for (const [name, [, what]] of Object.entries(benches)) console.log(`${name.padEnd(12)}${what}`);
  process.exit(0);
}
const isNamed = Object.hasOwn(benches, words[0] ?? '');
const [script] = benches[isNamed ? words.shift() : 'decode'];
const file = fileURLToPath(new URL(`../${script}`, import.meta.url));
const child = spawn(process.execPath, [file, ...words], { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('close', (status, signal) => process.exit(signal ? 130 : (status ?? 1)));
