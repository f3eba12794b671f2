import { dropWords } from './drop-words.js';
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
  scoreTitle,
  speed,
  whole,
} from './format-figures.js';
import type { StudyRow } from './study-results.js';

/** A column of the terminal and Markdown tables. */
export interface TableColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
  /** The higher, the sooner it goes where a terminal is narrow; 0 stays. */
  readonly dispensable: number;
  readonly text: (row: StudyRow) => string;
}

const none = '–';

function orNone<T>(value: T | null | undefined, text: (value: T) => string): string {
  return value === null || value === undefined ? none : text(value);
}

function accuracy(row: StudyRow): string {
  const spread = orNone(row.std_over_repeats, (std) => ` ±${percent(std)}`);
  return percent(row.accuracy) + (spread === none ? '' : spread);
}

/** The texts whose perplexity rows give, in the order in which they appear. */
export function perplexityTexts(rows: readonly StudyRow[]): readonly string[] {
  return [...new Set(rows.flatMap(({ perplexity }) => Object.keys(perplexity ?? {})))];
}

/** The scores that rows give beside accuracy, in the order in which they appear; those of single subjects are left to results.json. */
export function scoreNames(rows: readonly StudyRow[]): readonly string[] {
  const names = rows.flatMap(({ scores }) => Object.keys(scores ?? {}));
  return [...new Set(names)].filter((name) => !name.includes('.'));
}

const scoreColumn = (name: string): TableColumn => ({
  title: scoreTitle(name),
  align: 'right',
  dispensable: 2,
  text: (row) => orNone(row.scores?.[name]?.value, score),
});

const perplexityColumn = (text: string): TableColumn => ({
  title: `ppl, ${text}`,
  align: 'right',
  dispensable: 5,
  text: (row) => orNone(row.perplexity?.[text], perplexity),
});

/** All columns but the model, in the order in which they are read. */
export function tableColumns(rows: readonly StudyRow[]): readonly TableColumn[] {
  const [before, after] = [columns.slice(0, -3), columns.slice(-3)];
  return [
    ...before,
    ...scoreNames(rows).map(scoreColumn),
    ...perplexityTexts(rows).map(perplexityColumn),
    ...after,
  ];
}

const columns: readonly TableColumn[] = [
  { title: 'recipe', align: 'left', dispensable: 0, text: (row) => row.label },
  { title: 'n', align: 'right', dispensable: 3, text: sampleSize },
  { title: 'right, %', align: 'right', dispensable: 0, text: accuracy },
  {
    title: '95 % interval',
    align: 'right',
    dispensable: 4,
    text: (row) => percentInterval(row.interval95),
  },
  {
    title: 'change',
    align: 'right',
    dispensable: 0,
    text: ({ drop }) => orNone(drop, ({ points }) => change(points)),
  },
  {
    title: 'paired interval',
    align: 'right',
    dispensable: 0,
    text: ({ drop }) => orNone(drop, ({ interval95 }) => changeInterval(interval95)),
  },
  {
    title: 'verdict',
    align: 'left',
    dispensable: 0,
    text: ({ drop }) =>
      orNone(drop, (d) => `${dropWords[d.class].glyph} ${dropWords[d.class].word}`),
  },
  {
    title: 'tokens',
    align: 'right',
    dispensable: 5,
    text: (row) =>
      whole(row.mean_completion_tokens) +
      orNone(row.tokens_ratio, (r) => ` ${ratio(r)}`).replace(none, ''),
  },
  {
    title: 'packed',
    align: 'right',
    dispensable: 6,
    text: ({ memory }) => orNone(memory, ({ weights_packed_bytes }) => bytes(weights_packed_bytes)),
  },
  {
    title: 'held',
    align: 'right',
    dispensable: 6,
    text: ({ memory }) => orNone(memory, ({ weights_held_bytes }) => bytes(weights_held_bytes)),
  },
  {
    title: 'tokens/s',
    align: 'right',
    dispensable: 7,
    text: ({ tokens_per_second }) => orNone(tokens_per_second, speed),
  },
];
