import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'tsup';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { lockDirectory } from './lock-directory.js';
import { currentProcess, isProcessAlive } from './process-identity.js';

// The other process runs plain Node, so what it runs is bundled first.
let bundle: string;
beforeAll(async () => {
  bundle = await mkdtemp(join(tmpdir(), 'checkpoint-bundle-'));
  await build({
    entry: { 'hold-lock': join(import.meta.dirname, '../__fixtures__/hold-lock.ts') },
    outDir: bundle,
    config: false,
    silent: true,
    format: 'esm',
    outExtension: () => ({ js: '.mjs' }),
    noExternal: [/.*/],
    esbuildOptions: (options) => {
      options.conditions = ['@thinkbits/source'];
    },
  });
});
afterAll(() => rm(bundle, { recursive: true, force: true }));

/** Another process that claims the directory, and the first line it prints. */
async function claimElsewhere(directory: string): Promise<{ child: ChildProcess; says: string }> {
  const child = spawn(process.execPath, [join(bundle, 'hold-lock.mjs'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [says] = await once(createInterface(child.stdout), 'line');
  return { child, says };
}

test('a directory has one owner at a time', async () => {
  const directory = join(await temporaryFolder(), 'new', 'run');
  const lock = await lockDirectory(directory);
  const error = await errorOf(lockDirectory(directory));
  expect([error.code, error.category]).toEqual(['directory/in-use', 'input']);
  expect(error.message).toContain(directory);
  expect(error.message).toContain(String(process.pid));
  await lock.release();
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);
});

test('another process is kept out, and owns the directory once it is free', async () => {
  const directory = await temporaryFolder();
  const lock = await lockDirectory(directory);
  expect((await claimElsewhere(directory)).says).toBe('directory/in-use');
  await lock.release();
  const { child, says } = await claimElsewhere(directory);
  expect(says).toBe('locked');
  const error = await errorOf(lockDirectory(directory));
  expect(error.code).toBe('directory/in-use');
  expect(error.message).toContain(`process ${child.pid}`);
});

test('a process that was killed keeps nothing locked and leaves nothing half-written', async () => {
  const directory = await temporaryFolder();
  const { child, says } = await claimElsewhere(directory);
  expect(says).toBe('locked');
  expect(await readdir(directory)).toHaveLength(2);
  child.kill('SIGKILL');
  await once(child, 'exit');
  const lock = await lockDirectory(directory);
  expect(await readdir(directory)).toHaveLength(1); // our lock
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
});

test('of processes that claim at once, at most one succeeds', async () => {
  const directory = await temporaryFolder();
  const claims = await Promise.all([1, 2, 3].map(() => claimElsewhere(directory)));
  const said = claims.map(({ says }) => says);
  expect(said.filter((says) => says === 'locked').length).toBeLessThanOrEqual(1);
  expect(said.every((says) => says === 'locked' || says === 'directory/in-use')).toBe(true);
});

test('a process that has our number but started at another time is not us', async () => {
  const directory = await temporaryFolder();
  const { host, boot, pid, start } = await currentProcess();
  await writeFile(join(directory, `.lock-${host}-${boot}-${pid}-1${start}`), '');
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);
});

test('a lock from before the host restarted does not count', async () => {
  const directory = await temporaryFolder();
  const { host, pid, start } = await currentProcess();
  await writeFile(join(directory, `.lock-${host}-0ld-${pid}-${start}`), '');
  await (await lockDirectory(directory)).release();
  expect(await readdir(directory)).toEqual([]);
});

test('a lock of another host counts, and the remedy names the file', async () => {
  const directory = await temporaryFolder();
  await writeFile(join(directory, '.lock-other-host.org-b007-12-34'), '');
  const error = await errorOf(lockDirectory(directory));
  expect(error.message).toContain('other-host.org');
  expect(error.help).toContain(join(directory, '.lock-other-host.org-b007-12-34'));
  expect(await readdir(directory)).toHaveLength(1);
});

test('releasing is harmless when the directory was moved away', async () => {
  const folder = await temporaryFolder();
  const lock = await lockDirectory(join(folder, 'a'));
  await rename(join(folder, 'a'), join(folder, 'b'));
  await lock.release();
});

test('tells living processes from dead ones', async () => {
  expect(await isProcessAlive(process.pid)).toBe(true);
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  expect(await isProcessAlive(child.pid as number)).toBe(false);
});
