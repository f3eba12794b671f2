/**
 * Quantizes a folder and tells each finished layer, a line each; says first when it is idle with everything loaded, and goes
 * on when it is told to.
 */
import { once } from 'node:events';
import { openCheckpoint } from '@thinkbits/checkpoint';
import { folderFiles } from '@thinkbits/checkpoint/node';
import { selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { quantizeCheckpoint } from '@thinkbits/quantize';
import { gptq } from '@thinkbits/quantizer-gptq';
import { rtn } from '@thinkbits/quantizer-rtn';

const [folder, output, method, windows, length, activationBytes] = process.argv.slice(2);
const { name: backend } = await selectBackend();
const checkpoint = await openCheckpoint(folderFiles(folder));
process.send({ idle: backend });
await once(process, 'message');

const random = createRandom('calibration windows');
const vocabulary = checkpoint.config.vocab_size;
const text = Array.from({ length: Number(windows) }, () =>
  Int32Array.from({ length: Number(length) }, () => random.integer(vocabulary)),
);
const run = quantizeCheckpoint(checkpoint, {
  weights: { bits: 4, group: 128 },
  pipeline: [method === 'gptq' ? gptq() : rtn()],
  calibration: { windows: text, hash: 'random', tokens: windows * length },
  activationBytes: Number(activationBytes),
  output,
});
for await (const event of run) {
  if (event.type === 'advance') process.send({ done: event.note });
}
await run;
await checkpoint.close();
process.send({ finished: true });
await once(process, 'message');
process.disconnect();
