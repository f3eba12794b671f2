import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { selectBackend } from '@thinkbits/inference';
import { createRandom } from '@thinkbits/numerics';
import { rtn } from '@thinkbits/quantizer-rtn';
import { beforeAll, describe, expect, it } from 'vitest';
import { fingerprint, tinyFolder } from './__fixtures__/directories.js';
import { failing } from './__fixtures__/stages.js';
import { quantizeCheckpoint } from './index.js';

beforeAll(() => selectBackend({ name: 'cpu' }));

const recipe = { weights: { bits: 4, group: 16 }, kv: { bits: 4 } } as const;

describe('resuming', () => {
  it('goes on after an abort between two linears, and ends with the same bytes', async () => {
    const { root, checkpoint, output } = await tinyFolder();
    const whole = join(root, 'whole');
    await quantizeCheckpoint(checkpoint, { recipe, output: whole });
    const controller = new AbortController();
    const run = quantizeCheckpoint(checkpoint, { recipe, output, signal: controller.signal });
    const abort = async () => {
      for await (const event of run) {
        if (event.type === 'layer' && event.report.name.startsWith('model.layers.1'))
          controller.abort();
      }
    };
    await expect(abort()).rejects.toMatchObject({ code: 'run/aborted', category: 'interrupted' });
    expect(existsSync(output)).toBe(false);
    const before = await readdir(`${output}.partial`);
    expect(before).toContain('model-00002-of-00004.safetensors');
    expect(before).not.toContain('config.json');

    const notes: (string | undefined)[] = [];
    const reports: string[] = [];
    const resumed = quantizeCheckpoint(checkpoint, { recipe, output });
    for await (const event of resumed) {
      if (event.type === 'advance') notes.push(event.note);
      if (event.type === 'layer') reports.push(event.report.name);
    }
    expect(notes.slice(0, 2)).toEqual([
      'embedding, from an earlier run',
      'model.layers.0, from an earlier run',
    ]);
    expect(notes.at(-1)).toBe('lm_head');
    expect(reports).toEqual((await resumed).reports.map(({ name }) => name));
    expect(reports).toHaveLength(14);
    expect(await fingerprint(output)).toEqual(await fingerprint(whole));
  });

  it('goes on when a stage failed, and when a finished file was cut short', async () => {
    const { root, checkpoint, output } = await tinyFolder();
    await quantizeCheckpoint(checkpoint, { recipe, output: join(root, 'whole') });
    const fails = {
      ...failing('layers.1.self_attn.o_proj', new Error('no')),
      id: 'rtn',
      options: rtn().options,
    };
    await expect(
      quantizeCheckpoint(checkpoint, { recipe, output, pipeline: [fails] }),
    ).rejects.toMatchObject({ code: 'quantize/layer-failed' });
    const file = join(`${output}.partial`, 'model-00002-of-00004.safetensors');
    await writeFile(file, (await readFile(file)).subarray(0, 1000));
    await quantizeCheckpoint(checkpoint, { recipe, output });
    expect(await fingerprint(output)).toEqual(await fingerprint(join(root, 'whole')));
  });

  it('clears away what a run left that was killed as it finished', async () => {
    const { root, checkpoint, output } = await tinyFolder();
    await quantizeCheckpoint(checkpoint, { recipe, output });
    const whole = await fingerprint(output);
    await mkdir(join(output, '.thinkbits-work'));
    await writeFile(join(output, '.thinkbits-work', 'identity.json'), '{}');
    await quantizeCheckpoint(checkpoint, { recipe, output });
    expect(await fingerprint(output)).toEqual(whole);
    expect((await readdir(root)).sort()).toEqual(['model', 'quantized']);
  });

  it('clears away what killed runs left half-written', async () => {
    const { checkpoint, output } = await tinyFolder();
    const pipeline = [failing('layers.1', new Error('no'))];
    await expect(quantizeCheckpoint(checkpoint, { recipe, output, pipeline })).rejects.toThrow();
    for (const name of [
      '.model-00003-of-00004.safetensors.1-0.partial',
      'model-00009-of-00009.safetensors',
    ]) {
      await writeFile(join(`${output}.partial`, name), 'half');
    }
    const onlyName = { ...rtn(), id: 'failing', options: {} };
    await quantizeCheckpoint(checkpoint, { recipe, output, pipeline: [onlyName] });
    const names = await readdir(output);
    expect(names.filter((name) => name.startsWith('.') || name.includes('00009'))).toEqual([]);
  });
});

const fixture = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));

function runProcess(command: string, args: readonly string[]) {
  return new Promise<{ code: number | null; signal: string | null; told: string }>((settle) => {
    const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let told = '';
    running.stdout.on('data', (text) => {
      told += text;
    });
    running.on('close', (code, signal) => settle({ code, signal, told }));
  });
}

describe('resuming in a process of its own, with the built package', () => {
  const child = fixture('quantize-child.mjs');
  const shape = { layers: 6, hidden: 128, intermediate: 512 }; // eight parts
  const runChild = (...args: string[]) => runProcess(process.execPath, [child, ...args]);

  it('survives kill -9 at any moment', async () => {
    const { root, folder, output } = await tinyFolder(shape);
    const random = createRandom('kill');
    expect(await runChild(folder, join(root, 'whole'))).toMatchObject({ code: 0 });
    const whole = await fingerprint(join(root, 'whole'));
    // Parts with others still to come, then twice among the last renames.
    for (const part of [1, 2, 2, 3, 8, 8]) {
      const wait = String(Math.floor(15 * random.next()));
      const { signal, told } = await runChild(folder, output, String(part), wait);
      if (part < 8) expect([signal, existsSync(output)]).toEqual(['SIGKILL', false]);
      expect(told.split('\n')[0]).toBe(
        part === 1 ? '1 embedding' : '1 embedding, from an earlier run',
      );
      if (existsSync(output)) break;
    }
    const last = await runChild(folder, output);
    expect(last.code).toBe(0);
    expect(await fingerprint(output)).toEqual(whole);
  });

  it.skipIf(process.platform === 'win32')('survives a disk with no room', async () => {
    const { root, folder, output } = await tinyFolder(shape);
    // Files of 100 blocks hold the embedding and no decoder layer; the shell may count blocks of 512 or 1024
    // bytes.
    const limited = 'ulimit -f 100; exec "$0" "$@"';
    const failed = await runProcess('sh', ['-c', limited, process.execPath, child, folder, output]);
    expect(failed.code).toBe(1);
    expect(failed.told).toContain('1 embedding');
    expect(failed.told).toContain('disk/full');
    expect(existsSync(output)).toBe(false);
    const last = await runChild(folder, output);
    expect(last.told).toContain('1 embedding, from an earlier run');
    await runChild(folder, join(root, 'whole'));
    expect(await fingerprint(output)).toEqual(await fingerprint(join(root, 'whole')));
  });
});

describe('resuming a calibrated run in a process of its own, with the built packages', () => {
  const child = fixture('calibrate-child.mjs');
  // What belongs to no layer is written last: transforms may still edit it.
  const parts = ['model.layers.0', 'model.layers.1', 'model.layers.2', 'lm_head', 'embedding'];

  it('survives kill -9 behind every layer and within one', async () => {
    const { root, folder, output } = await tinyFolder({ layers: 3, intermediate: 64 });
    const run = (to: string, ...last: string[]) =>
      runProcess(process.execPath, [child, folder, to, ...last]);
    const unbroken = run(join(root, 'whole'));
    // Each run takes over what those before it finished, and dies a step further.
    const steps = [...parts.slice(0, 2), 'model.layers.2.mlp.up_proj', ...parts.slice(2, 4)];
    for (const last of steps) {
      const { signal, told } = await run(output, last);
      expect([signal, existsSync(output)]).toEqual(['SIGKILL', false]);
      const at = parts.findIndex((part) => last.startsWith(part));
      expect(told.trimEnd().split('\n').filter(Boolean)).toEqual([
        ...parts.slice(0, at).map((part) => `${part}, from an earlier run`),
        ...(parts[at] === last ? [last] : []),
      ]);
    }
    expect(await run(output)).toMatchObject({ code: 0 });
    expect(await unbroken).toMatchObject({ code: 0 });
    expect(await fingerprint(output)).toEqual(await fingerprint(join(root, 'whole')));
  });
});
