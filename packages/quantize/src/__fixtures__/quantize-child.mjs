// Quantizes a folder with the built package and tells each finished part, so that a test can kill it at any moment.
import { writeSync } from 'node:fs';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { quantizeCheckpoint } from '@thinkbits/quantize';

const [model, output] = process.argv.slice(2);
const checkpoint = await openCheckpoint(folderFiles(model));
const run = quantizeCheckpoint(checkpoint, { output, weights: { bits: 4, group: 32 }, kv: { bits: 3 } });
for await (const event of run) {
  if (event.type === 'advance') writeSync(1, `${event.done} ${event.note}\n`);
}
await checkpoint.close();
