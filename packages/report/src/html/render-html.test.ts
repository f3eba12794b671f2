import { beforeAll, describe, expect, test } from 'vitest';
import { oneCell, quickstart, thirtyCells, withRows } from '../__fixtures__/studies.js';
import { change, changeInterval, percent, percentInterval } from '../format-figures.js';
import { summarize } from '../summarize.js';
import { renderHtml } from './render-html.js';

const voidTags = new Set(['meta', 'br', 'link', 'img', 'input', 'hr']);

/** Tags that are opened and never closed, or the reverse; text and attributes are skipped over. */
function unbalanced(html: string): readonly string[] {
  const body = html.replace(/<(style|script)>[\s\S]*?<\/\1>/g, '').replace(/<!doctype html>/, '');
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing, name = '', , selfClosing] of body.matchAll(
    /<(\/?)([a-z0-9]+)((?: [a-zA-Z-]+(?:="[^"]*")?)*)\s*(\/?)>/gi,
  )) {
    if (closing) {
      if (open.pop() !== name) wrong.push(name);
    } else if (!selfClosing && !voidTags.has(name)) open.push(name);
  }
  return [...wrong, ...open];
}

/** Text as a reader sees it. */
function visible(html: string): string {
  return html
    .replace(/<(style|script)>[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .replace(/&#39;/g, "'");
}

describe('a small study', () => {
  let html = '';
  beforeAll(async () => {
    html = await renderHtml(quickstart);
  });

  test('refers to nothing outside itself', () => {
    expect(html).not.toMatch(
      /https?:|url\(|@import|<(?:link|img|iframe|object|embed)\b|\bsrc=|\bhref=/i,
    );
    expect(html).toContain("default-src 'none'");
  });

  test('the policy admits the one script that is there', async () => {
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
      ([, text]) => text ?? '',
    );
    expect(scripts).toHaveLength(1);
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(scripts[0]));
    expect(html).toContain(`script-src 'sha256-${Buffer.from(digest).toString('base64')}'`);
  });

  test('every tag is closed in order, and no id is given twice', () => {
    expect(unbalanced(html)).toEqual([]);
    const ids = [...html.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('says what it found, first', () => {
    const text = visible(html);
    const [finding, second] = summarize(quickstart).map((line) =>
      line.replace(/[\s\u202f]+/g, ' '),
    ) as [string, string];
    expect(text.replaceAll(' %', '%')).toContain(finding.replaceAll(' %', '%'));
    expect(text).toContain(second);
  });

  test('every row is there with its figures', () => {
    const rows = [...html.matchAll(/<tr><th scope="row">[\s\S]*?<\/tr>/g)].map(([row]) =>
      visible(row),
    );
    for (const row of quickstart.rows) {
      const line = rows.find(
        (text) => text.includes(row.label) && text.includes(percentInterval(row.interval95)),
      );
      expect(line).toContain(percent(row.accuracy));
      if (!row.drop) continue;
      expect(line).toContain(change(row.drop.points));
      expect(line).toContain(changeInterval(row.drop.interval95));
      expect(line).toContain(row.drop.class);
    }
  });

  test('every plot has a name, and every data column a scope', () => {
    const plots = html.match(/<svg\b[^>]*>/g) ?? [];
    expect(plots.length).toBeGreaterThan(10);
    for (const plot of plots) expect(plot).toMatch(/aria-label="[^"]{20,}"|aria-hidden="true"/);
    expect(html.match(/<th(?! scope=)[^e>][^>]*>|<th>/g)).toBeNull();
  });

  test('plots take their colours from the page, so that both themes can be read', () => {
    const colors = [...html.matchAll(/<svg viewBox[\s\S]*?<\/svg>/g)].flatMap(([svg]) =>
      [...svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map(([, color]) => color),
    );
    expect(colors.length).toBeGreaterThan(100);
    expect(colors.filter((color) => color !== 'none' && !color?.startsWith('var(--'))).toEqual([]);
    const defined = new Set(html.match(/--[a-z0-9]+(?=:)/g));
    for (const color of colors)
      if (color !== 'none') expect(defined).toContain(color?.slice(4, -1));
  });

  test('equal results give equal bytes', async () => {
    expect(await renderHtml(structuredClone(quickstart))).toBe(html);
  });
});

test('names and answers are shown, not run', async () => {
  const attack = `</pre><script>alert(1)</script>"' onload="alert(2) \u0000\u202e\ud800`;
  const html = await renderHtml({
    ...withRows((row) => ({
      ...row,
      label: row.label === 'W4' ? `W4${attack}` : row.label,
      by_group: {
        [`kind${attack}`]: { [attack]: { accuracy: 0.5, problems: 10 } },
        steps: row.by_group.steps ?? {},
      },
      samples: [
        {
          problem: attack,
          question: attack,
          expected: attack,
          extracted: attack,
          correct: false,
          finish_reason: 'stop',
          completion_tokens: 1,
          thinking: attack,
          text: attack,
        },
      ],
    })),
    title: attack,
    models: quickstart.models.map((model) => ({ ...model, label: model.label + attack })),
    benchmarks: quickstart.benchmarks.map((benchmark) => ({ ...benchmark, title: attack })),
    created_from: { command: attack },
  });
  expect(html.match(/<script/g)).toHaveLength(1);
  // Inside a tag it could only stand in a quoted value.
  for (const [tag] of html.matchAll(/<[a-z](?:[^>"]|"[^"]*")*>/g)) {
    expect(tag.replace(/"[^"]*"/g, '')).not.toContain('onload');
  }
  expect(html).not.toContain('\u0000');
  expect(html).not.toMatch(/\p{Surrogate}/u);
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(unbalanced(html)).toEqual([]);
});

test('answers that may not be shown are counted and named, not shown', async () => {
  const html = await renderHtml(
    withRows((row) => ({
      ...row,
      scores: { mcc: { value: -0.25, interval95: [-0.5, 0.125] as const } },
      samples: [
        {
          problem: 'rec1',
          expected: 'B',
          extracted: 'C',
          correct: false,
          finish_reason: 'stop' as const,
          completion_tokens: 9,
          thinking: '',
          text: '',
          withheld: true as const,
        },
      ],
    })),
  );
  expect(html).toContain('does not allow its questions to be published');
  expect(html).toContain('<bdi>rec1</bdi>');
  expect(html).not.toContain('<dt>Answer</dt>');
  expect(html).toContain('−0.250<span class="range">−0.500 to 0.125</span>');
  expect(unbalanced(html)).toEqual([]);
});

test('thirty cells with long answers stay below 1.5 MB, and cut text is announced', async () => {
  const html = await renderHtml(thirtyCells());
  expect(new TextEncoder().encode(html).length).toBeLessThan(1_500_000);
  expect(html).toContain('characters left out');
  expect(html).toContain('(4 of 6)');
  expect(unbalanced(html)).toEqual([]);
  expect(html.match(/<tr><th scope="row">/g)?.length).toBeGreaterThanOrEqual(2 * 30);
});

test('stands with one cell, without groups, memory, quantiles or answers', async () => {
  expect(unbalanced(await renderHtml(oneCell))).toEqual([]);
  const bare = withRows(({ token_quantiles, samples, run_hash, ...row }) => ({
    ...row,
    by_group: {},
    memory: null,
    tokens_per_second: null,
    tokens_when_right: null,
    tokens_when_wrong: null,
  }));
  const html = await renderHtml(bare);
  expect(unbalanced(html)).toEqual([]);
  expect(html).not.toMatch(/NaN|undefined|Infinity/);
  expect(html).not.toContain('id="memory"');
});

test('draws accuracies of 0 and 100', async () => {
  const html = await renderHtml(
    withRows((row) => ({
      ...row,
      accuracy: row.drop ? 0 : 1,
      interval95: row.drop ? [0, 0.034] : [0.966, 1],
      drop: row.drop ? { points: 100, interval95: [100, 100], class: 'risky' } : null,
    })),
  );
  expect(visible(html)).toContain('−100.0 to −100.0');
  expect(html).not.toMatch(/NaN|Infinity/);
});

test('refuses what is no number', async () => {
  const broken = withRows((row) => ({ ...row, accuracy: Number.NaN }));
  await expect(renderHtml(broken)).rejects.toMatchObject({ code: 'report/results' });
});
