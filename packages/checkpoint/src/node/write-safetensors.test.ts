import { mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { byteCount, type Dtype } from '../safetensors/dtype.js';
import { readHeader } from '../safetensors/read-header.js';
import { folderFiles } from './folder-files.js';
import { writeFileAtomic } from './write-file-atomic.js';
import { type TensorToWrite, writeSafetensors } from './write-safetensors.js';

const tensor = (name: string, dtype: Dtype, shape: number[], seed = 0): TensorToWrite => ({
  name,
  dtype,
  shape,
  bytes: Uint8Array.from({ length: byteCount(dtype, shape) }, (_, i) => i * 7 + seed),
});

test('writes length, header and data as the format says', async () => {
  const path = join(await temporaryFolder(), 'deep', 'x.safetensors');
  const bytes = Uint8Array.of(1, 2);
  await writeSafetensors(path, [
    { name: 'b', dtype: 'U8', shape: [2], bytes },
    { name: 'a', dtype: 'F32', shape: [], bytes: () => Uint8Array.of(0, 0, 128, 63) },
  ]);
  const header =
    '{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]}}';
  const file = await readFile(path);
  expect(file.readBigUInt64LE()).toBe(136n);
  expect(file.subarray(8, 144).toString()).toBe(header.padEnd(136));
  expect([...file.subarray(144)]).toEqual([0, 0, 128, 63, 1, 2]);
});

const anyTensor = fc.record({
  name: fc.string({ minLength: 1 }).filter((name) => name !== '__metadata__'),
  dtype: fc.constantFrom<Dtype>('F32', 'BF16', 'F16', 'I64', 'I32', 'U8', 'I8', 'F8_E4M3', 'BOOL'),
  shape: fc.array(fc.nat(5), { maxLength: 3 }),
  seed: fc.nat(255),
});

test('what is written is read: names, types, shapes, bytes, whatever the order of writing', async () => {
  const folder = await temporaryFolder();
  const tensors = fc.uniqueArray(anyTensor, { selector: ({ name }) => name, maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(tensors, fc.dictionary(fc.string(), fc.string()), async (drawn, metadata) => {
      const written = drawn.map(({ name, dtype, shape, seed }) => tensor(name, dtype, shape, seed));
      await writeSafetensors(join(folder, 'x'), written, metadata);
      await writeSafetensors(join(folder, 'y'), [...written].reverse(), metadata);
      const [file, reversed] = [
        await readFile(join(folder, 'x')),
        await readFile(join(folder, 'y')),
      ];
      expect(file.equals(reversed)).toBe(true);

      const files = folderFiles(folder);
      const header = await readHeader(files, 'x');
      await files.close?.();
      expect(header.metadata).toEqual(metadata);
      expect(header.tensors).toHaveLength(written.length);
      for (const { name, dtype, shape, bytes } of written) {
        const found = header.tensors.find((entry) => entry.name === name);
        expect([found?.dtype, found?.shape]).toEqual([dtype, shape]);
        const { offset = 0, bytes: length = 0 } = found ?? {};
        expect(new Uint8Array(file.subarray(offset, offset + length))).toEqual(bytes);
      }
      const elementBytes = { I64: 8, F32: 4, I32: 4, BF16: 2, F16: 2 } as {
        [dtype: string]: number;
      };
      for (const { dtype, offset } of header.tensors)
        expect(offset % (elementBytes[dtype] ?? 1)).toBe(0);
    }),
    { numRuns: 60, seed: 4 },
  );
});

test('makes one tensor at a time', async () => {
  const folder = await temporaryFolder();
  const log: string[] = [];
  const lazy = (name: string): TensorToWrite => ({
    name,
    dtype: 'U8',
    shape: [1],
    bytes: async () => {
      const written = (await readFile(join(folder, (await readdir(folder))[0] as string))).length;
      log.push(`${name} at ${written}`);
      return Uint8Array.of(1);
    },
  });
  await writeSafetensors(join(folder, 'x'), [lazy('c'), lazy('a'), lazy('b')], {});
  const start = (await readFile(join(folder, 'x'))).length - 3;
  expect(log).toEqual([`a at ${start}`, `b at ${start + 1}`, `c at ${start + 2}`]);
});

describe('leaves what was there, and nothing half-written,', () => {
  test.each<[when: string, code: string, tensors: TensorToWrite[]]>([
    [
      'a name comes twice',
      'safetensors/bad-tensor',
      [tensor('a', 'U8', [1]), tensor('a', 'U8', [1])],
    ],
    ['a name is reserved', 'safetensors/bad-tensor', [tensor('__metadata__', 'U8', [1])]],
    ['a shape is no shape', 'safetensors/bad-tensor', [{ ...tensor('a', 'U8', [1]), shape: [-1] }]],
    ['an element is cut', 'safetensors/bad-tensor', [{ ...tensor('a', 'U8', [1]), dtype: 'F4' }]],
    [
      'bytes are missing',
      'safetensors/wrong-length',
      [tensor('b', 'F32', [2]), { ...tensor('a', 'U8', [1]), shape: [2] }],
    ],
  ])('when %s', async (_, code, tensors) => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'x'), 'before');
    expect((await errorOf(writeSafetensors(join(folder, 'x'), tensors))).code).toBe(code);
    expect(await readdir(folder)).toEqual(['x']);
    expect(await readFile(join(folder, 'x'), 'utf8')).toBe('before');
  });

  test('when it is aborted', async () => {
    const folder = await temporaryFolder();
    const controller = new AbortController();
    const bytes = () => {
      controller.abort();
      return Uint8Array.of(1);
    };
    const tensors = ['a', 'b'].map((name) => ({ name, dtype: 'U8' as const, shape: [1], bytes }));
    const { signal } = controller;
    const error = await errorOf(writeSafetensors(join(folder, 'x'), tensors, {}, { signal }));
    expect(error.code).toBe('run/aborted');
    expect(await readdir(folder)).toEqual([]);
  });

  test.each([
    ['ENOSPC', 'disk/full', 'machine'],
    ['EDQUOT', 'disk/full', 'machine'],
    ['EROFS', 'disk/not-writable', 'machine'],
    ['EIO', 'disk/failed', 'machine'],
  ])('when the system says %s', async (systemCode, code, category) => {
    const folder = await temporaryFolder();
    const handle = await open(join(folder, 'x'), 'w');
    const prototype = Object.getPrototypeOf(handle);
    await handle.close();
    const failure = Object.assign(new Error(`${systemCode}: no`), {
      code: systemCode,
      syscall: 'write',
    });
    const write = prototype.write;
    const spy = vi
      .spyOn(prototype, 'write')
      .mockImplementationOnce(write)
      .mockRejectedValueOnce(failure);
    const error = await errorOf(
      writeSafetensors(join(folder, 'x'), [tensor('a', 'U8', [1000])], {}),
    );
    spy.mockRestore();
    expect([error.code, error.category]).toEqual([code, category]);
    expect(error.message).toContain('Nothing half-written is left');
    // 8 for the length, 56 of header ({"a":{"dtype":"U8","shape":[1000],"data_offsets":[0,1000]}} padded),
    // 1000 of data
    if (code === 'disk/full') expect(error.message).toContain('1072 bytes');
    expect(await readdir(folder)).toEqual(['x']);
  });
});

describe('writeFileAtomic', () => {
  test('creates folders, writes text as UTF-8, replaces', async () => {
    const path = join(await temporaryFolder(), 'a', 'b.txt');
    await writeFileAtomic(path, 'first');
    await writeFileAtomic(path, 'größer');
    expect(await readFile(path, 'utf8')).toBe('größer');
    expect(await readdir(join(path, '..'))).toEqual(['b.txt']);
  });

  test('a folder in the way is an error that names it', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'x'));
    const error = await errorOf(writeFileAtomic(join(folder, 'x'), 'text'));
    expect([error.code, error.category]).toEqual(['disk/bad-path', 'input']);
    expect(error.message).toContain(join(folder, 'x'));
    expect(await readdir(folder)).toEqual(['x']);
  });

  test('a file where a folder should be is an error', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'x'), '');
    expect((await errorOf(writeFileAtomic(join(folder, 'x', 'y'), 'text'))).code).toBe(
      'disk/bad-path',
    );
  });
});
