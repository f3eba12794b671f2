import { expect, test } from 'vitest';
import { quickstart, withRows } from './__fixtures__/studies.js';
import { renderMarkdown } from './render-markdown.js';
import { summarize } from './summarize.js';

test('has the finding, a row a cell, and the command that makes it again', () => {
  const text = renderMarkdown(quickstart);
  for (const sentence of summarize(quickstart)) expect(text).toContain(sentence);
  expect(text).toContain(
    '| micro | KV2 | 110 | 0.0 | 0.0 to 3.4 | −90.0 | −95.5 to −83.6 | ▼ risky |',
  );
  expect(text).toContain(quickstart.created_from.command);
  const rows = text.split('\n').filter((line) => /^\| (?:nano|micro) /.test(line));
  expect(rows).toHaveLength(quickstart.rows.length);
});

test('names cannot break the table or smuggle in HTML', () => {
  const odd = withRows((row, index) => (index === 1 ? { ...row, label: 'a|b\n<script>`' } : row));
  const line = renderMarkdown(odd)
    .split('\n')
    .find((text) => text.startsWith('| nano | a'));
  expect(line).toContain('a\\|b &lt;script&gt;\\`');
  expect(line?.replaceAll('\\|', '').split('|')).toHaveLength(14);
});
