import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../__fixtures__/${name}`, import.meta.url));
const benchmark = fixture('tiny-benchmark.mjs');
const scorer = fixture('tiny-scorer.mjs');
const directory = temporaryDirectory();
const nano = 'tiny-reasoner-nano';
const question = 'Mia has 37 apples. She buys 58 more apples. How many apples does Mia have now?';
const run = (argv: readonly string[], settings = {}) =>
  runInProcess(argv, { directory, ...settings });
const json = async (argv: readonly string[], settings = {}) => {
  const { code, stdout, stderr } = await run([...argv, '--json', '--quiet'], settings);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
};
const read = (...path: string[]) => readFileSync(join(directory, ...path), 'utf8');

describe('score', () => {
  const rows = [
    { id: 'a', prediction: 'so \\boxed{3}', answer: '3' },
    { id: 2, prediction: 'no idea', answer: 4 },
  ];
  const lines = rows.map((row) => JSON.stringify(row)).join('\n\n');

  it('answers each line with id, correct, extracted, reason', async () => {
    const { code, stdout } = await run(['score', scorer], { stdin: `\uFEFF${lines}` });
    expect(code).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { id: 'a', correct: true, extracted: '3', reason: '3 against 3' },
      { id: 2, correct: false, extracted: null, reason: 'no box' },
    ]);
  });

  it('reads a file as well, and gives one JSON value when asked', async () => {
    writeFileSync(join(directory, 'answers.jsonl'), lines);
    const verdicts = await json(['score', scorer, '--file', 'answers.jsonl']);
    expect(verdicts.map(({ correct }: { correct: boolean }) => correct)).toEqual([true, false]);
  });

  it.each([
    ['{"id": 1', 'line 3 is not JSON'],
    ['{"id": 1, "prediction": "x"}', 'line 3'],
    ['[]', 'line 3'],
  ])('stops at the bad line %s with its number; what came before is out', async (line, message) => {
    const first = JSON.stringify(rows[0]);
    const { code, stdout, stderr } = await run(['score', scorer], {
      stdin: `${first}\n${first}\n${line}\n`,
    });
    expect(code).toBe(3);
    expect(stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toContain('error score/bad-line');
    expect(stderr).toContain(message);
  });

  it('hands options to the scorer, which names them in its verdicts', async () => {
    const stdin = JSON.stringify({ id: 1, prediction: '\\boxed{0.33333}', answer: '1/3' });
    const judge = async (...more: string[]) =>
      JSON.parse((await run(['score', 'math', ...more], { stdin })).stdout);
    expect((await judge()).correct).toBe(false);
    const verdict = await judge('--options', '{"compatibility": "paper"}');
    expect(verdict).toMatchObject({
      correct: true,
      details: { options: { compatibility: 'paper' } },
    });
  });

  it.each([
    ['math', 'paper', 'usage/bad-value'],
    ['math', '{"percents": 1}', 'scorer-math/options'],
    [scorer, '{}', 'scorer/no-options'],
  ])('refuses of %s the options %s', async (name, options, error) => {
    const { stderr } = await run(['score', name, '--options', options], { stdin: lines });
    expect(stderr).toContain(error);
  });

  it('runs the program of a line against its tests, in the order of the lines', async () => {
    const { available, why } = (await json(['doctor'])).sandbox;
    const line = (id: number, code: string, cases: readonly object[]) =>
      JSON.stringify({ id, prediction: `\`\`\`python\n${code}\n\`\`\``, tests: { cases } });
    const stdin = [
      line(1, 'import time\ntime.sleep(0.3)\nprint(3)', [{ input: '', output: '3' }]),
      line(2, 'print(4)', [{ input: '', output: '3' }]),
      JSON.stringify({ id: 3, prediction: 'none', tests: { cases: [{ input: '', output: '3' }] } }),
    ].join('\n');
    const { code, stdout, stderr } = await run(['score', 'code'], { stdin });
    if (!available) {
      // One of them needs no sandbox: there is no program to run.
      expect(code, `without a sandbox (${why})`).toBe(4);
      expect(stderr).toContain('error scorer-code/no-sandbox');
      return;
    }
    const verdicts = stdout
      .trimEnd()
      .split('\n')
      .map((each) => JSON.parse(each));
    expect(verdicts.map(({ id, correct, details }) => [id, correct, details.tests])).toEqual([
      [1, true, ['passed']],
      [2, false, ['wrong-answer']],
      [3, false, []],
    ]);
    expect(verdicts[2].extracted).toBeNull();
  });

  it('says what a line for a program has to carry, and where nothing runs one', async () => {
    const answer = await run(['score', 'code'], {
      stdin: '{"id": 1, "prediction": "", "answer": "3"}',
    });
    expect(answer.stderr).toMatch(/error score\/bad-line.*tests.*help: .*cases/s);
    const none = await run(['score', scorer, '--unsandboxed'], { stdin: lines });
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('error usage/nothing-sandboxed');
  });

  it('refuses a terminal and a missing file', async () => {
    expect((await run(['score', scorer], { terminal: true })).code).toBe(2);
    expect((await run(['score', scorer, '--file', 'none.jsonl'])).code).toBe(3);
  });
});

describe('what is known without weights', () => {
  it('doctor names Node, processor, memory, sandbox and every backend with a reason', async () => {
    const report = await json(['doctor']);
    expect(report.node).toBe(process.version);
    expect(report.processor.cores).toBeGreaterThan(0);
    // TensorFlow is before native with a GPU alone
    const names = report.backends.map(({ name }: { name: string }) => name);
    const without = ['native', 'tensorflow', 'wasm', 'cpu'];
    expect([without, ['tensorflow', 'native', 'wasm', 'cpu']]).toContainEqual(names);
    if (!report.gpu.ok) expect(names).toEqual(without);
    for (const { why } of report.backends) expect(why).not.toBe('');
    expect(report.sandbox.name).toBe('bubblewrap');
    expect(report.installed.quantizers).toContain('rtn');
    expect((await run(['doctor'])).stdout).toContain('backends, best first');
  });

  it.runIf(process.platform === 'linux')(
    'setup says what it would download, and downloads nothing unasked',
    async () => {
      // Any program that answers --version passes for a compiler: nothing is built here.
      const settings = { environment: { XDG_CACHE_HOME: directory, CXX: process.execPath } };
      const argv = ['setup', 'tensorflow', '--force'];
      const plan = await json([...argv, '--dry-run'], settings);
      const [wheel] = plan.downloads.slice(-1);
      expect(wheel.files[0]).toContain('2.21.0');
      expect(plan.download_bytes).toBeGreaterThan(200e6);
      const unasked = await run(argv, settings);
      expect(unasked.code).toBe(2);
      expect(unasked.stderr).toContain('error setup/not-confirmed');
      const gpu = await run(['setup', 'tensorflow', '--gpu', '--dry-run'], settings);
      expect(gpu.stdout).toContain('licence NVIDIA’s own');
      expect((await run(['setup', 'jax'], settings)).code).toBe(2);
    },
  );

  it('inspect counts what the model card says', async () => {
    const info = await json(['inspect', nano]);
    expect(info).toMatchObject({ family: 'qwen2', parameters: 919_680, layers: 4, kv_heads: 1 });
    expect(info.linears.map(({ group }: { group: number }) => group)).toEqual([
      1, 1, 1, 2, 3, 3, 4,
    ]);
    const bytes = Object.fromEntries(
      info.memory.map(({ scheme, bytes }: { scheme: string; bytes: number }) => [scheme, bytes]),
    );
    expect(bytes.f32).toBe(919_680 * 4);
    // 4-bit codes, and a scale and a zero of 4 bytes a group of 64, for the 786,432 weights of the linears
    expect(bytes.w4g64).toBeCloseTo((919_680 - 786_432) * 2 + 786_432 * (0.5 + 8 / 64), -3);
    expect((await run(['inspect', nano])).stdout).toContain('919,680');
  });

  it('plan tells what a ragged group means, and stops at what cannot be', async () => {
    const plan = await json(['plan', nano, '-r', 'rtn:w4g100']);
    expect(plan.linears).toBe(28);
    expect(plan.packed_bytes).toBeLessThan(plan.float_bytes);
    expect(plan.issues[0]).toMatchObject({ severity: 'info', code: 'group/ragged' });
  });

  it('recipe prints the complete JSON', async () => {
    const { stdout } = await run(['recipe', 'rtn:w4g128']);
    expect(JSON.parse(stdout)).toEqual({
      pipeline: [{ use: 'rtn' }],
      weights: { bits: 4, group: 128, symmetric: false, range: 'zero-inclusive' },
      rules: [],
      seed: 0,
    });
  });
});

describe('generate and chat', () => {
  it('stream thinking, then the answer', async () => {
    const { stdout, stderr, code } = await run(['generate', nano, question]);
    expect(stderr).toMatch(/tokens in [\d.]+ s/);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Mia has 37 apples\.\n.*so 95\.\n\nThe answer is \\boxed\{95\}\.\n$/s);
  });

  it('give one JSON value, the same for the same seed', async () => {
    const options = ['--temperature', '0.8', '--seed', '7', '--max-tokens', '30'];
    const [a, b] = [
      await json(['generate', nano, question, ...options]),
      await json(['generate', nano, question, ...options]),
    ];
    expect(a.tokens).toEqual(b.tokens);
    expect(a).toMatchObject({ model: nano, prompt_tokens: 30 });
  });

  it('take the prompt from standard input, raw, and end at the limit', async () => {
    const options = ['--raw', '--kv', '4', '--max-tokens', '5'];
    const answer = await json(['generate', nano, ...options], { stdin: 'Mia has' });
    expect(answer).toMatchObject({ finish_reason: 'length', completion_tokens: 5 });
  });

  it('dim the thinking on a terminal', async () => {
    const settings = { terminal: true };
    const coloured = await run(['generate', nano, question, '--quiet'], settings);
    expect(coloured.stdout.startsWith('\u001b[2mM')).toBe(true);
    const environment = { NO_COLOR: '1' };
    const plain = await run(['generate', nano, question, '--quiet'], { ...settings, environment });
    expect(plain.stdout).not.toContain('\u001b');
  });

  it('a conversation ends with /exit and is one JSON value when asked', async () => {
    const stdin = `${question}\n\n/exit\nnever read\n`;
    const { messages } = await json(['chat', nano], { stdin });
    expect(messages).toEqual([
      { role: 'user', content: question },
      { role: 'assistant', content: 'The answer is \\boxed{95}.' },
    ]);
  });

  it('Ctrl-C ends an answer and the conversation goes on', async () => {
    let interrupts = 0;
    const { code, stdout } = await run(['chat', nano, '--quiet'], {
      stdin: `${question}\n`,
      onInterrupt(listener: () => void) {
        interrupts++;
        listener();
        return () => {};
      },
    });
    expect(interrupts).toBe(1);
    expect(code).toBe(0);
    expect(stdout).not.toContain('95');
  });
});

describe('from model to report', () => {
  const evaluate = (...options: string[]) => [
    'evaluate',
    nano,
    '-b',
    benchmark,
    '--workers',
    '1',
    ...options,
  ];
  const withoutSeconds = (path: string) =>
    read(path, 'samples.jsonl').replace(/"seconds":[\d.e-]+/g, '');

  it('quantize writes a directory that opens like any model; again does nothing', async () => {
    const argv = ['quantize', nano, '-r', 'rtn:w4g64', '-o', 'nano-w4'];
    expect(await json(argv)).toMatchObject({ status: 'written' });
    expect(await json(argv)).toMatchObject({ status: 'done already' });
    const info = await json(['inspect', 'nano-w4']);
    expect(info.quantized.source.label).toBe(nano);
    const [fromDisk, inMemory] = [
      await json(['generate', 'nano-w4', question]),
      await json(['generate', nano, '-r', 'rtn:w4g64', question]),
    ];
    expect(fromDisk.tokens).toEqual(inMemory.tokens);
  });

  it('evaluate keeps answers, extends a run, and does only what is missing', async () => {
    const first = await json(evaluate('--limit', '2', '-o', 'float'));
    expect(first.tiny).toMatchObject({ problems: 2, errors: 0 });
    const before = read('float', 'samples.jsonl').trimEnd().split('\n');
    const all = await json(evaluate('-o', 'float', '--batch', '2'));
    expect(all.tiny.problems).toBe(6);
    const after = read('float', 'samples.jsonl').trimEnd().split('\n');
    for (const line of before) expect(after).toContain(line);
    const again = await run(evaluate('-o', 'float'));
    expect(again.stdout).toContain('tiny');
    expect(read('float', 'samples.jsonl').trimEnd().split('\n')).toEqual(after);
    expect(JSON.parse(read('float', 'run.json')).model.id).toBe(nano);
    expect(JSON.parse(read('float', 'timings.json')).tokens).toBeGreaterThan(0);
  });

  it('refuses another model, other sampling, greedy repeats in a run directory', async () => {
    const refused = [
      [evaluate('-o', 'float', '--max-tokens', '9'), 'run/identity-differs'],
      [evaluate('-o', 'float', '-r', 'rtn:w4g64'), 'run/identity-differs'],
      [evaluate('-o', 'other', '--repeats', '2'), 'evaluate/greedy-repeats'],
    ] as const;
    for (const [argv, code] of refused) {
      const outcome = await run(argv);
      expect(outcome.stderr).toContain(`error ${code}`);
      expect(outcome.code).toBe(2);
    }
    expect(existsSync(join(directory, 'other', 'samples.jsonl'))).toBe(false);
  });

  it('takes other data in the row schema of the benchmark', async () => {
    const row = { id: 'x', question, answer: '95', steps: 1 };
    writeFileSync(join(directory, 'data.jsonl'), `${JSON.stringify(row)}\n`);
    const argv = evaluate('--data', 'data.jsonl', '-o', 'own', '-r', 'rtn:w8');
    expect((await json(argv)).tiny).toMatchObject({ problems: 1, accuracy: 1 });
    const two = await run([
      'evaluate',
      nano,
      '-b',
      'chain,gsm8k',
      '--data',
      'data.jsonl',
      '-o',
      'x',
    ]);
    expect(two.stderr).toContain('error usage/data-of-several');
  });

  it('compare pairs two runs; equivalence that is not shown is exit code 1', async () => {
    await json(evaluate('-o', 'two', '-r', 'rtn:w2g64'));
    const comparison = await json(['compare', 'float', 'two']);
    expect(comparison.benchmarks.tiny).toMatchObject({ pairs: 6 });
    const required = ['--require-equivalent', '0.05'];
    const differs = await run(['compare', 'float', 'two', ...required]);
    expect(differs.code).toBe(1);
    expect(differs.stdout).toContain('McNemar');
    expect(differs.stderr).toContain('error compare/not-equivalent');
    expect((await run(['compare', 'float', 'float', ...required])).code).toBe(0);
  });

  it('samples lists the answers of a run, and shows those that flipped in full', async () => {
    const table = await run(['samples', 'two', '--against', 'float']);
    expect(table.stdout).toMatch(/^problem +repeat +verdict +other +read +expected +tokens/);
    expect(table.stderr).toContain('6 samples');
    const flipped = ['samples', 'two', '--against', 'float', '--flipped', '--wrong'];
    const lost = await json(flipped);
    expect(lost.length).toBeGreaterThan(0);
    const [{ sample }] = lost;
    const { stdout } = await run([...flipped, '--full', '--limit', '1']);
    expect(stdout).toContain(`${sample.problem}, repeat 0: `);
    expect(stdout).toContain('right in the other run');
    expect(stdout).toContain(sample.text.trim());
    const none = await run(['samples', 'two', '--flipped']);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('samples/flipped-alone')]);
  });

  it('study quantizes, evaluates, compares and reports; again it does nothing anew', async () => {
    const cells = [
      {
        models: [nano],
        recipes: ['rtn:w4g64', { name: 'cache', recipe: { kv: { bits: 2 } } }],
        benchmarks: [benchmark],
        texts: [{ name: 'questions', file: 'questions.txt', window: 32, limit: 2 }],
        limit: 3,
      },
    ];
    writeFileSync(join(directory, 'questions.txt'), `${question} `.repeat(20));
    writeFileSync(join(directory, 'study.json'), JSON.stringify({ name: 'small', cells }));
    const argv = ['study', 'study.json', '--workers', '1'];
    const { code, stdout } = await run([...argv, '--quiet']);
    expect(code).toBe(0);
    const folder = join(directory, 'thinkbits-runs', 'small');
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(`report: ${join(folder, 'report.html')}`);
    const { rows } = JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'));
    expect(rows.map(({ label }: { label: string }) => label)).toEqual(['float', 'W4', 'KV2']);
    expect(rows.map(({ problems }: { problems: number }) => problems)).toEqual([3, 3, 3]);
    expect(rows[0].drop).toBeNull();
    expect(rows[1].drop.points).toBeCloseTo(100 * (rows[0].accuracy - rows[1].accuracy), 9);
    expect(rows[1].memory.weights_packed_bytes).toBeLessThan(rows[0].memory.weights_packed_bytes);
    const asked = ['--text', 'questions.txt', '--window', '32', '--limit', '2'];
    const alone = await json(['perplexity', nano, '-r', 'rtn:w4g64', ...asked]);
    expect(rows[1].perplexity).toEqual({ questions: alone.perplexity });
    expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('<svg');
    const again = await run([...argv, '--quiet']);
    expect(again.stdout).toBe(stdout);
    const page = ['report', folder, '-o', join('pages', 'r.html')];
    expect((await run(page)).code).toBe(0);
    expect(read('pages', 'r.html')).toBe(readFileSync(join(folder, 'report.html'), 'utf8'));
    expect(read('pages', 'report.md')).toContain('W4');
  });

  it('workers give the answers of one thread', async () => {
    const argv = ['evaluate', nano, '-b', benchmark, '-o', 'workers', '--workers', '2'];
    await json(argv);
    expect(withoutSeconds('workers')).toBe(withoutSeconds('float'));
  });

  it('a quantized checkpoint and the same recipe in memory give the same answers', async () => {
    await json(evaluate('-o', 'memory', '-r', 'rtn:w4g64', '--limit', '2'));
    await json([
      'evaluate',
      'nano-w4',
      '-b',
      benchmark,
      '-o',
      'disk',
      '--limit',
      '2',
      '--workers',
      '1',
    ]);
    const texts = (path: string) =>
      withoutSeconds(path)
        .split('\n')
        .filter(Boolean)
        .map((line) => line.replace(/"key":"\w+",/, ''));
    expect(texts('disk')).toEqual(texts('memory'));
  });
});

describe('perplexity and bench', () => {
  it('perplexity is exp of the mean loss, over the windows that were asked for', async () => {
    writeFileSync(join(directory, 'text.txt'), `${question} `.repeat(20));
    const argv = ['perplexity', nano, '--text', 'text.txt', '--window', '32'];
    const result = await json([...argv, '--limit', '2']);
    expect(result).toMatchObject({ windows: 2, tokens: 62, window: 32 });
    expect(result.perplexity).toBeCloseTo(Math.exp(result.nll_per_token), 6);
    expect(result.text_hash).toMatch(/^[0-9a-f]{64}$/);
    const rows = await json([...argv, '--limit', '2', '--text-form', 'wikitext-rows']);
    expect(rows.text_hash).not.toBe(result.text_hash);
    expect((await run([...argv, '--stride', '32'])).code).toBe(2);
    expect((await run([...argv.slice(0, -1), '4096'])).code).toBe(3);
  });

  it('bench counts the tokens of all rows, and what a token reads', async () => {
    const small = ['--prompt', '8', '--generate', '2', '--batch', '1,3', '--rounds', '2'];
    const argv = ['bench', nano, '-r', 'rtn:w4g64kv4', ...small, '--context', '4'];
    const result = await json([...argv, '--backend', 'wasm']);
    expect(result.rows).toMatchObject([
      { test: 'prefill', batch: 1, tokens: 8 },
      { test: 'decode', batch: 1, tokens: 2 },
      { test: 'prefill', batch: 3, tokens: 24 },
      { test: 'decode', batch: 3, tokens: 6 },
    ]);
    for (const { rounds } of result.rows) expect(rounds).toHaveLength(2);
    // the linears as wasm holds them, 4 bits and eight bytes a group of 64, and the head in float32
    expect(result.weight_bytes).toBe(786_432 * (4 / 8 + 8 / 64) + 4 * 512 * 128);
    // 4 layers, keys and values, one head of 64: 32 bytes of codes, a scale and a zero
    expect(result.kv_bytes_per_token).toBe(4 * 2 * (32 + 8));
  });

  it('bench refuses a synthetic model under a recipe that calibrates', async () => {
    writeFileSync(
      join(directory, 'calibrated.mjs'),
      `export const quantizer = { id: 'c', optionsSchema: {}, create: () => ({ id: 'c', role: 'rounder', needs: { calibration: 'inputs' } }) };`,
    );
    const recipe = { pipeline: [{ use: './calibrated.mjs' }], weights: { bits: 4 } };
    writeFileSync(join(directory, 'calibrated.json'), JSON.stringify(recipe));
    const { code, stderr } = await run(['bench', 'synthetic:llama-8b', '-r', 'calibrated.json']);
    expect(stderr).toContain('error bench/needs-calibration');
    expect(code).toBe(3);
  });
});
