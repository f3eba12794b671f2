// Quantizes a folder with the built package and tells each finished part. Where asked to, it dies by SIGKILL
// some milliseconds after a part: its own clock makes that independent of how busy the machine is.
import { writeSync } from 'node:fs';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { quantizeCheckpoint } from '@thinkbits/quantize';

const [model, output, lastPart, milliseconds] = process.argv.slice(2);
try {
  const checkpoint = await openCheckpoint(folderFiles(model));
  const run = quantizeCheckpoint(checkpoint, { output, weights: { bits: 4, group: 32 }, kv: { bits: 3 } });
  for await (const event of run) {
    if (event.type !== 'advance') continue;
    writeSync(1, `${event.done} ${event.note}\n`);
    if (event.done === Number(lastPart)) setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(milliseconds));
  }
  await checkpoint.close();
} catch (error) {
  writeSync(1, `error ${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
