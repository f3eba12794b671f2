import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listBackends } from '@thinkbits/inference';
import { describe, expect, it } from 'vitest';
import { runInProcess } from './testing/run-in-process.js';
import { temporaryDirectory } from './testing/temporary-directory.js';

const verbs = [
  'doctor',
  'setup',
  'inspect',
  'plan',
  'quantize',
  'calibrate',
  'generate',
  'chat',
  'evaluate',
  'compare',
  'study',
  'report',
  'perplexity',
  'bench',
  'score',
  'recipe',
  'golden',
];
const shared = ['--backend', '--threads', '--compute', '--seed', '--quiet', '--verbose', '--json'];
const directory = temporaryDirectory();
const words = (line: string) => line.split(' ').filter(Boolean);

describe('help', () => {
  it('says what this is without arguments, with four examples and where help is', async () => {
    const { code, stdout, stderr } = await runInProcess([]);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout.match(/^ {2}thinkbits /gm)).toHaveLength(4);
    expect(stdout).toContain('--help');
  });

  it('lists every verb', async () => {
    const { code, stdout } = await runInProcess(['--help']);
    expect(code).toBe(0);
    for (const verb of verbs) expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
  });

  it.each(verbs)('%s --help has an example and the options that all verbs share', async (verb) => {
    const { code, stdout, stderr } = await runInProcess([verb, '--help']);
    expect(code).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toMatch(new RegExp(`Examples?:\\n(.*\\n)*.*\\$ .*thinkbits ${verb}`));
    for (const option of shared) expect(stdout).toContain(option);
    expect(await runInProcess(['help', verb])).toEqual({ code, stdout, stderr });
  });

  it('prints the version', async () => {
    expect((await runInProcess(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});

describe('wrong use is exit code 2, names what is wrong and suggests what is near', () => {
  it.each([
    ['recipee rtn:w4', 'usage/unknown-verb', 'Did you mean "recipe"?'],
    ['recipe rtn:w4 --jsn', 'usage/unknown-option', 'Did you mean --json?'],
    [
      'recipe rtn:w4 --limit 3',
      'usage/unknown-option',
      '--limit is an option of calibrate, evaluate',
    ],
    ['--json recipe rtn:w4', 'usage/unknown-option', 'Options follow the verb'],
    ['recipe', 'usage/missing-argument', 'recipe --help'],
    ['recipe rtn:w4 rtn:w3', 'usage/too-many-arguments', 'recipe --help'],
    ['recipe none --seed', 'usage/missing-value', 'recipe --help'],
    ['recipe none --seed --json', 'usage/missing-value', '"--json" follows'],
    ['recipe none --seed 1 --seed 2', 'usage/option-twice', '"1" and "2"'],
    ['recipe none --backend wsm', 'usage/bad-value', 'Did you mean "wasm"?'],
    ['recipe none --threads 0', 'usage/bad-value', 'not "0"'],
    ['recipe none --compute f16', 'usage/bad-value', 'f32, bf16'],
    ['plan tiny-reasoner-nano', 'usage/missing-option', '--recipe'],
    ['evaluate tiny-reasoner-nano -b chain -o x --limit -1', 'usage/bad-value', 'not "-1"'],
    ['evaluate tiny-reasoner-nano -b chain -o x --limit 1.5', 'usage/bad-value', 'not "1.5"'],
    ['evaluate tiny-reasoner-nano -b chain -o x --repeats 0', 'usage/bad-value', 'not "0"'],
    ['evaluate tiny-reasoner-nano -b chain -o x --temperature NaN', 'usage/bad-value', '"NaN"'],
    ['evaluate tiny-reasoner-nano -b chain -o x --top-p 0', 'usage/bad-value', '"0"'],
    ['evaluate tiny-reasoner-nano -b chain,chain -o x', 'usage/bad-value', 'repetitions'],
    ['evaluate tiny-reasoner-nano -b chain', 'usage/missing-option', '--output'],
    ['bench tiny-reasoner-nano --batch 1,0', 'usage/bad-value', 'not "0"'],
    ['compare a b --require-equivalent 3', 'usage/bad-value', 'between 0 and 1'],
    ['generate tiny-reasoner-nano hello --kv 5', 'usage/bad-value', '2, 3, 4 or 8'],
    ['generate tiny-reasoner-nano hello -r rtn:kv4 --kv 4', 'usage/kv-twice', 'Leave --kv out'],
    ['golden . --topics ,', 'usage/bad-value', 'not ""'],
  ])('%s', async (line, code, hint) => {
    const outcome = await runInProcess(words(line), { directory });
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toBe('');
    expect(outcome.stderr).toMatch(new RegExp(`^error ${code}: `));
    expect(outcome.stderr).toMatch(/\nhelp: .+\n$/);
    expect(outcome.stderr).toContain(hint);
  });
});

describe('bad input is exit code 3', () => {
  writeFileSync(join(directory, 'broken.json'), '{"weights": {"bits": 4},}');
  writeFileSync(join(directory, 'nine.json'), '{"weights": {"bits": 9}}');
  writeFileSync(join(directory, 'unknown.json'), '{"weigths": {"bits": 4}}');
  writeFileSync(
    join(directory, 'options.json'),
    '{"pipeline": [{"use": "rtn", "clipSerch": true}], "weights": {"bits": 4}}',
  );
  writeFileSync(join(directory, 'study.json'), '{"name": "s", "cells": []}');
  it.each([
    ['recipe rtn:w9', 'recipe/bits', '9 bits'],
    ['recipe rtn:w4x', 'recipe/syntax', '"x"'],
    ['recipe paper/gptq-w5', 'recipe/unknown-preset', 'Did you mean "paper/gptq-w4"?'],
    ['recipe missing.json', 'recipe/not-found', 'missing.json'],
    ['recipe broken.json', 'json/syntax', 'line 1'],
    ['recipe nine.json', 'recipe/invalid', 'bits is 9'],
    ['recipe unknown.json', 'recipe/invalid', 'weights'],
    ['recipe rtm:w4', 'quantizer/not-found', 'Did you mean "rtn"?'],
    ['plan tiny-reasoner-nano -r gptq:w4', 'calibration/missing', 'calibration'],
    ['plan tiny-reasoner-nano -r spinquant:w4', 'quantizer/not-found', 'npm install'],
    ['plan tiny-reasoner-nano -r options.json', 'recipe/bad-options', 'clipSearch'],
    ['plan tiny-reasoner-nano -r rtn:w4g4096', 'group/larger-than-row', '4096'],
    ['inspect tiny-reasoner-nan', 'model/not-found', 'Did you mean "tiny-reasoner-nano"?'],
    ['inspect ./nowhere', 'model/not-found', './nowhere'],
    ['inspect model.gguf', 'model/not-supported', 'GGUF'],
    ['inspect http://localhost:8000/v1#m', 'model/not-supported', 'server'],
    ['inspect synthetic:llama-8b', 'model/not-supported', 'bench'],
    ['inspect .', 'checkpoint/no-config', 'config.json'],
    ['evaluate tiny-reasoner-nano -b chian -o x', 'benchmark/not-found', 'Did you mean "chain"?'],
    ['score maths', 'scorer/not-found', 'Did you mean "math"?'],
    ['bench synthetic:llama', 'bench/unknown-shape', 'llama-8b'],
    ['compare a b', 'run/not-a-run', 'a'],
    ['report .', 'usage/missing-option', '--output'],
    ['report . -o r.html', 'report/no-results', 'results.json'],
    ['study missing.json', 'study/not-found', 'missing.json'],
    ['study study.json', 'study/invalid', 'cells'],
    ['perplexity tiny-reasoner-nano --text missing.txt', 'text/not-found', 'missing.txt'],
    ['golden .', 'golden/no-cases', 'cases.json'],
  ])('%s', async (line, code, hint) => {
    const outcome = await runInProcess(words(line), { directory });
    expect(outcome.stderr).toMatch(new RegExp(`error ${code}: `));
    expect(outcome.stderr).toMatch(/\nhelp: .+\n$/);
    expect(outcome.stderr).toContain(hint);
    expect(outcome.code).toBe(code.startsWith('usage/') ? 2 : 3);
  });
});

describe('errors', () => {
  it('what the machine lacks is exit code 4, never another backend in its place', async () => {
    const lacking = (await listBackends()).filter(({ available }) => !available);
    const backends = lacking.map(({ name }) => `--backend ${name}`);
    for (const options of [...backends, '--compute bf16 --backend cpu']) {
      const line = `perplexity tiny-reasoner-nano --text nine.json --window 8 ${options}`;
      const { code, stderr } = await runInProcess(words(line), { directory });
      expect(code).toBe(4);
      expect(stderr).toMatch(/^error (backend|compute)\/unavailable: /m);
    }
  });

  it('show a stack only with --verbose', async () => {
    const quiet = await runInProcess(['recipe', 'rtn:w9']);
    const verbose = await runInProcess(['recipe', 'rtn:w9', '--verbose']);
    expect(quiet.stderr).not.toContain('    at ');
    expect(verbose.stderr).toContain('    at ');
  });

  it('a benchmark stops while a round runs, and one that no cache holds does not begin', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 300);
    const line = 'bench tiny-reasoner-nano --prompt 0 --batch 1 --generate 1000000 --rounds 1';
    const stopped = await runInProcess(words(line), { directory, signal: controller.signal });
    expect(stopped.code).toBe(130);
    const large = await runInProcess(words('bench tiny-reasoner-nano --context 1e9'), {
      directory,
    });
    expect(large.code).toBe(2);
    expect(large.stderr).toContain('error bench/too-large: 64 rows of 1000000064 tokens');
  });

  it('an interrupted command is exit code 130, and its last line is the command that goes on', async () => {
    const controller = new AbortController();
    controller.abort();
    const argv = ['quantize', 'tiny-reasoner-nano', '-r', 'rtn:w4', '-o', 'with space'];
    const { code, stderr } = await runInProcess(argv, { directory, signal: controller.signal });
    expect(code).toBe(130);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /thinkbits quantize tiny-reasoner-nano -r rtn:w4 -o 'with space'$/,
    );
  });
});
