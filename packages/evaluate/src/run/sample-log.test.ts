import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../__fixtures__/run-files.js';
import type { SampleLine } from './sample-line.js';
import { SampleLog } from './sample-log.js';

let root: string;
let path: string;

beforeEach(async () => {
  root = await temporaryDirectory();
  path = join(root, 'samples.jsonl');
});
afterEach(async () => await rm(root, { recursive: true }));

function line(name: string, text = 'the answer'): SampleLine {
  return {
    key: name.repeat(64).slice(0, 64),
    problem: name,
    repeat: 0,
    seed: 42,
    prompt_tokens: 1,
    completion_tokens: 2,
    finish_reason: 'stop',
    thinking: '',
    text,
    correct: true,
    extracted: '1',
    expected: '1',
    reason: '',
    seconds: 0.5,
  };
}

/**
 * Opens files on a disk with room for so many more bytes: the last write is cut short, the next one
 * fails.
 */
function diskWithRoom(room: number): typeof open {
  return async (...args) => {
    const file = await open(...args);
    const write = file.write.bind(file) as (
      ...args: unknown[]
    ) => Promise<{ bytesWritten: number }>;
    const limited = async (bytes: Uint8Array, offset: number, length: number, position: number) => {
      if (room === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      const fits = Math.min(room, length);
      room -= fits;
      return await write(bytes, offset, fits, position);
    };
    return Object.assign(file, { write: limited as never });
  };
}

describe('SampleLog', () => {
  it('gives back what it was given, from a file and in bytes', async () => {
    const log = await SampleLog.open(path);
    await log.append(line('a'));
    await log.append(line('b', 'é – 答\n"quoted"'));
    const sample = [...log.samples.values()][1]!;
    expect(await log.line(sample)).toEqual(line('b', 'é – 答\n"quoted"'));
    await log.close();
    const again = await SampleLog.open(path);
    expect([...again.samples.values()]).toEqual([...log.samples.values()]);
    await again.close();
  });

  it('reads lines longer than a chunk', async () => {
    const log = await SampleLog.open(path);
    await log.append(line('a', 'long '.repeat(500_000)));
    await log.append(line('b'));
    await log.close();
    const again = await SampleLog.open(path);
    expect([...again.samples.values()].map(({ problem }) => problem)).toEqual(['a', 'b']);
    expect((await again.line([...again.samples.values()][0]!)).text).toHaveLength(2_500_000);
    await again.close();
  });

  it('cuts a line off again when the disk is full, and goes on when there is room', async () => {
    const whole = `${JSON.stringify(line('a'))}\n`;
    const log = await SampleLog.open(path, diskWithRoom(whole.length + 50));
    await log.append(line('a'));
    await expect(log.append(line('b'))).rejects.toMatchObject({
      code: 'disk/full',
      category: 'machine',
      help: expect.stringContaining('run the same call again'),
    });
    await log.close();
    expect(await readFile(path, 'utf8')).toBe(whole);

    const again = await SampleLog.open(path);
    await again.append(line('b'));
    await again.close();
    expect(await readFile(path, 'utf8')).toBe(`${whole}${JSON.stringify(line('b'))}\n`);
  });

  it('cuts off what a killed process left of a line', async () => {
    const whole = `${JSON.stringify(line('a'))}\n`;
    await writeFile(path, `${whole}{"key":"bbb`);
    const log = await SampleLog.open(path);
    await log.close();
    expect(await readFile(path, 'utf8')).toBe(whole);
  });

  it('lets the later of two lines with one key count', async () => {
    const log = await SampleLog.open(path);
    await log.append({ ...line('a'), finish_reason: 'error' });
    await log.append(line('a', 'answered at last'));
    await log.close();
    const again = await SampleLog.open(path);
    expect(again.samples.size).toBe(1);
    expect((await again.line([...again.samples.values()][0]!)).text).toBe('answered at last');
    await again.close();
  });
});
