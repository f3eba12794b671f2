import { greedy } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { type BenchmarkDefinition, defineBenchmark } from './index.js';

interface Row {
  readonly question: string;
  readonly answer: string;
}

const definition: BenchmarkDefinition<Row, { readonly shout?: boolean }> = {
  id: 'toy',
  title: 'Toy',
  licence: 'CC0-1.0',
  rowSchema: {
    type: 'object',
    required: ['question', 'answer'],
    properties: { question: { type: 'string' }, answer: { type: 'string', maxLength: 3 } },
  },
  optionsSchema: {
    type: 'object',
    properties: { shout: { type: 'boolean' } },
    additionalProperties: false,
  },
  defaults: { sampling: greedy, maxTokens: 8 },
  read: async () => '{"question": "a", "answer": "1"}\n\n{"question": "b", "answer": "2"}\n',
  toProblem: ({ question, answer }, index, { seed, options, refuse }) => ({
    id: question,
    messages: [{ role: 'user', content: options.shout ? `${question}!` : question }],
    answer: answer === 'no' ? refuse('answer is no answer', 'Give one.') : answer,
    groups: { index, seed },
    scorer: 'math',
  }),
};
const toy = defineBenchmark(definition);
const rows = [
  { question: 'a', answer: '1' },
  { question: 'b', answer: 'no' },
];
const places = ['toy.jsonl, line 1', 'toy.jsonl, line 7'];

describe('defineBenchmark', () => {
  it('says where rows stand: lines of its own data, places or numbers of given ones', async () => {
    const origins = async (options: Parameters<typeof toy.load>[0]) =>
      (await toy.load(options)).problems.map(({ origin }) => origin);
    expect(await origins({})).toEqual(['toy data, line 1', 'toy data, line 3']);
    expect(await origins({ rows: rows.slice(0, 1), places })).toEqual(places.slice(0, 1));
    expect(await origins({ rows: rows.slice(0, 1) })).toEqual(['toy row 1']);
  });

  it.each([
    [rows, 'benchmark/bad-row', 'toy.jsonl, line 7: answer is no answer.'],
    [[rows[0], { question: 'b' }], 'benchmark/bad-row', 'toy.jsonl, line 7: answer is missing.'],
    [
      [rows[0], rows[0]],
      'benchmark/duplicate-id',
      'toy.jsonl, line 7: the id "a" was given before, by toy.jsonl, line 1.',
    ],
    [[], 'benchmark/no-rows', 'The data of toy has no rows.'],
  ])('refuses bad data by file and line', async (given, code, message) => {
    await expect(toy.load({ rows: given, places })).rejects.toMatchObject({ code, message });
  });

  it('quotes nothing of a confidential row', async () => {
    const secret = { question: 'b', answer: 'secret' };
    const message = (benchmark: typeof toy) =>
      benchmark.load({ rows: [secret] }).catch((error) => error.message);
    expect(await message(toy)).toContain('secret');
    const confidential = defineBenchmark({ ...definition, confidential: true });
    expect(confidential.confidential).toBe(true);
    expect(await message(confidential)).toBe(
      'toy row 1: answer must be a text of at most 3 characters.',
    );
  });

  it('hands options and seed on, and keeps the options; the data stay the same', async () => {
    const plain = await toy.load();
    const shouted = await toy.load({ options: { shout: true }, seed: 7 });
    expect(plain.problems[0]?.groups.seed).toBe(42);
    expect(plain).not.toHaveProperty('options');
    expect(shouted.problems[0]?.groups.seed).toBe(7);
    expect(shouted.problems[0]?.messages[0]?.content).toBe('a!');
    expect(shouted.options).toEqual({ shout: true });
    expect(shouted.dataHash).toBe(plain.dataHash);
  });

  it.each([{ shoot: true }, { shout: 'yes' }])('refuses the options %j', async (options) => {
    await expect(toy.load({ options })).rejects.toMatchObject({ code: 'benchmark/bad-options' });
  });

  it('takes no options where it has none', async () => {
    const { optionsSchema: _, ...without } = definition;
    const load = defineBenchmark(without).load({ options: { shout: true } });
    await expect(load).rejects.toMatchObject({ code: 'benchmark/bad-options' });
  });

  it('says how to come by data that it does not have', async () => {
    const load = defineBenchmark({ ...definition, read: { missing: 'Ask for them.' } }).load();
    await expect(load).rejects.toMatchObject({ code: 'benchmark/no-data', help: 'Ask for them.' });
  });
});
