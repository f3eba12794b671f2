import { readFile } from 'node:fs/promises';
import { memory } from '@tensorflow/tfjs-core';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import {
  completeKvPartScheme,
  type GenerationRequest,
  greedy,
  type KvParameters,
  type ModelInfo,
  type TextDelta,
  ThinkbitsError,
} from '@thinkbits/spec';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectBackend } from './backend/select-backend.js';
import { loadModel } from './load-model.js';
import type { Model } from './model.js';
import { Detokenizer } from './tokenizer/detokenizer.js';
import type { Tokenizer } from './tokenizer/tokenizer.js';

interface Reference {
  readonly model: string;
  readonly id: string;
  readonly prompt_ids: number[];
  readonly output_ids: number[];
  readonly output_text: string;
  readonly first_logits: readonly { id: number; value: number }[];
}

let references: Reference[] = [];
let model: Model;
let tensorsBefore = 0;
const question =
  'Mia has 37 apples. She buys 58 more apples. Then she gives 12 apples to Tom. How many apples does Mia have now?';
const messages = [{ role: 'user', content: question }] as const;

beforeAll(async () => {
  await selectBackend({ name: 'wasm' });
  tensorsBefore = memory().numTensors;
  const lines = await readFile(
    new URL('./__fixtures__/reference-generations.jsonl', import.meta.url),
    'utf8',
  );
  references = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Reference);
  model = await loadModel(tinyReasoner('nano'));
});

afterAll(() => {
  model.dispose();
  expect(memory().numTensors).toBe(tensorsBefore);
});

const request = (id: string, more: Partial<GenerationRequest> = {}): GenerationRequest => ({
  id,
  prompt: { messages },
  sampling: greedy,
  seed: 0,
  maxTokens: 300,
  ...more,
});

async function answers(
  requests: GenerationRequest[],
  batch = 4,
  onDelta?: (delta: TextDelta) => void,
) {
  const results = [];
  for await (const result of model.engine({ batch }).generate(requests, onDelta ? { onDelta } : {}))
    results.push(result);
  return results;
}

describe('tiny-reasoner', () => {
  it.each(['nano', 'micro'] as const)(
    '%s thinks token for token as in transformers',
    async (name) => {
      const reasoner = name === 'nano' ? model : await loadModel(tinyReasoner('micro'));
      const rows = references.filter((row) => row.model === `tiny-reasoner-${name}`);
      expect(rows.length).toBeGreaterThan(2);
      const requests = rows.map((row) => ({
        ...request(row.id),
        prompt: { ids: row.prompt_ids },
        maxTokens: 1024,
      }));
      for await (const result of reasoner.engine({ batch: 8 }).generate(requests)) {
        const row = rows.find(({ id }) => id === result.id) as Reference;
        expect(result.tokens).toEqual(row.output_ids);
        const [thinking, text] = row.output_text
          .replace('<|end_of_sentence|>', '')
          .split('</think>') as [string, string];
        expect([result.thinking, result.text]).toEqual([thinking.trim(), text.trim()]);
      }
      const [first] = rows as [Reference];
      const logits = await reasoner.logits(Int32Array.from(first.prompt_ids));
      const last = logits.subarray(-reasoner.info.vocabulary);
      for (const { id, value } of first.first_logits) expect(last[id]).toBeCloseTo(value, 3);
      if (reasoner !== model) reasoner.dispose();
    },
  );

  it('renders a conversation with one beginning-of-sequence token', () => {
    const tokenizer = model.tokenizer as Tokenizer;
    const rendered = tokenizer.render(messages);
    expect(rendered).toBe(`<|begin_of_sentence|><|User|>${question}<|Assistant|><think>\n`);
    const ids = tokenizer.encodeRendered(rendered);
    expect(ids.filter((id) => id === 0)).toEqual([0]);
    expect(tokenizer.decode(ids, { special: true })).toBe(rendered);
  });

  it('streams the same text it returns, thinking apart from the answer', async () => {
    const deltas: TextDelta[] = [];
    const [result] = await answers([request('a')], 1, (delta) => deltas.push(delta));
    const text = (kind: string) =>
      deltas
        .filter((delta) => delta.kind === kind)
        .map(({ delta }) => delta)
        .join('')
        .trim();
    expect(text('thinking')).toBe(result?.thinking);
    expect(text('text')).toBe(result?.text);
    expect(result?.text).toMatch(/\\boxed\{\d+\}/);
    let streamed = '';
    for await (const piece of model.stream(messages)) streamed += piece;
    expect(streamed.replaceAll(/\s/g, '')).toBe(
      `${result?.thinking}${result?.text}`.replaceAll(/\s/g, ''),
    );
  });

  it('ends at a stop string of the answer, not of the thinking', async () => {
    const [plain, stopped] = await answers([
      request('plain'),
      request('stopped', { stop: ['Mia', ' is'] }),
    ]);
    const results = [plain, stopped].sort((a, b) => ((a?.id ?? '') < (b?.id ?? '') ? -1 : 1));
    expect(results[0]?.thinking).toContain('Mia');
    expect(results[1]).toMatchObject({
      thinking: results[0]?.thinking,
      text: 'The answer',
      finishReason: 'stop',
    });
  });

  it('closes its thinking when the budget is spent', async () => {
    const [result] = await answers([request('a', { thinkingBudget: 12, maxTokens: 60 })]);
    expect(result?.tokens?.indexOf(5)).toBe(12);
    expect(result?.text).not.toBe('');
  });

  it('an answer that is cut short says so', async () => {
    const [result] = await answers([request('a', { maxTokens: 10 })]);
    expect(result).toMatchObject({ finishReason: 'length', completionTokens: 10, text: '' });
  });

  it('a request it cannot answer is a result that says why, and the others go on', async () => {
    const results = await answers(
      [
        request('bad', { prompt: { ids: [3, 512] } }),
        request('good'),
        request('none', { maxTokens: 0 }),
      ],
      1,
    );
    const errors = new Map(results.map(({ id, error }) => [id, error]));
    expect(errors.get('bad')).toMatchObject({
      code: 'request/token-id',
      message: expect.stringContaining('512'),
    });
    expect(errors.get('none')).toMatchObject({
      code: 'request/max-tokens',
      message: expect.stringContaining('0'),
    });
    expect(errors.get('good')).toBeUndefined();
  });

  it('stops between two tokens when aborted, and frees what it held', async () => {
    const tensors = memory().numTensors;
    const controller = new AbortController();
    const run = async () => {
      const results = model.engine({ batch: 4 }).generate(
        Array.from({ length: 12 }, (_, i) => request(`r${i}`)),
        { signal: controller.signal },
      );
      for await (const _ of results) controller.abort();
    };
    const error = await run().catch((reason: unknown) => reason);
    expect(ThinkbitsError.isInstance(error) && error.code).toBe('run/aborted');
    expect(memory().numTensors).toBe(tensors);
  });

  it('sampled answers differ between streams and repeat with them', async () => {
    const sampling = { temperature: 3, topP: 1, topK: 0, minP: 0 };
    const make = (stream: string) => request(stream, { sampling, stream, seed: 3, maxTokens: 60 });
    const [first, again] = [
      await answers(['a', 'b', 'c'].map(make)),
      await answers(['c', 'a'].map(make), 1),
    ];
    const text = (results: typeof first, id: string) =>
      results.find((result) => result.id === id)?.tokens;
    expect(text(again, 'a')).toEqual(text(first, 'a'));
    expect(text(again, 'c')).toEqual(text(first, 'c'));
    expect(text(first, 'a')).not.toEqual(text(first, 'b'));
  });
});

describe('caches', () => {
  const channel = completeKvPartScheme({ bits: 4, axis: 'channel' });
  const token = completeKvPartScheme({ bits: 3 });
  const groups = { group: 32, range: 'float-minimum' } as const;
  const grid = (channels: number) => ({
    scales: Float32Array.from({ length: channels }, (_, c) => 0.5 + 0.1 * (c % 7)),
    zeros: new Float32Array(channels).fill(8),
    offset: Float32Array.from({ length: channels }, (_, c) => (c % 5) - 2),
  });
  const parametersOf = ({ kvHeads, headDim }: ModelInfo): readonly [string, KvParameters][] => [
    [
      'static channels before the rotary embedding',
      {
        scheme: { key: channel, value: token, window: 0, rope: 'before' },
        staticKeys: grid(kvHeads * headDim),
      },
    ],
    [
      'groups of tokens',
      {
        scheme: {
          key: { ...channel, ...groups, bits: 2 },
          value: { ...token, ...groups, bits: 2 },
          window: 64,
          rope: 'after',
        },
      },
    ],
  ];

  it('answer the same in any batch and order, and give their tensors back', async () => {
    for (const [name, parameters] of parametersOf(model.info)) {
      const tensors = memory().numTensors;
      const kv = model.info.blocks.map(() => parameters);
      const cached = await loadModel(model.checkpoint, { kv });
      const requests = ['a', 'b', 'c', 'd'].map((id, i) =>
        request(id, {
          prompt: { messages: [{ role: 'user', content: question.slice(13 * i) }] },
          maxTokens: 100,
        }),
      );
      const byId = async (batch: number, list: GenerationRequest[]) => {
        const results = [];
        for await (const result of cached.engine({ batch }).generate(list)) results.push(result);
        return results.map(({ id, tokens }) => [id, tokens]).sort();
      };
      const together = await byId(4, requests);
      expect(await byId(1, requests.toReversed()), name).toEqual(together);
      cached.dispose();
      expect(memory().numTensors).toBe(tensors);
    }
  });

  it('refuse a map of queries and keys where keys are stored before the rotary embedding', async () => {
    const size = model.info.headDim;
    const map = { kind: 'hadamard', size } as const;
    const online = [
      {
        op: 'online',
        site: { block: 1, at: 'query-key' },
        map: { forward: { ...map, transposed: true }, inverse: map },
      },
    ] as const;
    const kv = { key: token, window: 0, rope: 'before' } as const;
    await expect(loadModel(model.checkpoint, { kv, online })).rejects.toMatchObject({
      code: 'kv/mapped-keys',
    });
  });
});

describe('Detokenizer', () => {
  it.each(['naïve café – 東京, 🤔🏽 done', 'a  b\n\n\tc', '¡Ω≈ç√∫!', ''])(
    'never splits a character: %j',
    (text) => {
      const tokenizer = model.tokenizer as Tokenizer;
      const detokenizer = new Detokenizer(tokenizer);
      const pieces = tokenizer.encode(text).map((id) => detokenizer.push(id));
      expect(pieces.join('') + detokenizer.flush()).toBe(text);
      expect(pieces.join('')).not.toContain('\uFFFD');
    },
  );
});
