import { expect, test } from 'vitest';
import { abridge } from './abridge.js';
import { escapeHtml } from './escape-html.js';

test('escapes what could leave text or an attribute, and replaces what HTML forbids', () => {
  expect(escapeHtml(`<a href="x" title='y'>&`)).toBe(
    '&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;',
  );
  expect(escapeHtml('a\u0000b\u001bc\ud800d\n')).toBe('a\ufffdb\ufffdc\ufffdd\n');
  expect(escapeHtml('😀')).toBe('😀');
});

test('a long text keeps its ends and says how much is missing', () => {
  expect(abridge('abcdef', 6)).toBe('abcdef');
  expect(abridge('abcdefgh', 4)).toBe('ab\n\n[… 4 characters left out …]\n\ngh');
  expect(abridge('😀'.repeat(5), 2)).toBe('😀\n\n[… 3 characters left out …]\n\n😀');
});
