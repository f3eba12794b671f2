import { readFileSync } from 'node:fs';
import { describeScorer } from '@thinkbits/conformance';
import { type ProgramTests, ThinkbitsError } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { betweenLastFences } from './extract/extract-program.js';
import { createCodeScorer, scorer } from './index.js';
import { findPython } from './sandbox/interpreter.js';
import { missing } from './testing/what-is-missing.js';

interface Program {
  readonly question_id: string;
  readonly functionName?: string;
  readonly cases: ProgramTests['cases'];
  readonly code: string;
  readonly expected: 'pass' | 'fail';
  /** The case on which LiveCodeBench rejected it, with its code. */
  readonly failing?: { readonly input: string; readonly output: string; readonly code: number };
}

const read = <Row>(name: string): Row[] =>
  readFileSync(new URL(`./__fixtures__/${name}`, import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

const fenced = (code: string, tag = 'python') => `\`\`\`${tag}\n${code}\n\`\`\``;
const sum = { cases: [{ input: '1 2\n', output: '3\n' }] };
const judge = (code: string, tests: ProgramTests, language: 'python' | 'javascript' = 'python') =>
  scorer.score({ prediction: fenced(code, language), answer: '', tests: { ...tests, language } });

describe.skipIf(missing)(`programs${missing ? ` (skipped: ${missing})` : ''}`, () => {
  const answer = '1 test';
  describeScorer(scorer, {
    equal: [{ prediction: fenced('print(sum(map(int, input().split())))'), answer, tests: sum }],
    different: [{ prediction: fenced('print(4)'), answer, tests: sum }],
    undecided: [{ prediction: 'print(3)', answer, tests: sum }],
  });

  const programs = read<Program>('programs.jsonl');
  /** Tests as the benchmark gives them. */
  const asThere = ({ functionName }: Program, cases: ProgramTests['cases']): ProgramTests =>
    functionName ? { cases, functionName } : { cases, threads: 'leave' };

  it.each(programs.filter(({ expected }) => expected === 'pass'))(
    'the program that LiveCodeBench accepted for $question_id passes',
    async (row) => {
      const verdict = await judge(row.code, asThere(row, row.cases));
      expect(verdict.reason).toMatch(/^Passed all/);
      expect(verdict.details?.tests).toEqual(row.cases.map(() => 'passed'));
    },
  );

  it.each(programs.filter(({ failing }) => failing))(
    'the program that LiveCodeBench rejected for $question_id fails on its case',
    async (row) => {
      expect((await judge(row.code, asThere(row, [row.failing!]))).details?.tests).toEqual([
        'wrong-answer',
      ]);
    },
  );

  it('awaits threads by default, for which LiveCodeBench does not wait', async () => {
    const row = programs.find(({ failing, question_id }) => failing && question_id === 'abc345_d');
    expect((await judge(row!.code, { cases: [row!.failing!] })).details?.tests).toEqual(['passed']);
  });

  const work = 'def work():\n  for _ in range(10 ** 6): pass\n  print(3)\n';
  const thread = `import os, queue, threading\n${work}t = threading.Thread(target=work)\nt.start()\n`;
  it.each([
    ['is joined', `${thread}t.join()`, 'passed'],
    [
      'is awaited by a queue',
      `${thread.replace('print(3)', 'print(3); q.put(0)').replace('t =', 'q = queue.Queue()\nt =')}q.get()`,
      'passed',
    ],
    ['is short', thread.replace('10 ** 6', '10'), 'passed'],
    ['ends after an exit', `${thread}exit()`, 'wrong-answer'],
    ['never ends', thread.replace('for _ in range(10 ** 6)', 'while True'), 'wrong-answer'],
    ['sleeps', thread.replace('pass', 'import time; time.sleep(60)'), 'wrong-answer'],
    [
      'is late, by whatever way it prints',
      thread.replace('print(3)', 'os.write(1, b"3")'),
      'wrong-answer',
    ],
    ['is late, and the answer was there', `print(3)\n${thread}`, 'passed'],
  ])('where threads are left, a program whose thread %s', async (_, code, outcome) => {
    expect((await judge(code, { ...sum, threads: 'leave' })).details?.tests).toEqual([outcome]);
  });

  it.each([
    ['a global that a function changes', 'n = 0\ndef f():\n  global n\n  n = 3\nf()\nprint(n)'],
    [
      'sys.stdin.buffer',
      'import sys\na = sys.stdin.buffer.readline().split()\nprint(sum(map(int, a)))',
    ],
    ['open(0)', 'print(sum(map(int, open(0).read().split())))'],
    ['/dev/stdin', 'print(sum(map(int, open("/dev/stdin").read().split())))'],
    ['imports that nobody wrote', 'print(reduce(operator.add, map(int, stdin.read().split())))'],
    ['a main guard', 'def main():\n  print(3)\nif __name__ == "__main__":\n  main()'],
    ['sys.exit', 'print(3)\nexit(1)'],
    ['from __future__', 'from __future__ import annotations\nprint(3)'],
    ['deep recursion', 'def f(n): return n and f(n - 1)\nf(40000)\nprint(3)'],
    [
      'a thread with a large stack',
      'import threading\nthreading.stack_size(1 << 27)\nt = threading.Thread(target=print, args=(3,))\nt.start()\nt.join()',
    ],
    ['long whole numbers', 'print(len(str(10 ** 10000)) - 9998)'],
    ['a file of its own', 'open("x", "w").write("3")\nprint(open("x").read())'],
  ])('runs %s', async (_, code) => {
    expect(await judge(code, sum)).toMatchObject({ correct: true, details: { tests: ['passed'] } });
  });

  it.each([
    ['print(4)', 'wrong-answer', 'line 1 is "4", and "3" was expected'],
    ['print(3)\nprint()\nprint(3)', 'wrong-answer', 'printed 3 lines where 1 were expected'],
    ['1 / 0', 'run-time-error', 'ZeroDivisionError: division by zero'],
    ['print(3', 'compile-error', "SyntaxError: '(' was never closed"],
    ['import os\nos._exit(3)', 'run-time-error', 'it ended with code 3'],
    ['x = [0] * 10 ** 9', 'run-time-error', 'MemoryError'],
  ])('%j is a %s', async (code, outcome, reason) => {
    const verdict = await judge(code, sum);
    expect(verdict).toMatchObject({
      correct: false,
      outcome: 'different',
      details: { tests: [outcome] },
    });
    expect(verdict.reason).toContain(reason);
  });

  it('stops at the first test that fails, and says which', async () => {
    const cases = ['1', '2', '3', '4'].map((input) => ({ input, output: input }));
    const verdict = await judge('n = input()\nprint(n if n < "3" else 0)', { cases });
    expect(verdict.details?.tests).toEqual(['passed', 'passed', 'wrong-answer']);
    expect(verdict.reason).toMatch(/^Test 3 of 4: wrong-answer/);
  });

  const returns = async (expression: string, output: string) => {
    const code = `class Solution:\n  def f(self, a, b):\n    return ${expression}`;
    const tests = { functionName: 'f', cases: [{ input: '[1, 2]\n"x"', output }] };
    return (await judge(code, tests)).details?.tests?.[0 as never];
  };

  it.each([
    ['a', '[1, 2]'],
    ['tuple(a)', '[1, 2]'],
    ['True', '1'],
    ['1.0', '1'],
    ['b', '"x"'],
    ['None', 'null'],
    ['10 ** 30', '1000000000000000000000000000000'],
    ['{"k": a}', '{"k": [1, 2]}'],
    ['collections.Counter("aab")', '{"b": 1, "a": 2}'],
    ['0.1 + 0.2', '0.30000000000000004'],
  ])('%s equals %s', async (expression, output) => {
    expect(await returns(expression, output)).toBe('passed');
  });

  it.each([
    ['[tuple(a)]', '[[1, 2]]'],
    ['{1, 2}', '[1, 2]'],
    ['0.1 + 0.2', '0.3'],
    ['"1"', '1'],
    ['{1: 2}', '{"1": 2}'],
    ['type("Any", (), {"__eq__": lambda *_: True})()', '1'],
  ])('%s does not equal %s', async (expression, output) => {
    expect(await returns(expression, output)).toBe('wrong-answer');
  });

  it('runs JavaScript, which reads standard input or is a function', async () => {
    const program =
      "const [a, b] = require('fs').readFileSync('/dev/stdin', 'utf8').split(' ');\nconsole.log(Number(a) + Number(b));";
    expect((await judge(program, sum, 'javascript')).reason).toMatch(/^Passed all 1 tests/);
    const tests = { functionName: 'add', cases: [{ input: '1\n[2]', output: '[3]' }] };
    const called = 'const add = async (a, b) => b.map((each) => each + a);';
    expect((await judge(called, tests, 'javascript')).details?.tests).toEqual(['passed']);
    expect((await judge('let 1', sum, 'javascript')).details?.tests).toEqual(['compile-error']);
  });

  it('judges many at a time, and ends when it is told to', async () => {
    const two = createCodeScorer({ parallel: 2 });
    const ask = (output: string, signal?: AbortSignal) =>
      two.score(
        {
          prediction: fenced('print(input())'),
          answer: '',
          tests: { cases: [{ input: '7', output }] },
        },
        signal && { signal },
      );
    const verdicts = await Promise.all(['7', '8', '7', '8', '7'].map((output) => ask(output)));
    expect(verdicts.map(({ correct }) => correct)).toEqual([true, false, true, false, true]);
    const controller = new AbortController();
    const asked = two.score(
      { prediction: fenced('while True: pass'), answer: '', tests: sum },
      { signal: controller.signal },
    );
    setTimeout(() => controller.abort(), 200);
    await expect(asked).rejects.toMatchObject({ code: 'run/aborted' });
  });
});

const python = await findPython().then(
  () => undefined,
  (error: Error) => error.message,
);

describe.skipIf(python)(`without a sandbox${python ? ` (skipped: ${python})` : ''}`, () => {
  it('only where that is said, within the limits, and the verdict tells it', async () => {
    const free = scorer.withOptions!({ unsandboxed: true, seconds: 1 });
    const options = { unsandboxed: true, seconds: 1 };
    const ask = (code: string) => free.score({ prediction: fenced(code), answer: '', tests: sum });
    expect(await ask('import os\nprint(sum(map(int, input().split())))\nprint()')).toMatchObject({
      correct: true,
      details: { tests: ['passed'], options },
    });
    expect((await ask('while True: pass')).details).toEqual({ tests: ['time-limit'], options });
  });
});

describe('what cannot be judged', () => {
  it('unknown options, no tests and a name that is none are coded errors', async () => {
    expect(() => createCodeScorer({ second: 3 } as object)).toThrow(/second/);
    const ask = (tests?: ProgramTests) =>
      scorer.score({ prediction: fenced('1'), answer: '', ...(tests && { tests }) });
    await expect(ask()).rejects.toMatchObject({ code: 'scorer-code/no-tests' });
    await expect(ask({ cases: [] })).rejects.toMatchObject({ code: 'scorer-code/no-tests' });
    await expect(ask({ functionName: 'f(); g', cases: sum.cases })).rejects.toMatchObject({
      code: 'scorer-code/bad-test',
    });
    const left = { ...sum, threads: 'leave' as const };
    for (const other of [{ functionName: 'f' }, { language: 'javascript' as const }]) {
      await expect(ask({ ...left, ...other })).rejects.toMatchObject({
        code: 'scorer-code/bad-test',
      });
    }
  });

  it('a Python that is not there is a coded error of the machine', async () => {
    const lost = createCodeScorer({ python: '/nowhere/python3', unsandboxed: true });
    await expect(lost.prepare?.()).rejects.toSatisfy(
      (error) =>
        ThinkbitsError.isInstance(error) &&
        error.code === 'scorer-code/no-python' &&
        error.category === 'machine',
    );
  });
});

describe('extraction', () => {
  it.each(read<{ question_id: string; output: string; code: string }>('extraction-pairs.jsonl'))(
    'between the last fences of the answer to $question_id is what LiveCodeBench ran',
    ({ output, code }) => {
      expect(betweenLastFences(output) ?? '').toBe(code);
    },
  );
});
