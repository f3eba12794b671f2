/**
 * Quantizes a folder with GPTQ on given tokens; prints the seconds that it took as JSON, and the perplexity of other windows where those are
 * given.
 *
 *   node gptq-ours.mjs MODEL OUTPUT WINDOWS.json GROUP THREADS [SCORED.json]
 */
import { readFile } from 'node:fs/promises';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, selectBackend } from '@thinkbits/inference';
import { quantizeCheckpoint } from '@thinkbits/quantize';
import { gptq } from '@thinkbits/quantizer-gptq';

const [folder, output, tokens, group, threads, scored] = process.argv.slice(2);
const read = async (file) =>
  JSON.parse(await readFile(file, 'utf8')).map((ids) => Int32Array.from(ids));

async function perplexity() {
  const model = await loadModel(await openCheckpoint(folderFiles(output)));
  let [sum, count] = [0, 0];
  for (const ids of await read(scored)) {
    for (const loss of await model.negativeLogLikelihood(ids)) sum += loss;
    count += ids.length - 1;
  }
  model.dispose();
  return Math.exp(sum / count);
}

const { name: backend } = await selectBackend({ threads: Number(threads) });
const windows = await read(tokens);
const started = performance.now();
const checkpoint = await openCheckpoint(folderFiles(folder));
await quantizeCheckpoint(checkpoint, {
  weights: { bits: 4, group: Number(group) },
  pipeline: [gptq({ actOrder: true, staticGroups: true })],
  calibration: { windows, hash: 'given', tokens: windows.length * windows[0].length },
  output,
});
const seconds = (performance.now() - started) / 1000;
await checkpoint.close();
console.log(
  JSON.stringify({ backend, seconds, ...(scored && { perplexity: await perplexity() }) }),
);
