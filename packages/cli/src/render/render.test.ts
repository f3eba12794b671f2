import { type Progress, startRun } from '@thinkbits/spec';
import { describe, expect, it } from 'vitest';
import { answerWriter } from './answer-writer.js';
import { formatBytes, formatDuration, formatNumber } from './format.js';
import { followRun, type ProgressOptions } from './progress.js';
import { styleOf } from './style.js';
import { renderTable } from './table.js';

function screen(isTTY: boolean) {
  const output = {
    isTTY,
    columns: 90,
    text: '',
    write: (text: string) => {
      output.text += text;
    },
  };
  return output;
}

/** Follows a run whose events come at given seconds. */
async function show(
  events: readonly (readonly [seconds: number, event: Progress])[],
  output: ReturnType<typeof screen>,
  verbosity: ProgressOptions['verbosity'] = 'normal',
) {
  let time = 0;
  const run = startRun<string>(async (emit) => {
    for (const [seconds, event] of events) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      time = seconds;
      emit(event);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    return 'done';
  });
  expect(await followRun(run, 'work', { output, verbosity, now: () => time })).toBe('done');
  return output.text;
}

const advance = (done: number, total = 1000): Progress => ({
  type: 'advance',
  done,
  total,
  unit: 'layers',
});
const plan: Progress = { type: 'plan', label: 'work', total: 1000, unit: 'layers' };

describe('progress', () => {
  it('draws at most ten times a second on a terminal, with rate and time left', async () => {
    const events = Array.from({ length: 500 }, (_, i) => [i / 500, advance(i + 1)] as const);
    const text = await show([[0, plan], ...events], screen(true));
    const drawings = text.split('\r').slice(1);
    expect(drawings.length).toBeLessThanOrEqual(12);
    expect(drawings.at(-1)).toMatch(
      /^work {2}\[#+-+\] {2}500\/1000 layers {2}\d+ layers\/s {2}0:01 left/,
    );
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is a line every ten seconds elsewhere, without control characters', async () => {
    const events = Array.from({ length: 30 }, (_, i) => [i, advance(i + 1)] as const);
    const text = await show([[0, plan], ...events], screen(false));
    expect(text.trimEnd().split('\n')).toHaveLength(2);
    expect(text.includes('\r') || text.includes('\x1b')).toBe(false);
  });

  it('does not count what an earlier run had finished as its own speed', async () => {
    const text = await show(
      [
        [0, plan],
        [0, advance(900)],
        [20, advance(920)],
      ],
      screen(false),
    );
    expect(text).toContain('1 layers/s');
  });

  it('keeps warnings on lines of their own, and says nothing when quiet', async () => {
    const issue: Progress = {
      type: 'issue',
      issue: { severity: 'warning', code: 'a/b', message: 'Careful.' },
    };
    expect(
      await show(
        [
          [0, advance(1)],
          [1, issue],
        ],
        screen(true),
      ),
    ).toContain('\r\x1b[Kwarning a/b: Careful.\n');
    expect(
      await show(
        [
          [0, advance(1)],
          [1, issue],
        ],
        screen(true),
        'quiet',
      ),
    ).toBe('');
  });
});

describe('answers', () => {
  const write = (environment: Record<string, string>, isTTY: boolean) => {
    const output = screen(isTTY);
    const writer = answerWriter(output, styleOf(output, environment));
    for (const delta of ['\n2 + 2', ' = 4', '.\n']) writer.write({ kind: 'thinking', delta });
    for (const delta of ['\n\n', 'The answer', ' is\n', '4.', '\n'])
      writer.write({ kind: 'text', delta });
    writer.close();
    return output.text;
  };

  it('part thinking and text by an empty line', () => {
    expect(write({}, false)).toBe('2 + 2 = 4.\n\nThe answer is\n4.\n');
  });

  it('dim the thinking on a terminal, unless NO_COLOR', () => {
    expect(write({}, true)).toContain('\x1b[2m2 + 2\x1b[22m');
    expect(write({ NO_COLOR: '1' }, true)).not.toContain('\x1b');
  });
});

describe('figures', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [999_600, '1 MB'],
    [1_234_567, '1.23 MB'],
    [16e9, '16 GB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
  it.each([
    [7, '0:07'],
    [754, '12:34'],
    [12_345, '3:25:45'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
  it.each([
    [0.12345, '0.123'],
    [12.345, '12.3'],
    [1234.5, '1235'],
  ])('%d is %s', (value, text) => expect(formatNumber(value)).toBe(text));

  it('stand in columns', () => {
    const table = renderTable(
      [{ title: 'name' }, { title: 'n', align: 'right' }],
      [
        ['a', '10'],
        ['longer', '9'],
      ],
    );
    expect(table).toBe('name     n\n------  --\na       10\nlonger   9\n');
  });
});
