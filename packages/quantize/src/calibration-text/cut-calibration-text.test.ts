import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../__fixtures__/directories.js';
import type { CalibrationEntry } from './calibration-entry.js';
import { type CalibrationTokenizer, cutCalibrationText } from './cut-calibration-text.js';
import { readCalibrationFile } from './read-calibration-file.js';

/** One id a character; 1 begins plain text, `<` spells 2. */
const tokenizer: CalibrationTokenizer = {
  encode: (text) => [1, ...tokenizer.encodeRendered(text)],
  encodeRendered: (text) =>
    Array.from(text, (letter) => (letter === '<' ? 2 : letter.charCodeAt(0))),
  render: ([message]) => `<${message?.content}:`,
};
const spec = (changes: Partial<Settings>): Settings => ({
  samples: 4,
  length: 5,
  seed: 0,
  sampling: 'windows',
  ...changes,
});
type Settings = Parameters<typeof cutCalibrationText>[2];
const texts = (...list: string[]): CalibrationEntry[] =>
  list.map((text) => ({ kind: 'text', text }));
const trace = (question: string, answer: string): CalibrationEntry => ({
  kind: 'trace',
  prompt: [{ role: 'user', content: question }],
  answer,
});
const written = (ids: Int32Array | undefined) =>
  String.fromCharCode(...(ids ?? []).map((id) => (id === 2 ? 60 : id === 1 ? 94 : id)));

describe('windows', () => {
  it('run over the ends of texts, which are joined and begin once', () => {
    const { windows } = cutCalibrationText(
      texts('ab', 'c'),
      tokenizer,
      spec({ samples: 50, length: 6 }),
    );
    expect(windows).toHaveLength(50);
    expect(windows.every((ids) => written(ids) === '^ab\n\nc')).toBe(true);
  });

  it('start where the study’s do, and depend on the seed alone', () => {
    const entries = texts('abcdefghi');
    const cut = (changes: Partial<Settings>) =>
      cutCalibrationText(entries, tokenizer, spec(changes));
    const many = cut({ samples: 300 });
    const seen = new Set(many.windows.map(written));
    expect([...seen].sort()).toEqual(['^abcd', 'abcde', 'bcdef', 'cdefg', 'defgh']);
    expect(many.tokens).toBe(1500);
    expect(cut({ samples: 300 })).toEqual(many);
    expect(cut({ seed: 1, samples: 300 }).hash).not.toBe(many.hash);
  });

  it('hold whole generations: nothing of an answer is lost', () => {
    const entries: CalibrationEntry[] = [trace('q', 'think. answer')];
    const { windows } = cutCalibrationText(entries, tokenizer, spec({ samples: 1, length: 16 }));
    expect(written(windows[0])).toBe('<q:think. answer');
  });

  it('are those that the study draws from a text of that length', () => {
    // random.seed(0); [random.randint(0, 27951) for _ in range(4)]
    const counting: CalibrationTokenizer = {
      ...tokenizer,
      encode: () => Array.from({ length: 27957 }, (_, index) => index),
    };
    const { windows } = cutCalibrationText(texts('a'), counting, spec({}));
    expect(windows.map((ids) => ids[0])).toEqual([27670, 12623, 24836, 13781]);
    expect(windows.every((ids) => ids.length === 5)).toBe(true);
  });

  it('begin an answer once where prompt and answer both tell its marker', () => {
    const thinking = { ...tokenizer, render: () => 'q<think>\n' };
    const cut = (answer: string) =>
      cutCalibrationText([trace('q', answer)], thinking, spec({ samples: 1, length: 11 }));
    expect(cut('<think>\nso').hash).toBe(cut('so').hash);
    expect(written(cut('so').windows[0])).toBe('q<think>\nso');
    const asked: CalibrationEntry = { kind: 'trace', prompt: '<s>ask', answer: 'reply' };
    const whole = cutCalibrationText([asked], tokenizer, spec({ samples: 1, length: 11 }));
    expect(written(whole.windows[0])).toBe('<s>askreply');
  });

  it('do not fit a shorter text', () => {
    expect(() => cutCalibrationText(texts('abc'), tokenizer, spec({}))).toThrow(
      /has 4 tokens.*takes 5/,
    );
  });
});

describe('traces', () => {
  it('are taken whole, cut at the length, chosen by seed and kept in order', () => {
    const entries = Array.from({ length: 20 }, (_, i) =>
      trace(String.fromCharCode(97 + i), i % 2 === 0 ? 'x' : 'yyyyyyy'),
    );
    const { windows } = cutCalibrationText(
      entries,
      tokenizer,
      spec({ sampling: 'traces', samples: 8 }),
    );
    const found = windows.map(written);
    expect(found).toHaveLength(8);
    expect(found).toEqual([...found].sort());
    for (const trace of found) expect(trace).toMatch(/^<.:(x|yy)$/);
    const all = cutCalibrationText(entries, tokenizer, spec({ sampling: 'traces', samples: 99 }));
    expect(all.windows).toHaveLength(20);
  });

  it('are not mixed with plain texts', () => {
    const mixed = [...texts('a'), trace('q', 'a')];
    expect(() => cutCalibrationText(mixed, tokenizer, spec({}))).toThrow(/plain texts and traces/);
  });
});

describe('documents', () => {
  const entries = texts('a', 'abcd', 'abcdefghij');
  const asked = spec({ sampling: 'documents', samples: 60 });

  it('give a window each, from those that are long enough', () => {
    const { windows } = cutCalibrationText(entries, tokenizer, asked);
    const found = [...new Set(windows.map(written))].sort();
    expect(found).toEqual(['^abcd', 'abcde', 'bcdef', 'cdefg', 'defgh', 'efghi']);
  });

  it('that are all too short say how long they are', () => {
    expect(() => cutCalibrationText(entries.slice(0, 1), tokenizer, asked)).toThrow(
      /longest .* has 2 tokens.*takes 5/,
    );
  });
});

describe('blocks', () => {
  const asked = spec({ sampling: 'blocks', samples: 4, seed: 42 });

  it('are cut from shuffled texts that are not longer than a block', () => {
    // default_rng(42).permutation(10) begins 5, 6, 0, 7: of these text 6 is too long, and text 0 empty
    const entries = texts('  ', 'b', 'c', 'd', 'e', ' f ', 'ggggggg', 'h', 'i', 'j');
    const { windows } = cutCalibrationText(entries, tokenizer, asked);
    expect(windows.map(written)).toEqual(['^f^h^']); // 5, 7, 3, 2: eight tokens, the rest dropped
  });

  it('that cannot be filled are an error', () => {
    expect(() => cutCalibrationText(texts('ab'), tokenizer, asked)).toThrow(
      /1 calibration texts .* have 3 together.*takes 5/,
    );
  });
});

describe('files', () => {
  const file = async (name: string, content: string) => {
    const path = join(await temporaryDirectory(), name);
    await writeFile(path, content);
    return path;
  };

  it('hold texts, traces with their whole generation, or one plain text', async () => {
    const rows = ['{"text":"a"}', '', '{"text":"b","other":1}'].join('\n');
    expect(await readCalibrationFile(await file('texts.jsonl', rows))).toEqual(texts('a', 'b'));
    const traces =
      '{"question":"q","generated_text":"think"}\n{"question":"r","generated_text":["so ","on"]}';
    expect(await readCalibrationFile(await file('traces.jsonl', traces))).toEqual([
      trace('q', 'think'),
      trace('r', 'so on'),
    ]);
    const study = '[{"full_prompt":"<s>q","generated_text":"think","gold":["1"]}]';
    expect(await readCalibrationFile(await file('study.json', study))).toEqual([
      { kind: 'trace', prompt: '<s>q', answer: 'think' },
    ]);
    const system = { role: 'system', content: 'short' };
    const long = JSON.stringify({ messages: [system], generated_text: 'x' });
    expect(await readCalibrationFile(await file('long.jsonl', long))).toEqual([
      { kind: 'trace', prompt: [system], answer: 'x' },
    ]);
    expect(await readCalibrationFile(await file('wiki.txt', ' = A =\n\n b\n'))).toEqual(
      texts(' = A =\n\n b\n'),
    );
  });

  it.each([
    ['rows.jsonl', '{"text":"a"}\n{"prompt":"q"}', 'calibration/bad-row', /line 2.*prompt/],
    ['rows.jsonl', '{"messages":[],"generated_text":"x"}', 'calibration/bad-row', /line 1/],
    ['rows.jsonl', '{"question":"q","generated_text":""}', 'calibration/bad-row', /line 1/],
    ['rows.jsonl', '{"text":', 'json/syntax', /rows\.jsonl/],
    ['empty.txt', ' \n', 'calibration/empty', /empty\.txt/],
  ])('%s with %j is refused', async (name, content, code, message) => {
    await expect(readCalibrationFile(await file(name, content))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('that are not there are refused', async () => {
    await expect(readCalibrationFile('nowhere.txt')).rejects.toMatchObject({
      code: 'calibration/no-file',
    });
  });
});
