import { createHash } from 'node:crypto';
import {
  type Benchmark,
  greedy,
  type LoadOptions,
  type Problem,
  type ProblemSet,
  ThinkbitsError,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { describe, expect, test } from 'vitest';
import { benchmarkChecks, describeBenchmark } from './describe-benchmark.js';

interface Row {
  readonly id: string;
  readonly question: string;
  readonly answer: string;
}

const rowSchema = {
  type: 'object',
  required: ['id', 'question', 'answer'],
  properties: { id: { type: 'string' }, question: { type: 'string' }, answer: { type: 'string' } },
};

const ownRows: Row[] = [
  { id: 'a', question: '1 + 1?', answer: '2' },
  { id: 'b', question: '2 + 2?', answer: '4' },
];

const hashOf = (rows: readonly Row[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map(({ id, question, answer }) => [id, question, answer])))
    .digest('hex');

const toProblem = (row: Row): Problem => ({
  id: row.id,
  messages: [{ role: 'user', content: row.question }],
  answer: row.answer,
  groups: {},
  scorer: 'exact',
  row: { ...row },
});

const bad = (message: string) => ({ code: 'benchmark/bad-row', help: 'Correct it.', message });

const sums: Benchmark = {
  specificationVersion: 'v1',
  kind: 'benchmark',
  id: 'sums',
  title: 'Two sums',
  licence: 'CC0-1.0',
  rowSchema,
  defaults: { sampling: greedy, maxTokens: 16 },
  async load({ rows = ownRows, limit, places }: LoadOptions = {}): Promise<ProblemSet> {
    const place = (i: number) => places?.[i] ?? `row ${i + 1}`;
    if (rows.length === 0) throw new ThinkbitsError(bad('There are no rows.'));
    const checked = rows.map((row, i) => validate<Row>(rowSchema, row, place(i), bad('row')));
    const ids = new Set(checked.map(({ id }) => id));
    validate({ const: checked.length }, ids.size, 'ids', bad('repeated'));
    const kept = checked.slice(0, limit);
    return { problems: kept.map(toProblem), dataHash: hashOf(kept) };
  },
};

describeBenchmark(sums);
describeBenchmark({ ...sums, id: 'sums-of-rows' }, { rows: ownRows });
const sumsWithMore: Benchmark = {
  ...sums,
  id: 'sums-with-more',
  async calibrationProblems({ count, seed }) {
    const rows = Array.from({ length: count }, (_, i) => ({
      id: `more-${i}`,
      question: `${seed + 3} + ${i}?`,
      answer: String(seed + 3 + i),
    }));
    return sums.load({ rows });
  },
};
describeBenchmark(sumsWithMore);

/** Changes the problems of a set. */
const problems = (
  change: (problem: Problem, index: number) => Partial<Problem>,
): Partial<Benchmark> => ({
  async load(options) {
    const set = await sums.load(options);
    return { ...set, problems: set.problems.map((p, i) => ({ ...p, ...change(p, i) })) };
  },
});

/** Benchmarks that are wrong in one way each, by the check that must catch it. */
const broken: { readonly [check: string]: Partial<Benchmark> } = {
  'says what it is': { licence: '' },
  'makes problems to calibrate on that it does not ask itself': {
    calibrationProblems: ({ count }) =>
      sums.load({
        rows: Array.from({ length: count }, (_, i) => ({ ...ownRows[0], id: `again-${i}` })),
      }),
  },
  'has defaults that can be sampled with': {
    defaults: { sampling: { ...greedy, topP: 0 }, maxTokens: 16 },
  },
  'loads problems that can be asked and scored': problems(() => ({ messages: [] })),
  'gives every problem an id of its own': problems(() => ({ id: 'same' })),
  'keeps rows that its row schema accepts': problems(() => ({ row: { question: 1 } })),
  'loads the same twice': problems(() => ({ groups: { drawn: Math.random() } })),
  'loads from its own rows what it loads by itself': {
    async load(options) {
      const set = await sums.load(options);
      return options?.rows ? { ...set, problems: set.problems.toReversed() } : set;
    },
  },
  'limits to the first problems': { load: ({ limit, ...options } = {}) => sums.load(options) },
  'hashes what was loaded, not how its keys are ordered': {
    async load(options) {
      const set = await sums.load(options);
      const text = JSON.stringify(set.problems.map(({ row }) => row));
      return { ...set, dataHash: createHash('sha256').update(text).digest('hex') };
    },
  },
  'refuses a bad row and says which': {
    load: ({ rows, ...options } = {}) =>
      sums.load({ ...options, ...(rows && { rows: rows.filter((row) => (row as Row)?.id) }) }),
  },
  'names file and place of a bad row': {
    load: ({ places: _, ...options } = {}) => sums.load(options),
  },
  'tells repeated rows apart or refuses them': {
    async load(options) {
      const rows = (options?.rows ?? ownRows) as Row[];
      return { problems: rows.map(toProblem), dataHash: hashOf(rows) };
    },
  },
  'refuses an empty list of rows': {
    load: (options) => sums.load({ ...options, ...(options?.rows && { rows: ownRows }) }),
  },
};

describe('benchmarkChecks', () => {
  test.each(Object.entries(broken))(
    '"%s" catches a benchmark that breaks it',
    async (name, fault) => {
      const checks = benchmarkChecks({ ...sums, ...fault });
      const check = checks.find((candidate) => candidate.name === name);
      await expect(Promise.resolve().then(() => check?.run())).rejects.toThrow();
    },
  );

  test('every check has a failing example', () => {
    const names = benchmarkChecks(sumsWithMore).map(({ name }) => name);
    expect(Object.keys(broken).toSorted()).toEqual(names.toSorted());
  });
});
