import { appendFile, mkdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { greedy, type Progress, type Scorer, ThinkbitsError } from '@thinkbits/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { comparableFiles, sampleLines, temporaryDirectory } from './__fixtures__/run-files.js';
import {
  exactScorer,
  scorers,
  type ToyEngineOptions,
  toyBenchmark,
  toyEngine,
} from './__fixtures__/toy.js';
import { type EvaluateOptions, evaluate, repeatSeeds, rescore } from './index.js';

let root: string;
let directory: string;

beforeEach(async () => {
  root = await temporaryDirectory();
  directory = join(root, 'run');
});
afterEach(async () => await rm(root, { recursive: true }));

const benchmarks = [toyBenchmark('sums', 3), toyBenchmark('more-sums', 2)];

function call(
  overrides: Partial<EvaluateOptions> = {},
  engine: ToyEngineOptions = {},
): EvaluateOptions {
  const seeds = repeatSeeds(42, 2);
  return {
    engine: toyEngine(engine),
    benchmarks,
    scorers,
    directory,
    recipe: null,
    seeds,
    ...overrides,
  };
}

/** The files that the call leaves when nothing interrupts it. */
async function uninterrupted(overrides: Partial<EvaluateOptions> = {}) {
  const other = join(root, 'uninterrupted');
  await evaluate(call({ ...overrides, directory: other }, { order: 99 }));
  return await comparableFiles(other);
}

describe('the day that chat templates are told', () => {
  it('is recorded, reaches the engine, and tells runs apart where it is not the usual one', async () => {
    await evaluate(call());
    const run = JSON.parse(await readFile(join(directory, 'run.json'), 'utf8'));
    expect(run.template_date).toBe('2024-07-26');
    const { template_date: _, ...older } = run;
    await writeFile(join(directory, 'run.json'), JSON.stringify(older));
    await evaluate(call({ templateDate: '2024-07-26' })); // a directory of an older version goes on
    await expect(evaluate(call({ templateDate: '2025-01-01' }))).rejects.toMatchObject({
      code: 'run/identity-differs',
      message: expect.stringContaining('template_date'),
    });
    const engine = toyEngine();
    const prompts: unknown[] = [];
    const watching: EvaluateOptions['engine'] = {
      ...engine,
      info: engine.info,
      dispose: () => engine.dispose(),
      generate: (requests, options) => {
        prompts.push(...Array.from(requests, ({ prompt }) => prompt));
        return engine.generate(requests, options);
      },
    };
    const other = { directory: join(root, 'other'), templateDate: '2025-01-01' };
    await evaluate(call({ ...other, engine: watching }));
    expect(prompts.every((prompt) => (prompt as { date: string }).date === '2025-01-01')).toBe(
      true,
    );
    expect(prompts).not.toHaveLength(0);
  });
});

describe('a finished run directory', () => {
  it('has the files and fields that scripts hold on to', async () => {
    await evaluate(call({ versions: { 'a-package': '1.2.3' } }));
    expect(Object.keys(await comparableFiles(directory))).toEqual([
      'problems.jsonl',
      'run.json',
      'samples.jsonl',
      'summary.json',
    ]);
    for (const line of await sampleLines(directory)) {
      expect(Object.keys(line)).toEqual([
        'key',
        'problem',
        'repeat',
        'seed',
        'prompt_tokens',
        'completion_tokens',
        'finish_reason',
        'thinking',
        'text',
        'correct',
        'extracted',
        'expected',
        'reason',
        'seconds',
      ]);
    }
    const run = JSON.parse(await readFile(join(directory, 'run.json'), 'utf8'));
    expect(run).toMatchObject({
      schema: 1,
      model: { id: 'toy-model', hash: 'weights' },
      recipe: null,
      seeds: [42, 43],
      engine: { name: 'toy', backend: 'toy', compute: 'f32' },
      benchmarks: [
        {
          id: 'sums',
          data_hash: 'data of sums',
          sampling: { temperature: 0.6, top_p: 0.95, top_k: 0, min_p: 0 },
          max_tokens: 64,
        },
        { id: 'more-sums' },
      ],
      host: { node: process.version },
      versions: { 'a-package': '1.2.3', '@thinkbits/evaluate': expect.any(String) },
    });
  });

  it('is sorted by benchmark, problem, repeat', async () => {
    await evaluate(call({}, { order: 3 }));
    const order = (await sampleLines(directory)).map(
      ({ problem, repeat }) => `${problem} ${repeat}`,
    );
    const moreSums = ['sum-1 0', 'sum-1 1', 'sum-2 0', 'sum-2 1'];
    expect(order).toEqual([...moreSums, ...moreSums, 'sum-3 0', 'sum-3 1']);
  });

  it('does not depend on the order in which answers came', async () => {
    await evaluate(call({}, { order: 5 }));
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });

  it('scores the text and never the thinking', async () => {
    const summary = await evaluate(call({}, { skill: 0 })); // every thinking holds the right answer
    expect(summary.sums?.accuracy).toBe(0);
  });

  it('gives each request the stream of its problem and the seed of its repeat', async () => {
    const engine = toyEngine();
    await evaluate(call({ engine, thinkingBudget: 20, sampling: { temperature: 0.9 } }));
    const own = engine.asked.filter(({ stream }) => stream === 'sum-3');
    expect(own.map(({ seed }) => seed)).toEqual([42, 43]);
    expect(own[0]).toMatchObject({
      maxTokens: 64,
      thinkingBudget: 20,
      sampling: { temperature: 0.9, topP: 0.95 },
    });
  });
});

describe('what a benchmark and its scorer keep', () => {
  const [sums] = benchmarks as [(typeof benchmarks)[0]];
  const problems = sums.problems.problems.map((problem, index) => ({
    ...problem,
    origin: `sums.jsonl, line ${index + 1}`,
    extra: { option_order: [index, 0] },
  }));
  const described = {
    benchmark: { ...sums.benchmark, confidential: true },
    problems: { ...sums.problems, problems, options: { optionOrder: 'seeded' } },
  };
  const noting: Scorer = {
    ...exactScorer,
    score: (answer) => {
      const verdict = exactScorer.score(answer);
      return { ...verdict, details: { read: verdict.extracted !== null } };
    },
    aggregate: (answers) => ({
      read_share: answers.filter(({ details }) => details?.read).length / answers.length,
    }),
  };
  const kept = { benchmarks: [described], scorers: new Map([['exact', noting]]) };

  it('is with every answer, and summed up over all of them', async () => {
    const summary = await evaluate(call(kept));
    const lines = await sampleLines(directory);
    for (const { problem, extracted, extra, details } of lines) {
      expect(extra).toEqual(problems.find(({ id }) => id === problem)?.extra);
      expect(details).toEqual({ read: extracted !== null });
    }
    const share = lines.filter(({ extracted }) => extracted !== null).length / lines.length;
    expect(summary.sums?.scores?.read_share?.value).toBeCloseTo(share, 12);
    const { benchmarks: stored } = JSON.parse(await readFile(join(directory, 'run.json'), 'utf8'));
    expect(stored[0]).toMatchObject({ options: { optionOrder: 'seeded' }, confidential: true });
  });

  it('comes back from the disk: the run goes on, and is scored again to the same bytes', async () => {
    const stop = { before: (given: number) => breakAt(given, 2) };
    await expect(evaluate(call(kept, stop))).rejects.toThrow();
    await evaluate(call(kept));
    const files = await comparableFiles(directory);
    expect(files).toEqual(await uninterrupted(kept));
    await rescore(directory, kept.scorers);
    expect(await comparableFiles(directory)).toEqual(files);
    await rescore(directory, scorers); // which notes nothing
    for (const line of await sampleLines(directory)) {
      expect(line).not.toHaveProperty('details');
      expect(line).toHaveProperty('extra');
    }
  });

  it('is part of what a run is: other options are another run', async () => {
    await evaluate(call(kept));
    const other = {
      ...described,
      problems: { ...described.problems, options: { optionOrder: 'x' } },
    };
    await expect(evaluate(call({ ...kept, benchmarks: [other] }))).rejects.toMatchObject({
      code: 'run/identity-differs',
      message: expect.stringContaining('optionOrder'),
    });
  });

  it('does not begin with an expected answer that the scorer cannot read', async () => {
    const checking: Scorer = {
      ...exactScorer,
      checkGold({ answer }) {
        if (answer !== '2') return;
        const message = `The expected answer "${answer}" cannot be read.`;
        throw new ThinkbitsError({ code: 'scorer-exact/bad-gold', message, help: 'Correct it.' });
      },
    };
    const asked = { ...kept, scorers: new Map([['exact', checking]]) };
    await expect(evaluate(call(asked))).rejects.toMatchObject({
      code: 'benchmark/bad-gold',
      message: 'sums.jsonl, line 2: The expected answer cannot be read.', // confidential: not quoted
    });
    const open = { ...described, benchmark: sums.benchmark };
    await expect(evaluate(call({ ...asked, benchmarks: [open] }))).rejects.toThrow(
      'sums.jsonl, line 2: The expected answer "2" cannot be read.',
    );
    await expect(readFile(join(directory, 'run.json'))).rejects.toThrow();
  });
});

describe('an interrupted run', () => {
  const total = 10;

  it.each(Array.from({ length: total }, (_, k) => k))(
    'continues after the engine broke down at sample %i',
    async (k) => {
      const broken = call({}, { order: k, before: (given) => breakAt(given, k) });
      await expect(evaluate(broken)).rejects.toThrow('power cut');
      expect(await sampleLines(directory)).toHaveLength(k);
      const engine = toyEngine({ order: k + 1 });
      await evaluate(call({ engine }));
      expect(engine.asked).toHaveLength(total - k);
      expect(await comparableFiles(directory)).toEqual(await uninterrupted());
    },
  );

  it('keeps finished samples when it is aborted, and writes no summary', async () => {
    const controller = new AbortController();
    const aborted = call(
      { signal: controller.signal },
      { before: (given) => abortAt(given, 4, controller) },
    );
    await expect(evaluate(aborted)).rejects.toMatchObject({
      code: 'run/aborted',
      category: 'interrupted',
    });
    const files = await comparableFiles(directory);
    expect(Object.keys(files)).toEqual(['problems.jsonl', 'run.json', 'samples.jsonl']);
    expect(await sampleLines(directory)).toHaveLength(4);
    await evaluate(call());
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });

  it('drops a last line that was torn at any byte and asks for it again', async () => {
    const expected = await uninterrupted();
    await expect(evaluate(call({}, { before: (given) => breakAt(given, 3) }))).rejects.toThrow();
    const path = join(directory, 'samples.jsonl');
    const whole = await readFile(path);
    const lastLine = whole.lastIndexOf('\n', whole.length - 2) + 1;
    for (let size = lastLine; size < whole.length; size += 23) {
      await writeFile(path, whole);
      await truncate(path, size);
      const engine = toyEngine();
      await evaluate(call({ engine }));
      expect(engine.asked).toHaveLength(total - 2);
      expect(await comparableFiles(directory)).toEqual(expected);
    }
  });

  it('names a corrupt line in the middle and touches nothing', async () => {
    await evaluate(call());
    const path = join(directory, 'samples.jsonl');
    const lines = (await readFile(path, 'utf8')).split('\n');
    lines[2] = lines[2]!.slice(0, 40);
    await writeFile(path, lines.join('\n'));
    await expect(evaluate(call())).rejects.toMatchObject({
      code: 'run/corrupt-line',
      message: expect.stringContaining('samples.jsonl line 3'),
    });
    expect(await readFile(path, 'utf8')).toBe(lines.join('\n'));
  });

  it('names a field that is wrong', async () => {
    await evaluate(call());
    const path = join(directory, 'samples.jsonl');
    await writeFile(path, (await readFile(path, 'utf8')).replace('"repeat":1', '"repeat":"1"'));
    await expect(evaluate(call())).rejects.toMatchObject({
      code: 'run/corrupt-line',
      message: expect.stringMatching(/line 2.*repeat/),
    });
  });

  it('asks nothing when all is there', async () => {
    await evaluate(call());
    const before = await readFile(join(directory, 'samples.jsonl'));
    const engine = toyEngine();
    await evaluate(call({ engine }));
    expect(engine.asked).toHaveLength(0);
    expect(await readFile(join(directory, 'samples.jsonl'))).toEqual(before);
  });
});

describe('limit and repeats', () => {
  it('extend a directory to what a single larger call gives', async () => {
    await evaluate(call({ limit: 1, seeds: [42] }));
    const engine = toyEngine({ order: 7 });
    await evaluate(call({ engine }));
    expect(engine.asked).toHaveLength(8);
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });

  it('summarize a part when they shrink, and throw nothing away', async () => {
    const all = await evaluate(call());
    const part = await evaluate(call({ limit: 2, seeds: [42] }));
    expect(part.sums).toMatchObject({ problems: 2, repeats: 1, std_over_repeats: null });
    expect(await sampleLines(directory)).toHaveLength(10);
    const engine = toyEngine();
    expect(await evaluate(call({ engine }))).toEqual(all);
    expect(engine.asked).toHaveLength(0);
  });
});

describe('another run', () => {
  const different: [string, string, () => Partial<EvaluateOptions>][] = [
    ['weights', 'model.hash', () => ({ engine: toyEngine({ modelHash: 'others' }) })],
    ['backend', 'engine.backend', () => ({ engine: toyEngine({ backend: 'wasm' }) })],
    ['recipe', 'recipe', () => ({ recipe: { pipeline: [], rules: [], seed: 0 } })],
    ['sampling', 'benchmarks.0.sampling.temperature', () => ({ sampling: { temperature: 1 } })],
    ['answer length', 'benchmarks.0.max_tokens', () => ({ maxTokens: 65 })],
    ['thinking budget', 'benchmarks.0.thinking_budget', () => ({ thinkingBudget: 8 })],
    ['base seed', 'seed', () => ({ seeds: [1, 2] })],
    ['later seed', 'seeds.1', () => ({ seeds: [42, 7] })],
    ['benchmark', 'benchmarks.1', () => ({ benchmarks: benchmarks.slice(0, 1) })],
    ['data', 'benchmarks.0.data_hash', () => ({ benchmarks: [withHash('x'), benchmarks[1]!] })],
    ['prompt', 'benchmarks.0.prompts_hash', () => ({ benchmarks: [withPrompt(), benchmarks[1]!] })],
  ];

  it.each(different)('is refused for its %s', async (_, path, overrides) => {
    await evaluate(call());
    const before = await comparableFiles(directory);
    await expect(evaluate(call(overrides()))).rejects.toMatchObject({
      code: 'run/identity-differs',
      category: 'usage',
      message: expect.stringContaining(`- ${path}`),
    });
    expect(await comparableFiles(directory)).toEqual(before);
  });

  it('says both values of everything that differs', async () => {
    await evaluate(call());
    const error = await evaluate(
      call({ engine: toyEngine({ modelHash: 'others' }), maxTokens: 65 }),
    ).result.catch((reason) => reason);
    expect(error.message.split('\n').slice(1)).toEqual([
      '- model.hash: the directory has "weights", this call "others"',
      '- benchmarks.0.max_tokens: the directory has 64, this call 65',
      '- benchmarks.1.max_tokens: the directory has 64, this call 65',
    ]);
  });

  it('is noticed by a sample that does not belong', async () => {
    await evaluate(call());
    await evaluate(
      call({ directory: join(root, 'other'), engine: toyEngine({ modelHash: 'others' }) }),
    );
    const foreign = await readFile(join(root, 'other', 'samples.jsonl'));
    await appendFile(join(directory, 'samples.jsonl'), foreign);
    await expect(evaluate(call())).rejects.toMatchObject({ code: 'run/foreign-sample' });
  });

  it('does not take samples over that nothing describes', async () => {
    await mkdir(directory);
    await writeFile(join(directory, 'samples.jsonl'), '{}\n');
    await expect(evaluate(call())).rejects.toMatchObject({ code: 'run/not-a-run' });
    // An empty file is what a call leaves that was killed before it wrote anything.
    await writeFile(join(directory, 'samples.jsonl'), '');
    await evaluate(call());
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });

  it('may not write to the directory at the same time', async () => {
    let second: Promise<unknown> | undefined;
    const before = (given: number) => {
      if (given === 2) second = evaluate(call()).result.catch((error) => error);
    };
    await evaluate(
      call(
        {},
        {
          before: async (given) => {
            before(given);
            await second;
          },
        },
      ),
    );
    expect(await second).toMatchObject({ code: 'directory/in-use' });
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });
});

describe('an engine that fails', () => {
  it('leaves error lines that are in no share and are asked again', async () => {
    const events: Progress[] = [];
    const run = evaluate(
      call({}, { fails: ({ stream, seed }) => stream === 'sum-1' && seed === 42 }),
    );
    for await (const event of run) events.push(event);
    const failed = (await sampleLines(directory)).filter((line) => line.finish_reason === 'error');
    expect(
      failed.map(({ correct, extracted, reason }) => ({ correct, extracted, reason })),
    ).toEqual(
      Array(2).fill({
        correct: false,
        extracted: null,
        reason: 'engine/connection: The connection was reset. Run the same command again.',
      }),
    );
    expect((await run).sums).toMatchObject({ errors: 1, problems: 3 });
    expect(events.filter(({ type }) => type === 'issue')).toHaveLength(2);

    const engine = toyEngine();
    await evaluate(call({ engine }));
    expect(engine.asked).toHaveLength(2);
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });

  it('does not pass for a model that gets everything wrong', async () => {
    await expect(evaluate(call({}, { fails: () => true }))).rejects.toMatchObject({
      code: 'evaluate/nothing-answered',
      message: expect.stringContaining('The connection was reset'),
    });
    await evaluate(call());
    expect(await comparableFiles(directory)).toEqual(await uninterrupted());
  });

  it('may not leave requests out, invent some or answer one twice', async () => {
    const engine = toyEngine();
    const { generate } = engine;
    engine.generate = (requests) => generate([...requests].slice(1));
    await expect(evaluate(call({ engine }))).rejects.toMatchObject({
      code: 'engine/missing-results',
    });
    const other = { ...toyEngine(), generate: twice };
    await expect(evaluate(call({ engine: other }))).rejects.toMatchObject({
      code: 'engine/unexpected-result',
    });
    async function* twice(...args: Parameters<typeof generate>) {
      for await (const result of generate(...args)) yield* [result, result];
    }
  });

  it('is reported when it ignores the seed', async () => {
    const engine = toyEngine();
    const { generate } = engine;
    engine.generate = (requests) =>
      generate([...requests].map((request) => ({ ...request, seed: 1 })));
    const codes: string[] = [];
    for await (const event of evaluate(call({ engine }))) {
      if (event.type === 'issue') codes.push(event.issue.code);
    }
    expect(codes).toEqual(['evaluate/equal-repeats', 'evaluate/equal-repeats']);
  });
});

describe('a call that cannot be meant', () => {
  it.each<[string, Partial<EvaluateOptions>]>([
    ['evaluate/greedy-repeats', { sampling: greedy }],
    ['evaluate/bad-setting', { limit: 0 }],
    ['evaluate/bad-setting', { seeds: [] }],
    ['evaluate/bad-setting', { seeds: [1, 1] }],
    ['evaluate/bad-setting', { sampling: { topP: 0 } }],
    ['evaluate/no-problems', { benchmarks: [] }],
    ['evaluate/no-problems', { benchmarks: [toyBenchmark('none', 0)] }],
    ['evaluate/duplicate-benchmark', { benchmarks: [benchmarks[0]!, benchmarks[0]!] }],
    ['evaluate/duplicate-problem', { benchmarks: [doubled()] }],
    ['evaluate/missing-scorer', { benchmarks: [toyBenchmark('sums', 2, 'exakt')] }],
  ])('is refused: %s', async (code, overrides) => {
    await expect(evaluate(call(overrides))).rejects.toMatchObject({
      code,
      help: expect.any(String),
    });
    await expect(readFile(join(directory, 'run.json'))).rejects.toThrow();
  });

  it('may be greedy once', async () => {
    expect((await evaluate(call({ sampling: greedy, seeds: [42] }))).sums?.repeats).toBe(1);
  });
});

describe('progress', () => {
  it('plans, then advances monotonically to the total with a sample each', async () => {
    await expect(evaluate(call({}, { before: (given) => breakAt(given, 4) }))).rejects.toThrow();
    const events: Progress[] = [];
    for await (const event of evaluate(call())) events.push(event);
    expect(events[0]).toMatchObject({ type: 'plan', total: 10, unit: 'sample' });
    const done = events.flatMap((event) => (event.type === 'advance' ? [event.done] : []));
    expect(done).toEqual([4, 5, 6, 7, 8, 9, 10]);
    expect(events.filter(({ type }) => type === 'sample')).toHaveLength(6);
  });
});

describe('a scorer that throws', () => {
  it('loses no answer', async () => {
    const broken = {
      ...exactScorer,
      score: () => {
        throw new Error('step budget');
      },
    };
    const issues: Progress[] = [];
    const run = evaluate(call({ scorers: new Map([['exact', broken]]) }));
    for await (const event of run) if (event.type === 'issue') issues.push(event);
    expect(issues).toHaveLength(10);
    expect((await run).sums).toMatchObject({ accuracy: 0, unparsed_share: 1, errors: 0 });
    expect((await sampleLines(directory))[0]?.reason).toContain('step budget');
  });
});

function breakAt(given: number, k: number): void {
  if (given === k) throw new Error('power cut');
}

function abortAt(given: number, k: number, controller: AbortController): void {
  if (given === k) controller.abort();
}

function withHash(dataHash: string) {
  const given = toyBenchmark('sums', 3);
  return { ...given, problems: { ...given.problems, dataHash } };
}

function withPrompt() {
  const given = toyBenchmark('sums', 3);
  const [first, ...rest] = given.problems.problems;
  const changed = {
    ...first!,
    messages: [{ role: 'user' as const, content: 'And what is 0 + 0?' }],
  };
  return { ...given, problems: { ...given.problems, problems: [changed, ...rest] } };
}

function doubled() {
  const given = toyBenchmark('sums', 1);
  const { problems } = given.problems;
  return { ...given, problems: { ...given.problems, problems: [...problems, ...problems] } };
}
