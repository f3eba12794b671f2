import { dropWords } from '../drop-words.js';
import {
  bytes,
  change,
  changeInterval,
  percent,
  percentInterval,
  perplexity,
  ratio,
  sampleSize,
  score,
  scoreInterval,
  scoreTitle,
  speed,
  whole,
} from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import type { StudyRow } from '../study-results.js';
import { perplexityTexts, scoreNames } from '../table-columns.js';
import { escapeHtml } from './escape-html.js';
import { modelRow } from './model-row.js';

/** Stands where there is nothing to say, and says so to those who listen. */
const none = '<span aria-label="none">–</span>';

/** A figure and what is said of it below, smaller. */
function figure(main: string, below = ''): string {
  return below === '' ? main : `${main}<span class="range">${below}</span>`;
}

interface Column {
  readonly title: string;
  /** What stands below, smaller. */
  readonly below?: string;
  readonly left?: boolean;
  readonly cell: (row: StudyRow) => string;
}

const resultColumns: readonly Column[] = [
  {
    title: 'right, %',
    below: '95 % interval',
    cell: (row) => {
      const spread = row.std_over_repeats === null ? '' : ` ±${percent(row.std_over_repeats)}`;
      return figure(
        `<span class="big">${percent(row.accuracy)}</span>${spread}`,
        percentInterval(row.interval95),
      );
    },
  },
  {
    title: 'change, points',
    below: 'paired interval',
    cell: ({ drop }) =>
      drop
        ? figure(`<span class="big">${change(drop.points)}</span>`, changeInterval(drop.interval95))
        : none,
  },
  {
    title: 'verdict',
    left: true,
    cell: ({ drop }) => {
      if (!drop) return none;
      const { glyph, word } = dropWords[drop.class];
      return `<span class="verdict ${drop.class}"><span aria-hidden="true">${glyph}</span>${word}</span>`;
    },
  },
  {
    title: 'right to wrong',
    below: 'wrong to right',
    cell: ({ flips }) =>
      flips ? figure(whole(flips.right_to_wrong), whole(flips.wrong_to_right)) : none,
  },
  { title: 'n', cell: sampleSize },
];

const costColumns: readonly Column[] = [
  {
    title: 'tokens',
    below: 'of float',
    cell: (row) =>
      figure(
        whole(row.mean_completion_tokens),
        row.tokens_ratio === null ? '' : ratio(row.tokens_ratio),
      ),
  },
  {
    title: 'when right',
    below: 'when wrong',
    cell: ({ tokens_when_right: right, tokens_when_wrong: wrong }) =>
      figure(right === null ? none : whole(right), wrong === null ? none : whole(wrong)),
  },
  {
    title: 'cut off, %',
    below: 'unreadable, %',
    cell: (row) => figure(percent(row.truncated_share), percent(row.unparsed_share)),
  },
  {
    title: 'weights packed',
    below: 'held',
    cell: ({ memory }) =>
      memory ? figure(bytes(memory.weights_packed_bytes), bytes(memory.weights_held_bytes)) : none,
  },
  {
    title: 'cache a token',
    below: 'held',
    cell: ({ memory }) =>
      memory?.kv_bytes_per_token
        ? figure(bytes(memory.kv_bytes_per_token.packed), bytes(memory.kv_bytes_per_token.held))
        : none,
  },
  {
    title: 'tokens/s',
    cell: ({ tokens_per_second: rate }) => (rate === null ? none : speed(rate)),
  },
];

function table(caption: string, panels: readonly StudyPanel[], columns: readonly Column[]): string {
  const side = ({ left }: Column) => (left ? ' class="left"' : '');
  const head = columns.map(
    (column) => `<th scope="col"${side(column)}>${figure(column.title, column.below)}</th>`,
  );
  const bodies = panels.map(({ model, rows }) => {
    const lines = rows.map((row) => {
      const repeats = row.recipe === 'none' || row.recipe === row.label;
      const recipe = repeats ? '' : escapeHtml(row.recipe);
      const cells = columns.map((column) => `<td${side(column)}>${column.cell(row)}</td>`).join('');
      return `<tr><th scope="row">${figure(`<b>${escapeHtml(row.label)}</b>`, recipe)}</th>${cells}</tr>`;
    });
    return `<tbody>${modelRow(model, columns.length + 1)}${lines.join('\n')}</tbody>`;
  });
  return `<div class="scroll" role="region" aria-label="${escapeHtml(caption)}" tabindex="0">
<table><caption>${escapeHtml(caption)}</caption>
<thead><tr><th scope="col">recipe</th>${head.join('')}</tr></thead>
${bodies.join('\n')}</table></div>`;
}

const scoreColumn = (name: string): Column => ({
  title: escapeHtml(scoreTitle(name)),
  below: '95 % interval',
  cell: ({ scores }) => {
    const { value = null, interval95 = null } = scores?.[name] ?? {};
    return value === null
      ? none
      : figure(score(value), interval95 ? scoreInterval(interval95) : '');
  },
});

const perplexityColumn = (text: string): Column => ({
  title: 'perplexity',
  below: escapeHtml(text),
  cell: (row) => {
    const value = row.perplexity?.[text];
    return value === undefined ? none : perplexity(value);
  },
});

/** Two tables of the panels of one benchmark: what they got right, and what it took. */
export function resultTables(panels: readonly StudyPanel[]): string {
  const rows = panels.flatMap((panel) => panel.rows);
  return [
    table('What they get right', panels, [
      ...resultColumns,
      ...scoreNames(rows).map(scoreColumn),
      ...perplexityTexts(rows).map(perplexityColumn),
    ]),
    table('What it takes', panels, costColumns),
  ].join('\n');
}
