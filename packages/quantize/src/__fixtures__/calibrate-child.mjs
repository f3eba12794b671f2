// Quantizes a folder behind calibration text with the built packages, and tells each finished part. Where asked to, it dies
// by SIGKILL as soon as it hears of a part or a linear.
import { writeSync } from 'node:fs';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { quantizeCheckpoint } from '@thinkbits/quantize';
import { awq } from '@thinkbits/quantizer-awq';
import { gptq } from '@thinkbits/quantizer-gptq';
import { kvquant } from '@thinkbits/quantizer-kvquant';
import { quarot } from '@thinkbits/quantizer-quarot';

const [model, output, last] = process.argv.slice(2);
const random = createRandom('calibration');
const windows = [12, 12, 7].map((length) => Int32Array.from({ length }, () => random.integer(64)));
try {
  await selectBackend({ name: 'cpu' });
  const checkpoint = await openCheckpoint(folderFiles(model));
  const run = quantizeCheckpoint(checkpoint, {
    output,
    pipeline: [quarot(), awq({ ratioGrid: 4, clipGrid: 4 }), gptq(), kvquant({ rope: 'after' })],
    weights: { bits: 3, group: 16 },
    kv: { bits: 3 },
    calibration: { windows, hash: 'windows', tokens: 31 },
  });
  for await (const event of run) {
    if (event.type === 'advance') writeSync(1, `${event.note}\n`);
    const heard = event.type === 'advance' ? event.note : event.type === 'layer' ? event.report.name : undefined;
    if (heard !== undefined && heard === last) process.kill(process.pid, 'SIGKILL');
  }
  await checkpoint.close();
} catch (error) {
  writeSync(1, `error ${error.code}: ${error.message}\n`);
  process.exitCode = 1;
}
