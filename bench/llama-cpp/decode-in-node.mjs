/**
 * Tokens per second of one stream through node-llama-cpp, as its users decode: `decode-in-node.mjs MODULES GGUF THREADS STEPS`.
 * A process of its own, because its libraries bring threads.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [modules, modelPath, threads, steps] = process.argv.slice(2);
const entry = createRequire(join(modules, 'any.js')).resolve('node-llama-cpp');
const { getLlama, LlamaLogLevel } = await import(pathToFileURL(entry).href);
const llama = await getLlama({
  gpu: false,
  build: 'never',
  skipDownload: true,
  maxThreads: Number(threads),
  logLevel: LlamaLogLevel.error,
});
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ contextSize: 512, threads: Number(threads) });
const sequence = context.getSequence();

/** Decodes from an empty cache; milliseconds. */
async function decode(count) {
  await sequence.clearHistory();
  let left = count;
  const start = performance.now();
  for await (const _ of sequence.evaluate([1], { temperature: 1, yieldEogToken: true }))
    if (--left === 0) break;
  return performance.now() - start;
}
await decode(4);
console.log((1000 * Number(steps)) / (await decode(Number(steps))));
process.exit(0);
