import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'tsup';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { comparableFiles, sampleLines, temporaryDirectory } from './__fixtures__/run-files.js';

let root: string;
let program: string;

// The child is bundled from the sources, so that this test needs no build and never sees an old one.
beforeAll(async () => {
  root = await temporaryDirectory();
  program = join(root, 'bundle', 'killed-evaluation.js');
  await build({
    entry: [fileURLToPath(new URL('__fixtures__/killed-evaluation.ts', import.meta.url))],
    config: false,
    silent: true,
    outDir: join(root, 'bundle'),
    format: 'esm',
    noExternal: [/^(?!@huggingface\/hub)/], // only a hub id would load it
    esbuildOptions(options) {
      options.conditions = ['@thinkbits/source'];
    },
  });
});
afterAll(async () => await rm(root, { recursive: true }));

/**
 * Runs the child and kills it with SIGKILL once it has told of so many samples, plus a few
 * milliseconds.
 */
async function run(
  directory: string,
  order: number,
  killAfter = Number.POSITIVE_INFINITY,
  delay = 0,
) {
  // Slow enough that the kill finds it at work, however busy the machine is.
  const pause = killAfter < Number.POSITIVE_INFINITY ? '20' : '0';
  const child = spawn(process.execPath, [program, directory, String(order), pause]);
  let told = 0;
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdout.on('data', (chunk) => {
    told += String(chunk).split('\n').length - 1;
    if (told >= killAfter) setTimeout(() => child.kill('SIGKILL'), delay);
  });
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => {
    child.on('close', (...ended) => resolve(ended));
  });
  return { code, signal, told, errors };
}

it('ends with the files of an uninterrupted run, however often it is killed', async () => {
  const whole = join(root, 'whole');
  expect(await run(whole, 0)).toMatchObject({ code: 0, told: 64, errors: '' });

  const killed = join(root, 'killed');
  let before = 0;
  for (const [round, delay] of [0, 1, 3, 6, 2].entries()) {
    const { signal, told, errors } = await run(killed, round + 1, 4, delay);
    expect({ signal, errors }).toEqual({ signal: 'SIGKILL', errors: '' });
    // Whatever was told of was on disk, and is never asked again.
    const kept = (await sampleLines(killed)).length;
    expect(kept).toBeGreaterThanOrEqual(before + told);
    before = kept;
  }
  expect(await run(killed, 9)).toMatchObject({ code: 0, told: 64 - before, errors: '' });
  expect(await comparableFiles(killed)).toEqual(await comparableFiles(whole));
});

it('refuses a second process, and a third once the first was killed no more', async () => {
  const directory = join(root, 'shared');
  let second: ReturnType<typeof run> | undefined;
  const child = spawn(process.execPath, [program, directory, '1', '50']);
  child.stdout.once('data', () => {
    second = run(directory, 2).finally(() => child.kill('SIGKILL'));
  });
  await new Promise((resolve) => child.on('close', resolve));
  const refused = await second;
  expect(refused?.code).not.toBe(0);
  expect(refused?.errors).toContain('directory/in-use');
  expect(await run(directory, 3)).toMatchObject({ code: 0, errors: '' });
});
