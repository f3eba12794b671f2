import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scorer } from '@thinkbits/scorer-math';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';

const directory = temporaryDirectory();
const run = (...argv: readonly string[]) => runInProcess(argv, { directory });
const read = (...path: string[]) => readFileSync(join(directory, ...path), 'utf8');
const write = (name: string, rows: readonly unknown[]) =>
  writeFileSync(join(directory, name), rows.map((row) => JSON.stringify(row)).join('\n'));

const question = 'Mia has 37 apples. She buys 58 more apples. How many apples does Mia have now?';
// What the model answers is 95 apples: of another unit than expected, but for a scorer that ignores units.
write('apples.jsonl', [{ id: 'apples', question, answer: '95 cm', scorer: 'math' }]);
write('words.jsonl', [
  { id: 1, question, answer: '95', scorer: 'math' },
  { id: 2, question, answer: 'A', scorer: 'choice', choices: ['95', '96'] },
]);
const evaluate = (output: string, data: string, ...more: string[]) =>
  run(
    'evaluate',
    'tiny-reasoner-nano',
    ...['-b', 'jsonl', '--data', data, '-o', output, '--workers', '1', '--temperature', '0'],
    ...['--max-tokens', '80', ...more],
  );
const judges = (folder: string) => JSON.parse(read(folder, 'run.json')).scorers;
const { version } = scorer;

describe('options of the scorer', () => {
  it('are recorded; others judge the stored answers again and ask for none', async () => {
    expect((await evaluate('run', 'apples.jsonl', '--quiet')).code).toBe(0);
    expect(judges('run')).toEqual([{ id: 'math', version }]);
    const [timings, sample] = [
      read('run', 'timings.json'),
      JSON.parse(read('run', 'samples.jsonl')),
    ];
    expect(sample.correct).toBe(true); // units may be left out
    const strict = ['--scorer-options', '{"units": "required"}'];
    const { code, stderr } = await evaluate('run', 'apples.jsonl', ...strict);
    expect(code).toBe(0);
    expect(stderr).toContain('1 stored answers are judged again, and none of them is asked again.');
    expect(judges('run')).toEqual([{ id: 'math', version, options: { units: 'required' } }]);
    const again = JSON.parse(read('run', 'samples.jsonl'));
    expect(again).toMatchObject({
      correct: false,
      text: sample.text,
      seconds: sample.seconds,
      details: { options: { units: 'required' } },
    });
    expect(read('run', 'timings.json')).toBe(timings);
    expect(JSON.parse(read('run', 'summary.json')).jsonl.accuracy).toBe(0);
  });

  it.each([
    ['{"units": "optionl"}', 'scorer-math/options', 'units'],
    ['{"unit": "ignore"}', 'scorer-math/options', 'unit'],
    ['units', 'usage/bad-value', '--scorer-options'],
  ])('%s is refused', async (options, code, what) => {
    const { stderr } = await evaluate('refused', 'apples.jsonl', '--scorer-options', options);
    expect(stderr).toContain(`error ${code}`);
    expect(stderr).toContain(what);
  });

  it('are those of one scorer', async () => {
    const { stderr } = await evaluate('refused', 'words.jsonl', '--scorer-options', '{}');
    expect(stderr).toContain('error usage/options-of-several');
    expect(stderr).toContain('math and choice');
  });

  it('stand in a study beside those of the benchmark, and reach its runs and its report', async () => {
    const study = (scorerOptions?: object) => {
      const benchmark = {
        name: 'jsonl',
        data: 'apples.jsonl',
        ...(scorerOptions && { scorerOptions }),
      };
      const sampling = { temperature: 0, maxTokens: 80 };
      const cell = {
        models: ['tiny-reasoner-nano'],
        recipes: ['none'],
        benchmarks: [benchmark],
        sampling,
      };
      writeFileSync(join(directory, 's.json'), JSON.stringify({ name: 's', cells: [cell] }));
      return run('study', 's.json', '-o', 'study', '--workers', '1', '--quiet');
    };
    expect((await study()).code).toBe(0);
    const folder = join('study', 'runs', 'tiny-reasoner-nano--none--jsonl');
    const seconds = JSON.parse(read(folder, 'samples.jsonl')).seconds;
    expect((await study({ units: 'required' })).code).toBe(0);
    expect(judges(folder)[0].options).toEqual({ units: 'required' });
    expect(JSON.parse(read(folder, 'samples.jsonl'))).toMatchObject({ seconds, correct: false });
    const { rows, benchmarks } = JSON.parse(read('study', 'results.json'));
    expect(rows[0].accuracy).toBe(0);
    expect(benchmarks[0].scoring).toBe(`math ${version} {"units":"required"}`);
    expect(read('study', 'report.html')).toContain('Scoring of jsonl');
  });
});
