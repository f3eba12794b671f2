import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { syntheticConfig } from '@thinkbits/cli';
import { afterAll, expect, it } from 'vitest';
import { bytesPerToken, ggufTensors, writeSyntheticGguf } from './gguf.mjs';

const folder = mkdtempSync(join(tmpdir(), 'thinkbits-gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('names the blocks as llama.cpp stores them', () => {
  const tensors = new Map(
    ggufTensors(syntheticConfig('qwen2-1.5b')).map((tensor) => [tensor.name, tensor]),
  );
  // rows of 1536 = 6 blocks of 256 weights in 210 bytes
  expect(tensors.get('token_embd.weight')).toMatchObject({
    shape: [1536, 151936],
    type: 'q6_k',
    bytes: 151936 * 6 * 210,
  });
  // rows of 1536 = 48 blocks of 32 weights in 18 bytes
  expect(tensors.get('blk.27.attn_k.weight')?.bytes).toBe(256 * 48 * 18);
  expect(tensors.get('blk.0.attn_v.bias')?.bytes).toBe(4 * 256);
  expect(tensors.size).toBe(2 + 28 * 12);
});

it('keeps the head in 8 bits where rows do not fill blocks of 256', () => {
  const [table] = ggufTensors(syntheticConfig('smollm2-135m'));
  expect(table).toMatchObject({ type: 'q8_0', bytes: 49152 * 18 * 34 });
});

it('reads every byte for a token but an embedding table that is no head', () => {
  const sum = (name: string) =>
    ggufTensors(syntheticConfig(name)).reduce((total, { bytes }) => total + bytes, 0);
  expect(bytesPerToken(syntheticConfig('smollm2-135m'))).toBe(sum('smollm2-135m'));
  const table = (128256 * 4096 * 18) / 32;
  expect(bytesPerToken(syntheticConfig('llama-8b'))).toBe(sum('llama-8b') - table);
});

it('writes the header, then tensors at multiples of 32 bytes', () => {
  const config = { ...syntheticConfig('smollm2-135m:layers=1'), vocab_size: 320 };
  const path = join(folder, 'one.gguf');
  writeSyntheticGguf(path, 'one', config);
  const file = readFileSync(path);
  expect(file.toString('latin1', 0, 4)).toBe('GGUF');
  expect(file.readUInt32LE(4)).toBe(3);
  const tensors = ggufTensors(config);
  expect(file.readBigUInt64LE(8)).toBe(BigInt(tensors.length));
  const data = tensors.reduce((total, { bytes }) => total + Math.ceil(bytes / 32) * 32, 0);
  const start = file.length - data;
  expect(start % 32).toBe(0);
  // the first norm is ones, and stands behind the table
  const norm = start + Math.ceil((tensors[0]?.bytes as number) / 32) * 32;
  expect(file.readFloatLE(norm)).toBe(1);
  // scale of the first block of 8-bit weights, 0.0003 as float16
  expect(file.readUInt16LE(start)).toBe(0x0d1f);
  writeSyntheticGguf(`${path}.again`, 'one', config);
  expect(readFileSync(`${path}.again`).equals(file)).toBe(true);
});
