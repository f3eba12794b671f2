import { expect, test } from 'vitest';
import { oneCell, quickstart, thirtyCells, withRows } from './__fixtures__/studies.js';
import { change, percent, percentInterval } from './format-figures.js';
import { renderTable } from './render-table.js';
import { displayWidth } from './terminal-text.js';

const escapeCode = '\u001b';

test('every cell has a line with its figures', () => {
  const lines = renderTable(quickstart, { width: 200 }).split('\n');
  for (const row of quickstart.rows) {
    const line = lines.find(
      (text) => text.includes(` ${row.label} `) && text.includes(percent(row.accuracy)),
    );
    expect(line).toContain(percentInterval(row.interval95));
    if (row.drop) {
      expect(line).toContain(change(row.drop.points));
      expect(line).toContain(row.drop.class);
    }
  }
});

test('reads like this', () => {
  const text = renderTable(quickstart, { width: 90 });
  expect(text.split('\n').slice(0, 7)).toEqual([
    'Quickstart: chain arithmetic',
    '',
    'model  recipe    n  right, %  95 % interval  change  paired interval  verdict',
    '────────────────────────────────────────────────────────────────────────────────────',
    'nano   float   110      75.5   66.6 to 82.5       –                –  –',
    '       W4      110      70.0   60.9 to 77.8    −5.5    −11.8 to +0.9  ? undetermined',
    '       W3      110      34.5   26.3 to 43.8   −40.9   −50.9 to −31.8  ▼ risky',
  ]);
  expect(text).toContain('Left out at this width: tokens, packed, held, tokens/s.');
});

test.each([74, 80, 100, 120, 160])('fits %i columns', (width) => {
  const lines = renderTable(thirtyCells(), { width }).split('\n');
  expect(Math.max(...lines.map(displayWidth))).toBeLessThanOrEqual(width);
});

test('nothing is left out without being named', () => {
  expect(renderTable(quickstart, { width: 200 })).not.toContain('Left out');
});

test('perplexities have a column a text, and a dash where a row has none', () => {
  const measured = withRows((row, index) =>
    index === 1 ? { ...row, perplexity: { traces: 1.23456, 'wiki text': 1234.5 } } : row,
  );
  const lines = renderTable(measured, { width: 200 }).split('\n');
  expect(lines[2]).toMatch(/ppl, traces +ppl, wiki text/);
  expect(lines[4]).toMatch(/– +– +3\.68 MB/);
  expect(lines[5]).toMatch(/1\.235 +1\u202f235 +1\.02 MB/);
});

test('scores have a column each, but for those of single subjects', () => {
  const scored = withRows((row, index) =>
    index === 1
      ? {
          ...row,
          scores: {
            mr_score: { value: 0.2105, interval95: [0.1, 0.3] as const },
            mcc: { value: -0.04, interval95: null },
            'mr_score.math': { value: null, interval95: null },
          },
        }
      : row,
  );
  const lines = renderTable(scored, { width: 200 }).split('\n');
  expect(lines[2]).toMatch(/mr score +mcc/);
  expect(lines[2]).not.toContain('math');
  expect(lines.join('\n')).not.toContain('Left out');
  expect(lines[4]).toMatch(/– +– +3\.68 MB/);
  expect(lines[5]).toMatch(/0\.21\d +−0\.040 +1\.02 MB/);
});

test('colour is off unless asked for, and does not move anything', () => {
  const plain = renderTable(quickstart);
  expect(plain).not.toContain(escapeCode);
  const colored = renderTable(quickstart, { color: true });
  expect(colored).toContain(escapeCode);
  const bare = colored.replace(new RegExp(`${escapeCode}\\[\\d*m`, 'g'), '');
  expect(bare.split('\n').map((line) => line.trimEnd())).toEqual(plain.split('\n'));
});

test('names cannot act on the terminal, and wide ones keep the columns in line', () => {
  const odd = withRows((row, index) =>
    index === 1 ? { ...row, label: `量子${escapeCode}[2J\n` } : row,
  );
  const lines = renderTable(odd, { width: 200 }).split('\n');
  expect(lines.join('')).not.toContain(escapeCode);
  const rows = lines.filter((line) => line.includes('110'));
  expect(rows).toHaveLength(6);
  const column = (line: string) => displayWidth(line.slice(0, line.indexOf(' 110 ')));
  expect(new Set(rows.map(column)).size).toBe(1);
});

test('stands with one cell, and with accuracies of 0 and 100', () => {
  expect(renderTable(oneCell)).toContain('75.5');
  const ends = withRows((row, index) =>
    index === 0
      ? { ...row, accuracy: 1, interval95: [0.966, 1] }
      : index === 5
        ? { ...row, accuracy: 0 }
        : row,
  );
  const text = renderTable(ends);
  expect(text).toMatch(/float +110 +100\.0 +96\.6 to 100\.0/);
  expect(text).toMatch(/KV2 +110 +0\.0 +0\.0 to 3\.4/);
});
