import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { errorOf } from './__fixtures__/error-of.js';
import { shardedModel, smallConfig, smallModel, smallShard } from './__fixtures__/small-model.js';
import { memoryFiles } from './memory-files.js';
import { openCheckpoint } from './open-checkpoint.js';

const open = (files: { [name: string]: string | Uint8Array }) => openCheckpoint(memoryFiles(files));

describe.each([
  ['one file', smallModel],
  ['two shards', shardedModel],
])('a model in %s', (_, files) => {
  test('has its tensors in alphabetical order', async () => {
    const { tensors, config } = await open(files);
    expect([...tensors.keys()]).toEqual(['a.bf16', 'b.f16', 'c.f32']);
    expect(config).toEqual({ model_type: 'qwen2', hidden_size: 2 });
  });

  test('reads floats of every width', async () => {
    const checkpoint = await open(files);
    const a = await checkpoint.readFloat('a.bf16');
    expect([a.shape, [...a.values]]).toEqual([[3], [1, -2, 0.5]]);
    const b = await checkpoint.readFloat('b.f16');
    expect([b.shape, [...b.values]]).toEqual([
      [2, 1],
      [1, -2],
    ]);
    const c = await checkpoint.readFloat('c.f32');
    expect([c.shape, [...c.values]]).toEqual([
      [2, 2],
      [1, 2, 3, 4],
    ]);
  });

  test('hashes to the same whatever the files', async () => {
    const lines = [
      '{"arithmetic":null,"config":{"hidden_size":2,"model_type":"qwen2"}}\n',
      '["a.bf16","BF16",[3]]\n',
      Buffer.from('803f00c0003f', 'hex'),
      '["b.f16","F16",[2,1]]\n',
      Buffer.from('003c00c0', 'hex'),
      '["c.f32","F32",[2,2]]\n',
      Buffer.from('0000803f000000400000404000008040', 'hex'),
    ];
    const expected = createHash('sha256');
    for (const line of lines) expected.update(line);
    expect(await (await open(files)).hash()).toBe(expected.digest('hex'));
  });
});

test('a changed weight or setting changes the hash', async () => {
  const original = await (await open(smallModel)).hash();
  const weights = smallModel['model.safetensors'].slice();
  weights[weights.length - 1] = 0x41;
  expect(await (await open({ ...smallModel, 'model.safetensors': weights })).hash()).not.toBe(
    original,
  );
  const config = smallConfig.replace('2 }', '3 }');
  expect(await (await open({ ...smallModel, 'config.json': config })).hash()).not.toBe(original);
});

test('reads rows without reading the tensor', async () => {
  const files = memoryFiles(smallModel);
  const checkpoint = await openCheckpoint(files);
  const lengths: number[] = [];
  const read = files.read;
  files.read = (file, offset, length) => {
    lengths.push(length);
    return read(file, offset, length);
  };
  const row = await checkpoint.readFloat('c.f32', { start: 1, count: 1 });
  expect([row.shape, [...row.values], lengths]).toEqual([[1, 2], [3, 4], [8]]);
  const error = await errorOf(checkpoint.readFloat('c.f32', { start: 1, count: 2 }));
  expect(error.code).toBe('checkpoint/bad-rows');
});

test('reads the files beside the weights, and says nothing of those that are not there', async () => {
  const checkpoint = await open({
    ...smallModel,
    'chat.jinja': 'hi',
    'a.json': '{"b":1}',
    'l.json': '[]',
  });
  expect(await checkpoint.text('chat.jinja')).toBe('hi');
  expect(await checkpoint.json('a.json')).toEqual({ b: 1 });
  expect(await checkpoint.json('none.json')).toBeUndefined();
  expect((await errorOf(checkpoint.json('l.json'))).code).toBe('checkpoint/not-an-object');
  expect((await errorOf(checkpoint.text('../secret'))).code).toBe('checkpoint/unsafe-path');
});

test('an unknown tensor is answered with the nearest name', async () => {
  const error = await errorOf((await open(smallModel)).readFloat('a.bf15'));
  expect(error.code).toBe('checkpoint/unknown-tensor');
  expect(error.help).toContain('"a.bf16"');
});

const index = 'model.safetensors.index.json';
const changedIndex = (name: string, file: unknown) => {
  const parsed = JSON.parse(shardedModel[index]);
  parsed.weight_map[name] = file;
  return { ...shardedModel, [index]: JSON.stringify(parsed) };
};
const without = (files: object, name: string) =>
  Object.fromEntries(Object.entries(files).filter(([file]) => file !== name));
const secondShard = 'model-00002-of-00002.safetensors';

describe('refuses a checkpoint', () => {
  test.each<[code: string, says: string, files: { [name: string]: string | Uint8Array }]>([
    ['checkpoint/no-config', 'config.json', without(smallModel, 'config.json')],
    ['json/syntax', 'config.json', { ...smallModel, 'config.json': '{' }],
    ['checkpoint/not-an-object', 'config.json', { ...smallModel, 'config.json': '[1]' }],
    [
      'checkpoint/not-text',
      'config.json',
      { ...smallModel, 'config.json': new Uint8Array([0xff]) },
    ],
    ['checkpoint/no-weights', 'no safetensors file', { 'config.json': '{}' }],
    [
      'checkpoint/no-weights',
      'pytorch_model.bin',
      { 'config.json': '{}', 'pytorch_model.bin': 'x' },
    ],
    ['checkpoint/no-weights', '2 safetensors files', without(shardedModel, index)],
    ['checkpoint/bad-index', 'no weight_map', { ...shardedModel, [index]: '{"weight_map":[]}' }],
    ['checkpoint/bad-index', '7 as the file of "a.bf16"', changedIndex('a.bf16', 7)],
    ['checkpoint/unsafe-path', '../x.safetensors', changedIndex('a.bf16', '../x.safetensors')],
    ['checkpoint/unsafe-path', '/etc/passwd', changedIndex('a.bf16', '/etc/passwd')],
    ['checkpoint/unsafe-path', '..', changedIndex('a.bf16', 'x\\..\\y')],
    ['checkpoint/unsafe-path', 'C:', changedIndex('a.bf16', 'C:x')],
    ['checkpoint/missing-shard', secondShard, without(shardedModel, secondShard)],
    ['checkpoint/missing-tensor', '"d"', changedIndex('d', secondShard)],
    [
      'checkpoint/missing-tensor',
      'it is in model-00002',
      changedIndex('a.bf16', 'model-00001-of-00002.safetensors'),
    ],
    [
      'checkpoint/duplicate-tensor',
      '"c.f32"',
      { ...shardedModel, [secondShard]: smallShard(['a.bf16', 'b.f16', 'c.f32']) },
    ],
    [
      'safetensors/truncated',
      secondShard,
      { ...shardedModel, [secondShard]: shardedModel[secondShard].slice(0, -1) },
    ],
    ['manifest/invalid', 'thinkbits.json', { ...smallModel, 'thinkbits.json': '{}' }],
  ])('%s (%s)', async (code, says, files) => {
    const error = await errorOf(open(files));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
    expect(error.help).not.toBe('');
  });
});
