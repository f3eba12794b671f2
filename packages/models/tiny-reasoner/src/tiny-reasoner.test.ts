import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shippedModels, tinyReasoner } from './index.js';

/** Number of values of every tensor that a safetensors header declares. */
function parameterCount(file: string): number {
  const bytes = readFileSync(file);
  const header = JSON.parse(
    bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE(0))).toString('utf8'),
  );
  return Object.entries(header as Record<string, { shape?: number[] }>)
    .filter(([name]) => name !== '__metadata__')
    .reduce((total, [, tensor]) => total + (tensor.shape ?? []).reduce((a, b) => a * b, 1), 0);
}

describe('shipped models', () => {
  it('lists both models under their public names', () => {
    expect(shippedModels).toEqual([
      { name: 'tiny-reasoner-micro', directory: tinyReasoner('micro') },
      { name: 'tiny-reasoner-nano', directory: tinyReasoner('nano') },
    ]);
  });

  it.each([
    ['micro', 4_987_136, 'b549f4315c6f8e4b63c7c1e700118304c5f35e095627e27a1086f5fb076e91ad'],
    ['nano', 919_680, '255bfe890bb614681447af4f3d1208ab6840f773a6cd52f43921bcbe656a0991'],
  ] as const)('%s has the declared size and unchanged weights', (name, parameters, sha256) => {
    const weights = join(tinyReasoner(name), 'model.safetensors');
    expect(parameterCount(weights)).toBe(parameters);
    expect(createHash('sha256').update(readFileSync(weights)).digest('hex')).toBe(sha256);
  });

  it.each(['micro', 'nano'] as const)('%s brings what a tokenizer and a decoder need', (name) => {
    const read = (file: string) => JSON.parse(readFileSync(join(tinyReasoner(name), file), 'utf8'));
    expect(read('config.json').model_type).toBe('qwen2');
    expect(Object.keys(read('tokenizer.json').model.vocab).length).toBeLessThanOrEqual(
      read('config.json').vocab_size,
    );
    expect(read('tokenizer_config.json').chat_template).toContain('<think>');
    expect(read('generation_config.json').temperature).toBe(0.6);
  });
});
