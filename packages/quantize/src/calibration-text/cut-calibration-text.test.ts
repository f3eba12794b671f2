import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CalibrationSpec } from '@thinkbits/spec';
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
const spec = (changes: Partial<CalibrationSpec>): CalibrationSpec => ({
  samples: 4,
  length: 5,
  seed: 0,
  sampling: 'windows',
  ...changes,
});
const texts = (...list: string[]): CalibrationEntry[] =>
  list.map((text) => ({ kind: 'text', text }));
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

  it('reach the first and the last token, and depend on the seed alone', () => {
    const entries = texts('abcdefghi');
    const cut = (changes: Partial<CalibrationSpec>) =>
      cutCalibrationText(entries, tokenizer, spec(changes));
    const many = cut({ samples: 300 });
    const seen = new Set(many.windows.map(written));
    expect([...seen].sort()).toEqual(['^abcd', 'abcde', 'bcdef', 'cdefg', 'defgh', 'efghi']);
    expect(many.tokens).toBe(1500);
    expect(cut({ samples: 300 })).toEqual(many);
    expect(cut({ seed: 1, samples: 300 }).hash).not.toBe(many.hash);
  });

  it('hold whole generations: nothing of an answer is lost', () => {
    const entries: CalibrationEntry[] = [{ kind: 'trace', question: 'q', answer: 'think. answer' }];
    const { windows } = cutCalibrationText(entries, tokenizer, spec({ samples: 1, length: 16 }));
    expect(written(windows[0])).toBe('<q:think. answer');
  });

  it('do not fit a shorter text', () => {
    expect(() => cutCalibrationText(texts('abc'), tokenizer, spec({}))).toThrow(
      /has 4 tokens.*takes 5/,
    );
  });
});

describe('traces', () => {
  it('are taken whole, cut at the length, chosen by seed and kept in order', () => {
    const entries = Array.from(
      { length: 20 },
      (_, i): CalibrationEntry => ({
        kind: 'trace',
        question: String.fromCharCode(97 + i),
        answer: i % 2 === 0 ? 'x' : 'yyyyyyy',
      }),
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
    const mixed = [...texts('a'), { kind: 'trace', question: 'q', answer: 'a' } as const];
    expect(() => cutCalibrationText(mixed, tokenizer, spec({}))).toThrow(/plain texts and traces/);
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
      { kind: 'trace', question: 'q', answer: 'think' },
      { kind: 'trace', question: 'r', answer: 'so on' },
    ]);
    expect(await readCalibrationFile(await file('wiki.txt', ' = A =\n\n b\n'))).toEqual(
      texts(' = A =\n\n b\n'),
    );
  });

  it.each([
    ['rows.jsonl', '{"text":"a"}\n{"prompt":"q"}', 'calibration/bad-row', /line 2.*prompt/],
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
