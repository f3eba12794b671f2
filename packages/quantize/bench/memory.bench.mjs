/**
 * Memory of quantizing a model with the dimensions of Qwen2-1.5B, by number of decoder layers: the largest resident size of a
 * process of its own over the same process idle, beside what is promised and what the plan says. Linux alone.
 *
 *   pnpm --filter @thinkbits/quantize bench [-- --layers 4,12] [--methods rtn,gptq] [--windows 8] [--length 256]
 *     [--activations 64] [--folder DIR]
 *
 * `--activations` is the declared budget in MiB; `--folder` is where checkpoints are written, a temporary one by default.
 */
import { fork } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { planQuantization } from '@thinkbits/quantize';
import { gptq } from '@thinkbits/quantizer-gptq';
import { rtn } from '@thinkbits/quantizer-rtn';
import { writeWideCheckpoint } from './wide-checkpoint.mjs';

const words = process.argv.slice(2);
const option = (name, otherwise) =>
  words.includes(name) ? words[words.indexOf(name) + 1] : otherwise;
const layerCounts = option('--layers', '4,12').split(',').map(Number);
const methods = option('--methods', 'rtn,gptq').split(',');
const windows = Number(option('--windows', 8));
const length = Number(option('--length', 256));
const activationBytes = Number(option('--activations', 64)) * 2 ** 20;
const megabytes = (bytes) => Math.round(bytes / 1e6);

/** Resident size of a process in bytes: `VmRSS` now, `VmHWM` the largest so far. */
async function resident(pid, line) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(new RegExp(`^${line}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
}

/** Runs the child; tells the largest resident size idle, after each part, and at the end. */
async function measure(folder, output, method) {
  const script = fileURLToPath(new URL('./memory-child.mjs', import.meta.url));
  const child = fork(script, [folder, output, method, windows, length, activationBytes]);
  const result = {};
  const started = performance.now();
  await new Promise((resolve, reject) => {
    child.on('message', async ({ idle, done, finished }) => {
      result.peak = await resident(child.pid, 'VmHWM');
      const seconds = Math.round((performance.now() - started) / 1000);
      if (idle) {
        Object.assign(result, { backend: idle, idle: await resident(child.pid, 'VmRSS') });
        child.send('go');
      } else if (done) {
        const over = megabytes(result.peak - result.idle);
        process.stderr.write(`${method} ${done}: ${over} MB over idle after ${seconds} s\n`);
      } else if (finished) {
        result.seconds = seconds;
        child.send('end');
      }
    });
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`the child ended with ${code ?? signal}`)),
    );
  });
  return result;
}

const root = option('--folder') ?? (await mkdtemp(join(tmpdir(), 'thinkbits-memory-')));
try {
  for (const layers of layerCounts) {
    const folder = join(root, `wide-${layers}`);
    const info = await writeWideCheckpoint(folder, layers);
    const linears = info.blocks[0].stages.flat();
    const layer = 4 * linears.reduce((sum, linear) => sum + linear.in * linear.out, 0);
    const hessian = 4 * Math.max(...linears.map((linear) => linear.in)) ** 2;
    const promised = layer + activationBytes + 2 * hessian + 300e6;
    for (const method of methods) {
      const output = join(root, `${method}-${layers}`);
      await rm(output, { recursive: true, force: true });
      await rm(`${output}.partial`, { recursive: true, force: true });
      const result = await measure(folder, output, method);
      const plan = planQuantization(
        info,
        { weights: { bits: 4, group: 128 }, calibration: { samples: windows, length } },
        [method === 'gptq' ? gptq() : rtn()],
        activationBytes,
      );
      const over = result.peak - result.idle;
      console.log(
        `${method}, ${layers} layers, ${windows} windows of ${length} tokens, ${result.backend}: ` +
          `${megabytes(over)} MB over ${megabytes(result.idle)} MB idle in ${result.seconds} s; ` +
          `promised ${megabytes(promised)} MB (layer ${megabytes(layer)}, activations ${megabytes(activationBytes)}, ` +
          `two Hessians ${megabytes(2 * hessian)}, 300): ${over <= promised ? 'kept' : 'BROKEN'}; ` +
          `plan: ${megabytes(plan.peakBytes)} MB, ${Math.round(plan.estimatedSeconds)} s, ${megabytes(plan.diskBytes)} MB on disk`,
      );
      await rm(output, { recursive: true, force: true });
    }
    await rm(folder, { recursive: true, force: true });
  }
} finally {
  if (!option('--folder')) await rm(root, { recursive: true, force: true });
}
