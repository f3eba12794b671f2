import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { describeBenchmark } from '@thinkbits/conformance';
import type { LoadOptions } from '@thinkbits/spec';
import { afterAll, describe, expect, it } from 'vitest';
import { benchmark, errata, type LivecodebenchOptions } from './index.js';
import { filesOf } from './options.js';

const path = (name: string) => fileURLToPath(new URL(`./__fixtures__/${name}`, import.meta.url));
const text = readFileSync(path('sample.jsonl'), 'utf8');
const rows = text
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const directory = mkdtempSync(join(tmpdir(), 'thinkbits-livecodebench-'));
afterAll(() => rmSync(directory, { recursive: true }));
const file = (name: string, content: string) => {
  writeFileSync(join(directory, name), content);
  return join(directory, name);
};
const load = (options: LivecodebenchOptions, rest: Omit<LoadOptions, 'options'> = { rows }) =>
  benchmark.load({ ...rest, options: { ...options } });
const ids = async (options: LivecodebenchOptions, given: readonly unknown[] = rows) =>
  (await load(options, { rows: given })).problems.map(({ id }) => id);

describeBenchmark(benchmark, { rows });

describe('asking', () => {
  it('is word for word what the study sends', async () => {
    const { problems } = await benchmark.load({ rows });
    const prompt = (id: string) => problems.find((each) => each.id === id)?.messages[0]?.content;
    const head =
      'You will be given a question (problem specification) and will generate a correct Python program that matches the specification and passes all tests.\n\nQuestion: ';
    const stdin = rows.find((row) => row.question_id === 'abc328_a');
    expect(prompt('abc328_a')).toBe(
      `${head}${stdin.question_content}\n\nRead the inputs from stdin solve the problem and write the answer to stdout (do not directly test on the sample inputs). Enclose your code within delimiters as follows.\`\`\`python\n# YOUR CODE HERE\n\`\`\`\n\n`,
    );
    const functional = rows.find((row) => row.question_id === '3428');
    expect(prompt('3428')).toBe(
      `${head}${functional.question_content}\n\nYou will use the following starter code to write the solution to the problem and enclose your code within delimiters.\`\`\`python\n${functional.starter_code}\n\`\`\`\n\n`,
    );
    expect(problems.map(({ messages, scorer }) => [messages.length, scorer])).toEqual(
      rows.map(() => [1, 'code']),
    );
  });

  it('tells what accuracy is broken down by', async () => {
    const { problems } = await benchmark.load({ rows });
    expect(problems.map(({ groups }) => groups.kind).toSorted()).toEqual([
      'functional',
      'stdin',
      'stdin',
    ]);
    expect(problems[0]?.groups).toEqual({
      difficulty: 'easy',
      platform: 'codeforces',
      kind: 'stdin',
      errata: 'none',
    });
  });
});

describe('tests of a problem', () => {
  it('are the public and the private ones, the latter unpacked from a real record', async () => {
    const { problems } = await benchmark.load({ rows });
    const problem = problems.find(({ id }) => id === '1873_A')!;
    const { cases, functionName } = await benchmark.tests!(problem);
    expect(functionName).toBeUndefined();
    // One public test, and the four that Python's pickle reads from this payload.
    expect(cases).toHaveLength(5);
    expect(cases[1]).toEqual({ input: '1\nabc\n', output: 'YES\n' });
    expect(problem.answer).toBe(`passes ${cases.length} tests`);
    const functional = problems.find(({ id }) => id === '3428')!;
    expect((await benchmark.tests!(functional)).functionName).toBe('duplicateNumbersXOR');
  });

  it.each([
    [{}, 'leave'],
    [{ threads: 'leave' }, 'leave'],
    [{ threads: 'await' }, 'await'],
  ] as const)(
    'say for %j that threads of programs on standard input: %s',
    async (options, threads) => {
      const set = await load(options);
      const kinds = set.problems.map(async (problem) => {
        const tests = await benchmark.tests!(problem);
        const stdin = tests.functionName === undefined;
        expect(tests.threads).toBe(stdin ? threads : undefined);
        expect(problem.extra).toEqual(stdin ? { threads } : undefined);
      });
      await Promise.all(kinds);
      expect(set.options).toEqual('threads' in options ? options : undefined);
    },
  );

  it.each([
    ['not base64', '%%%%', 'neither JSON nor base64'],
    ['not zlib', Buffer.from('plain').toString('base64'), 'no zlib data'],
    [
      'not a pickle',
      deflateSync(Buffer.from('[]')).toString('base64'),
      'does not begin like a pickle',
    ],
    ['a bomb', deflateSync(Buffer.alloc(410_000_000)).toString('base64'), 'larger than'],
    ['not JSON', '[1', 'is not JSON'],
    ['no cases', '[{"input": "1"}]', 'output'],
    ['of another kind', '[{"input": "1", "output": "1", "testtype": "functional"}]', 'functional'],
  ])('that are %s are refused with file and line', async (_, private_test_cases, said) => {
    const bad = file(
      'bad.jsonl',
      `${JSON.stringify(rows[1])}\n\n${JSON.stringify({ ...rows[0], private_test_cases })}\n`,
    );
    await expect(benchmark.load({ files: [bad] })).rejects.toMatchObject({
      code: expect.stringMatching(/^(benchmark\/bad-row|livecodebench\/bad-pickle)$/),
      message: expect.stringMatching(
        new RegExp(`bad\\.jsonl, line 3: private_test_cases.*${said}`, 's'),
      ),
    });
  });

  it.each([
    ['metadata', { metadata: '{' }],
    ['metadata', { metadata: '{"func_name": "f(); g"}' }],
    ['contest_date', { contest_date: 'yesterday' }],
    ['platform', { platform: 'topcoder' }],
    ['no tests', { public_test_cases: '[]', private_test_cases: '[]' }],
  ])('a row is refused for %s', async (field, change) => {
    await expect(benchmark.load({ rows: [{ ...rows[0], ...change }] })).rejects.toMatchObject({
      code: 'benchmark/bad-row',
      message: expect.stringMatching(new RegExp(`row 1.*${field}`, 's')),
    });
  });

  it('two rows with one id are refused', async () => {
    const twice = file('twice.jsonl', `${JSON.stringify(rows[0])}\n${JSON.stringify(rows[0])}\n`);
    await expect(benchmark.load({ files: [twice] })).rejects.toMatchObject({
      code: 'benchmark/duplicate-id',
      message: 'twice.jsonl, line 2: the id "1873_A" was given before, by twice.jsonl, line 1.',
    });
  });
});

describe('files', () => {
  it('give the problems and the hash of the rows themselves, and keep private tests where they lie', async () => {
    const given = file('all.jsonl', text);
    const fromFile = await benchmark.load({ files: [given] });
    const fromRows = await benchmark.load({ rows });
    expect(fromFile.dataHash).toBe(fromRows.dataHash);
    const plain = ({ problems }: typeof fromRows) =>
      problems.map(({ row: _, origin: __, ...each }) => each);
    expect(plain(fromFile)).toEqual(plain(fromRows));
    expect(fromFile.problems[0]?.row.private_test_cases).toMatchObject({ line: 1, offset: 0 });
    for (const [index, problem] of fromFile.problems.entries()) {
      expect(await benchmark.tests!(problem)).toEqual(
        await benchmark.tests!(fromRows.problems[index]!),
      );
    }
    const again = await benchmark.load({ rows: fromFile.problems.map(({ row }) => row) });
    expect(again.dataHash).toBe(fromFile.dataHash);
    expect(plain(again)).toEqual(plain(fromFile));
    expect(fromFile.problems.map(({ origin }) => origin)).toEqual([
      'all.jsonl, line 1',
      'all.jsonl, line 2',
      'all.jsonl, line 3',
    ]);
  });

  it('that change after they were loaded are noticed', async () => {
    const given = file('changing.jsonl', text);
    const { problems } = await benchmark.load({ files: [given] });
    file('changing.jsonl', text.replace('eJx', 'eJy'));
    await expect(benchmark.tests!(problems[0]!)).rejects.toMatchObject({
      code: 'livecodebench/data-changed',
    });
  });

  it('of a release lie in a folder, or come from the hub', async () => {
    file('test4.jsonl', `${JSON.stringify(rows[0])}\n`);
    file('test5.jsonl', `${JSON.stringify(rows[1])}\n`);
    const ask = async (options: LivecodebenchOptions, hub = false) => {
      const asked: string[] = [];
      const openDatasetFile = async (dataset: string, name: string) => {
        asked.push(`${dataset}/${name}`);
        return join(directory, name);
      };
      const set = await load(options, hub ? { openDatasetFile } : { files: [directory] });
      return [set.problems.map(({ id }) => id), asked];
    };
    const [first, second] = [rows[0].question_id, rows[1].question_id];
    expect(await ask({})).toEqual([[first, second], []]);
    expect(await ask({ release: 'v5' })).toEqual([[second], []]);
    const place = 'livecodebench/code_generation_lite';
    expect(await ask({}, true)).toEqual([
      [first, second],
      [`${place}/test4.jsonl`, `${place}/test5.jsonl`],
    ]);
    await expect(ask({ release: 'v6' })).rejects.toMatchObject({ code: 'livecodebench/no-file' });
    await expect(
      load({ release: 'v4' }, { files: [join(directory, 'test5.jsonl')] }),
    ).rejects.toMatchObject({ code: 'livecodebench/release-of-file' });
    await expect(benchmark.load()).rejects.toMatchObject({ code: 'benchmark/no-data' });
  });
});

describe('what is asked for', () => {
  it('a release is its files', () => {
    expect(filesOf('v4_v5')).toEqual(['test4.jsonl', 'test5.jsonl']);
    expect(filesOf('v1')).toEqual(['test.jsonl']);
    expect(filesOf('release_v3')).toEqual(['test.jsonl', 'test2.jsonl', 'test3.jsonl']);
  });

  it('a window holds its first and last day', async () => {
    const dates = Object.fromEntries(
      rows.map((row) => [row.question_id, row.contest_date.slice(0, 10)]),
    );
    const day = dates.abc328_a;
    expect(await ids({ from: day, to: day })).toEqual(['abc328_a']);
    expect(await ids({ from: '2020-01-01' })).toHaveLength(3);
    await expect(ids({ to: '2020-01-01' })).rejects.toMatchObject({ code: 'benchmark/no-rows' });
  });

  it('the window of 279 problems has 175 that read standard input (evaluation.md §5.1)', async () => {
    const [, ...index] = readFileSync(path('release-v5-index.csv'), 'utf8').trimEnd().split('\n');
    const all = index.map((line) => {
      const [question_id, platform, contest_id, contest_date, difficulty, starter] =
        line.split(',');
      const functional = starter?.trim() === '1';
      return {
        ...rows[0],
        ...{ question_id, platform, contest_id, contest_date, difficulty },
        metadata: functional ? '{"func_name": "f"}' : '{}',
        public_test_cases: `[{"input": "", "output": "1", "testtype": "${functional ? 'functional' : 'stdin'}"}]`,
        private_test_cases: '[]',
      };
    });
    expect(all).toHaveLength(880);
    const { problems } = await load({ from: '2024-08-03', to: '2025-01-04' }, { rows: all });
    expect(problems).toHaveLength(279);
    expect(problems.filter(({ groups }) => groups.kind === 'stdin')).toHaveLength(175);
  });

  it('what the errata page lists is tagged, and left out where that is asked for', async () => {
    expect(Object.keys(errata)).toHaveLength(17);
    const listed = [
      rows[0],
      { ...rows[1], question_id: 'abc337_e' },
      { ...rows[2], question_title: 'Find the Peaks' },
    ];
    const { problems } = await benchmark.load({ rows: listed });
    expect(problems.map(({ groups }) => groups.errata)).toEqual([
      'none',
      'interactive',
      'several-answers',
    ]);
    expect(await ids({ errata: 'exclude' }, listed)).toEqual([rows[0].question_id]);
  });

  it.each([
    [{ release: 'v9' }],
    [{ release: 'latest' }],
    [{ release: 'v5_v4' }],
    [{ from: '2024' }],
    [{ errata: 'drop' }],
    [{ threads: 'kill' }],
    [{ window: '2024-01-01' }],
  ])('%j is refused', async (options) => {
    await expect(
      load(options as LivecodebenchOptions, { files: [directory] }),
    ).rejects.toMatchObject({ code: 'benchmark/bad-options' });
  });
});
