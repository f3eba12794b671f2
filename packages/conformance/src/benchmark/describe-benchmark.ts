import type { Benchmark, Problem, ProblemSet } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import { expect } from 'vitest';
import { type Check, registerChecks } from '../check.js';
import { deepFreeze } from '../deep-freeze.js';
import { expectCodedError } from '../expect-coded-error.js';

/** What the kit cannot know by itself. */
export interface BenchmarkConformance {
  /** Rows in the benchmark's schema, for one whose own data has to be fetched first; else its own data is loaded. */
  readonly rows?: readonly unknown[];
}

/** Fails unless a problem can be asked and scored. */
function expectProblem(problem: Problem): void {
  const of = `problem ${problem.id}`;
  expect(problem.id).toMatch(/\S/);
  expect(problem.messages.length, `${of}: messages`).toBeGreaterThan(0);
  expect(problem.messages.at(-1)?.role, `${of}: the last word is the user's`).toBe('user');
  for (const message of problem.messages) {
    expect(['system', 'user', 'assistant']).toContain(message.role);
    expect(message.content, `${of}: a message says something`).toMatch(/\S/);
  }
  expect(problem.answer, `${of}: the expected answer`).toMatch(/\S/);
  expect(problem.scorer, `${of}: its scorer`).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
  if (problem.choices !== undefined) {
    expect(Number.isInteger(problem.choices) && problem.choices > 1, `${of}: choices`).toBe(true);
  }
  for (const [name, value] of Object.entries(problem.groups)) {
    const plain = typeof value === 'string' || Number.isFinite(value);
    expect(plain, `${of}: group ${name} is a text or a number`).toBe(true);
  }
  expect(JSON.parse(JSON.stringify(problem.row)), `${of}: the row is JSON`).toEqual(problem.row);
}

/** Where rows stand is all that may depend on where they come from. */
function withoutOrigins({ problems, ...rest }: ProblemSet): unknown {
  return { ...rest, problems: problems.map(({ origin: _, ...problem }) => problem) };
}

/** What {@link describeBenchmark} tests, as data. */
export function benchmarkChecks(benchmark: Benchmark, options: BenchmarkConformance = {}): Check[] {
  const rows = options.rows && deepFreeze(structuredClone(options.rows));
  const load = (limit?: number): Promise<ProblemSet> =>
    benchmark.load({ ...(rows && { rows }), ...(limit !== undefined && { limit }) });
  const rowsOf = (set: ProblemSet) => set.problems.map(({ row }) => row);
  return [
    {
      name: 'says what it is',
      run() {
        expect(benchmark.specificationVersion).toBe('v1');
        expect(benchmark.kind).toBe('benchmark');
        expect(benchmark.id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
        expect(benchmark.title, 'a title').toMatch(/\S/);
        expect(benchmark.licence, 'the licence of its data').toMatch(/\S/);
      },
    },
    {
      name: 'has defaults that can be sampled with',
      run() {
        const { sampling, maxTokens } = benchmark.defaults;
        const integer = Number.isInteger;
        expect(integer(maxTokens) && maxTokens > 0, 'maxTokens').toBe(true);
        expect(sampling.temperature >= 0, 'temperature').toBe(true);
        expect(sampling.topP > 0 && sampling.topP <= 1, 'topP').toBe(true);
        expect(integer(sampling.topK) && sampling.topK >= 0, 'topK').toBe(true);
        expect(sampling.minP >= 0 && sampling.minP < 1, 'minP').toBe(true);
      },
    },
    {
      name: 'loads problems that can be asked and scored',
      async run() {
        const { problems } = await load();
        expect(problems.length).toBeGreaterThan(0);
        for (const problem of problems) expectProblem(problem);
      },
    },
    {
      name: 'gives every problem an id of its own',
      async run() {
        const ids = (await load()).problems.map(({ id }) => id);
        const repeated = ids.filter((id, index) => ids.indexOf(id) !== index);
        expect(repeated).toEqual([]);
      },
    },
    {
      name: 'keeps rows that its row schema accepts',
      async run() {
        for (const { row, id } of (await load()).problems) {
          validate(benchmark.rowSchema, row, `row of ${id}`);
        }
      },
    },
    {
      name: 'loads the same twice',
      async run() {
        expect(await load()).toEqual(await load());
      },
    },
    {
      name: 'loads from its own rows what it loads by itself',
      async run() {
        const set = await load();
        const again = await benchmark.load({ rows: rowsOf(set) });
        expect(withoutOrigins(again)).toEqual(withoutOrigins(set));
      },
    },
    {
      name: 'limits to the first problems',
      async run() {
        const { problems } = await load();
        expect((await load(1)).problems).toEqual(problems.slice(0, 1));
        expect((await load(problems.length + 5)).problems).toEqual(problems);
      },
    },
    {
      name: 'hashes what was loaded, not how its keys are ordered',
      async run() {
        const set = await load();
        expect(set.dataHash).toMatch(/^[0-9a-f]{64}$/);
        const reordered = rowsOf(set).map((row) =>
          Object.fromEntries(Object.entries(row).toReversed()),
        );
        expect((await benchmark.load({ rows: reordered })).dataHash, 'keys reordered').toBe(
          set.dataHash,
        );
        if (set.problems.length > 1) {
          expect((await load(1)).dataHash, 'one row only').not.toBe(set.dataHash);
        }
      },
    },
    {
      name: 'refuses a bad row and says which',
      async run() {
        const good = rowsOf(await load(1));
        for (const bad of [{}, null, 'text', [], 7]) {
          const what = `the row ${JSON.stringify(bad)}`;
          const error = await expectCodedError(what, () =>
            benchmark.load({ rows: [...good, bad] }),
          );
          expect(error.code, what).toBe('benchmark/bad-row');
          expect(error.message, `${what}: the message names line ${good.length + 1}`).toMatch(
            new RegExp(`\\b${good.length + 1}\\b`),
          );
        }
      },
    },
    {
      name: 'names file and place of a bad row',
      async run() {
        const rows = [...rowsOf(await load(1)), { nothing: 'of it' }];
        const places = ['mine.jsonl, line 2', 'mine.jsonl, line 47'];
        const error = await expectCodedError('a bad row of a file', () =>
          benchmark.load({ rows, places }),
        );
        expect(error.message).toContain('mine.jsonl, line 47');
      },
    },
    {
      name: 'tells repeated rows apart or refuses them',
      async run() {
        const [row] = rowsOf(await load(1));
        const repeated = Promise.resolve(benchmark.load({ rows: [row, row] }));
        const set = await repeated.catch(() => undefined);
        if (set) expect(set.problems[0]?.id, 'ids of equal rows').not.toBe(set.problems[1]?.id);
        else await expectCodedError('a repeated row', () => repeated);
      },
    },
    ...(benchmark.calibrationProblems
      ? [
          {
            name: 'makes problems to calibrate on that it does not ask itself',
            async run() {
              const make = async (count: number, seed: number): Promise<readonly Problem[]> =>
                (await benchmark.calibrationProblems?.({ count, seed }))?.problems ?? [];
              const five = await make(5, 0);
              for (const problem of five) expectProblem(problem);
              expect(five.length).toBe(5);
              expect((await make(8, 0)).slice(0, 5), 'problem i depends on the seed').toEqual(five);
              const asked = new Set((await load()).problems.map((p) => JSON.stringify(p.messages)));
              const shared = five.filter(({ messages }) => asked.has(JSON.stringify(messages)));
              expect(shared).toEqual([]);
            },
          },
        ]
      : []),
    {
      name: 'refuses an empty list of rows',
      async run() {
        await expectCodedError('an empty list of rows', () => benchmark.load({ rows: [] }));
      },
    },
  ];
}

/**
 * Registers tests that every benchmark must pass: its problems can be asked and scored, loading is deterministic and can be
 * repeated from its own rows, the hash speaks of the rows alone, and bad rows are refused with their number.
 */
export function describeBenchmark(benchmark: Benchmark, options: BenchmarkConformance = {}): void {
  registerChecks(`benchmark ${benchmark.id} conforms`, benchmarkChecks(benchmark, options));
}
