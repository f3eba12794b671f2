/** Quantizes a folder with GPTQ on given tokens, and prints the seconds that it took as JSON. */
import { readFile } from 'node:fs/promises';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { selectBackend } from '@thinkbits/inference';
import { quantizeCheckpoint } from '@thinkbits/quantize';
import { gptq } from '@thinkbits/quantizer-gptq';

const [folder, output, tokens, group, threads] = process.argv.slice(2);
const { name: backend } = await selectBackend({ threads: Number(threads) });
const windows = JSON.parse(await readFile(tokens, 'utf8')).map((ids) => Int32Array.from(ids));
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
console.log(JSON.stringify({ backend, seconds }));
