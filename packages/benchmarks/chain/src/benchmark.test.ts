import { readFile } from 'node:fs/promises';
import { describeBenchmark } from '@thinkbits/conformance';
import { ThinkbitsError } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { benchmark } from './benchmark.js';
import { calibrationTraces } from './calibration-traces.js';
import { chainProblemId, generateChainProblems } from './generate-chain-problems.js';

describeBenchmark(benchmark);

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((reason: unknown) => reason);
  return ThinkbitsError.isInstance(error) ? `${error.code}: ${error.message}` : String(error);
}

describe('the calibration traces', () => {
  it('answer other problems than those of the test set', async () => {
    const { problems } = await benchmark.load();
    const tested = new Set(problems.map(({ id }) => id));
    const lines = (await readFile(calibrationTraces, 'utf8')).trimEnd().split('\n');
    const rows = lines.map((line) => JSON.parse(line));
    expect(rows).toHaveLength(256);
    expect(rows.filter(({ correct }) => correct)).toHaveLength(232);
    for (const { question } of rows) expect(tested).not.toContain(chainProblemId(question));
  });
});

describe('chain', () => {
  it('has 400 problems, balanced in any prefix', async () => {
    const { problems } = await benchmark.load();
    expect(problems.length).toBe(400);
    expect(problems.filter(({ scorer }) => scorer === 'choice').length).toBe(49);
    const limited = await benchmark.load({ limit: 110 });
    for (let steps = 2; steps <= 12; steps++) {
      expect(limited.problems.filter(({ groups }) => groups.steps === steps).length).toBe(10);
    }
  });

  it('makes problems to calibrate on that the test set has not', async () => {
    const few = await benchmark.calibrationProblems?.({ count: 20, seed: 1 });
    const more = await benchmark.calibrationProblems?.({ count: 30, seed: 1 });
    expect(more?.problems.slice(0, 20)).toEqual(few?.problems);
    const tested = new Set((await benchmark.load()).problems.map(({ id }) => id));
    for (const { id } of more?.problems ?? []) expect(tested).not.toContain(id);
  });

  it('names the row and the field of bad data', async () => {
    const good = { id: 'a', question: 'q', answer: '1', steps: 2, kind: 'open' };
    const { question: _, ...without } = good;
    expect(await codeOf(benchmark.load({ rows: [good, without] }))).toMatch(
      /benchmark\/bad-row: .*row 2.*question/,
    );
    expect(await codeOf(benchmark.load({ rows: [{ ...good, kind: 'choice' }] }))).toMatch(
      /choices/,
    );
    const choice = { ...good, kind: 'choice', choices: ['1', '2'] };
    expect(await codeOf(benchmark.load({ rows: [choice] }))).toMatch(/row 1.*answer/);
    expect(await codeOf(benchmark.load({ rows: [good, good] }))).toMatch(
      /benchmark\/duplicate-id.*"a"/,
    );
    expect(await codeOf(benchmark.load({ limit: -1 }))).toMatch(/benchmark\/bad-limit: .*-1/);
  });
});

/** Reads a generated question again and computes its result, sentence by sentence. */
function solve(question: string): number {
  const sentences = (question.split('\n')[0] as string).split(/(?<=[.?]) /);
  const number = (text: string) => Number(/\d+/.exec(text)?.[0]);
  let value = number(sentences[0] as string);
  for (const sentence of sentences.slice(1)) {
    const k = number(sentence);
    if (/^How many|^Find/.test(sentence)) {
      if (/than/.test(sentence)) continue;
      break;
    }
    if (/ has (only )?\d+ \w+\.$/.test(sentence) && !/times/.test(sentence)) value -= k;
    else if (/times as many/.test(sentence)) value *= k;
    else if (/doubles/.test(sentence)) value *= 2;
    else if (/triples/.test(sentence)) value *= 3;
    else if (/[Hh]alf/.test(sentence)) value /= 2;
    else if (/equal/.test(sentence)) value /= k;
    else if (/gives \d+ \w+ to/.test(sentence)) value += isGain(sentence, question) ? k : -k;
    else if (/(sells|loses|gives away|drops|throws|takes|leaves|sends)/.test(sentence)) value -= k;
    else value += k;
  }
  return value;
}

/** "Tom gives 5 apples to Mia" is a gain where the problem is about Mia. */
function isGain(sentence: string, question: string): boolean {
  const name =
    /\b([A-Z][a-z]+)\b(?= (?:has|starts|owns|keeps))|box of ([A-Z][a-z]+)|the morning, ([A-Z][a-z]+)/.exec(
      question,
    );
  const owner = name?.[3] ?? name?.[2] ?? name?.[1];
  return sentence.endsWith(`to ${owner}.`);
}

describe('generateChainProblems', () => {
  it('gives answers that another reading of the questions agrees with', () => {
    const rows = generateChainProblems({ seed: 11, count: 600 });
    for (const { question, answer, choices } of rows) {
      const value = choices ? Number(choices['ABCD'.indexOf(answer)]) : Number(answer);
      expect(`${solve(question)} ${question}`).toBe(`${value} ${question}`);
    }
  });

  it('is a function of its seed, whatever the count, and repeats nothing', async () => {
    const rows = generateChainProblems({ seed: 3, count: 200 });
    expect(generateChainProblems({ seed: 3, count: 50 })).toEqual(rows.slice(0, 50));
    expect(generateChainProblems({ seed: 4, count: 50 })).not.toEqual(rows.slice(0, 50));
    expect(new Set(rows.map(({ question }) => question.split('\n')[0])).size).toBe(200);
    expect((await benchmark.load({ rows })).problems.length).toBe(200);
  });

  it('names problems by their question, as the test set does, and leaves out what it is told to', async () => {
    const { problems } = await benchmark.load();
    for (const { id, messages } of problems) {
      expect(chainProblemId(messages[0]?.content ?? '')).toBe(id);
    }
    const [first, second] = generateChainProblems({ seed: 3, count: 2, steps: [2] });
    const rows = generateChainProblems({
      seed: 3,
      count: 50,
      steps: [2],
      avoid: [first?.id ?? ''],
    });
    expect(rows.map(({ id }) => id)).not.toContain(first?.id);
    expect(second?.id).not.toBe(first?.id);
  });

  it('draws choices and answers evenly', () => {
    const rows = generateChainProblems({ seed: 8, count: 1000 });
    const chosen = rows.filter(({ kind }) => kind === 'choice').map(({ answer }) => answer);
    // 150 are expected; 5 standard deviations are 56
    expect(Math.abs(chosen.length - 150)).toBeLessThan(56);
    for (const letter of 'ABCD') {
      const share = chosen.filter((answer) => answer === letter).length / chosen.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.18);
    }
    const values = rows.filter(({ kind }) => kind === 'open').map(({ answer }) => Number(answer));
    expect(values.every((value) => Number.isInteger(value) && value >= 1 && value <= 999)).toBe(
      true,
    );
  });

  it('takes difficulties in turn', () => {
    const rows = generateChainProblems({ seed: 3, count: 9, steps: [2, 12], choiceShare: 1 });
    expect(rows.map(({ steps }) => steps)).toEqual([2, 12, 2, 12, 2, 12, 2, 12, 2]);
    expect(
      rows.every(({ kind, choices }) => kind === 'choice' && new Set(choices).size === 4),
    ).toBe(true);
  });

  it('refuses what cannot be made', () => {
    expect(() => generateChainProblems({ seed: 1, count: 0 })).toThrow(/"count":0/);
  });
});
