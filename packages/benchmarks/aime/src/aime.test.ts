import { readFileSync } from 'node:fs';
import { describeBenchmark } from '@thinkbits/conformance';
import { describe, expect, it } from 'vitest';
import { aime, benchmark } from './index.js';

const rowsOf = (file: string): { [key: string]: unknown }[] =>
  readFileSync(new URL(`./__fixtures__/${file}.jsonl`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const before2025 = rowsOf('aime-2022-2024');
const of2025 = rowsOf('aime-2025');

describeBenchmark(aime('aime-90'), { rows: before2025 });
describeBenchmark(aime('aime-2025'), { rows: of2025 });
describeBenchmark(benchmark, { rows: [...before2025, ...of2025] });

describe('AIME', () => {
  it('asks 30 problems of each year as the study does', async () => {
    const { problems } = await benchmark.load({ rows: [...before2025, ...of2025] });
    const years = problems.map(({ groups }) => groups.year);
    for (const year of [2022, 2023, 2024, 2025]) {
      expect(years.filter((other) => other === year)).toHaveLength(30);
    }
    for (const { messages, row } of problems) {
      expect(messages).toEqual([
        {
          role: 'user',
          content: `${row.problem}\n\nPlease reason step by step, and put your final answer within \\boxed{}.`,
        },
      ]);
    }
  });

  it('expects whole numbers without leading zeros', async () => {
    const { problems } = await aime('aime-90').load({
      rows: [
        { problem: 'a', answer: '024' },
        { problem: 'b', answer: 0 },
      ],
    });
    expect(problems.map(({ answer }) => answer)).toEqual(['24', '0']);
    const all = await benchmark.load({ rows: [...before2025, ...of2025] });
    expect(all.problems.every(({ answer }) => /^(0|[1-9]\d{0,2})$/.test(answer))).toBe(true);
  });

  it('names problems by their wording where rows have no id, wherever they stand', async () => {
    const [a, b] = [
      { problem: 'a', answer: 1 },
      { problem: 'b', answer: 2 },
    ];
    const ids = async (rows: readonly object[]) =>
      (await benchmark.load({ rows })).problems.map(({ id }) => id);
    expect((await ids([b, a])).toReversed()).toEqual(await ids([a, b]));
  });

  it.each([
    [{ problem: 'a', answer: 1000 }, /answer/],
    [{ problem: 'a', answer: '1/2' }, /answer/],
    [{ problem: 'a', answer: 7, year: 2025 }, /2025 is not in aime-90 \(2022, 2023, 2024\)/],
  ])('refuses %j', async (row, message) => {
    const places = ['mine.jsonl, line 3'];
    const refused = aime('aime-90').load({ rows: [row], places });
    await expect(refused).rejects.toMatchObject({
      code: 'benchmark/bad-row',
      message: expect.stringMatching(/^mine\.jsonl, line 3: /),
    });
    await expect(refused).rejects.toThrow(message);
  });

  it('has no data of its own, and says where some are', async () => {
    await expect(benchmark.load()).rejects.toMatchObject({
      code: 'benchmark/no-data',
      help: expect.stringContaining('AI-MO/aimo-validation-aime'),
    });
  });
});
