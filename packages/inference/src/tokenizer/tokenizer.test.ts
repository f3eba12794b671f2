import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { describe, expect, it } from 'vitest';
import { formatDate } from './format-date.js';
import { Tokenizer } from './tokenizer.js';

const read = (file: string) => JSON.parse(readFileSync(join(tinyReasoner('nano'), file), 'utf8'));

describe('chat templates that print the day', () => {
  // The part of Llama 3.1's template that does.
  const chatTemplate =
    '{%- if not date_string is defined %}{%- if strftime_now is defined %}{%- set date_string = strftime_now("%d %b %Y") %}{%- endif %}{%- endif %}Today Date: {{ date_string }}\n{{ messages[0].content }}';
  const tokenizer = new Tokenizer(read('tokenizer.json'), read('tokenizer_config.json'), {
    chatTemplate,
  });
  const messages = [{ role: 'user', content: 'Hi' }] as const;

  it('are told a fixed one, or the one that is asked for', () => {
    expect(tokenizer.render(messages)).toBe('Today Date: 26 Jul 2024\nHi');
    expect(tokenizer.render(messages, { date: '2025-01-09' })).toBe('Today Date: 09 Jan 2025\nHi');
  });
});

it('formatDate writes what strftime writes', () => {
  // datetime.date(2025, 3, 5).strftime(…)
  expect(formatDate('2025-03-05', '%A, %d %B %Y (%a %b %y-%m) %H:%M:%S 100%%')).toBe(
    'Wednesday, 05 March 2025 (Wed Mar 25-03) 00:00:00 100%',
  );
  expect(formatDate('2025-03-05', '%Q')).toBe('%Q');
});
