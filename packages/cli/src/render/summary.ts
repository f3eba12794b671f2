import type { RunSummary, ShareEstimate } from '@thinkbits/evaluate';
import { formatFigure, formatNumber, formatShare } from './format.js';
import { renderTable } from './table.js';

const orNone = <T>(value: T | null, show: (value: T) => string) =>
  value === null ? '–' : show(value);

/** Figures that are no accuracy, a line each: `mr-ben  mcc  0.312  0.2 to 0.41`. */
function renderScores(summary: RunSummary): string {
  const rows = Object.entries(summary).flatMap(([benchmark, { scores = {} }]) =>
    Object.entries(scores).map(([name, { value, interval95 }]) => [
      benchmark,
      name,
      orNone(value, formatFigure),
      orNone(interval95, ([low, high]) => `${formatFigure(low)} to ${formatFigure(high)}`),
    ]),
  );
  if (rows.length === 0) return '';
  const columns = [
    { title: 'benchmark' },
    { title: 'score' },
    { title: 'value', align: 'right' as const },
    { title: '95 % interval', align: 'right' as const },
  ];
  return `\n${renderTable(columns, rows)}`;
}

/** A run's summary as a table, a line a benchmark; below it what several answers a problem would reach, and what scorers sum up. */
export function renderSummary(summary: RunSummary): string {
  return renderBenchmarks(summary) + renderRepeats(summary) + renderScores(summary);
}

function renderRepeats(summary: RunSummary): string {
  const right = 'right' as const;
  const estimate = ({ share, interval95 }: ShareEstimate) =>
    `${formatShare(share)} (${interval95.map(formatShare).join(' to ')})`;
  const rows = Object.entries(summary).flatMap(([benchmark, { over_repeats: repeats }]) =>
    repeats.map(({ k, pass, majority }) => [
      benchmark,
      String(k),
      estimate(pass),
      estimate(majority),
    ]),
  );
  if (rows.length === 0) return '';
  const columns = [
    { title: 'benchmark' },
    { title: 'k', align: right },
    { title: 'pass@k', align: right },
    { title: 'majority@k', align: right },
  ];
  return `\n${renderTable(columns, rows)}`;
}

function renderBenchmarks(summary: RunSummary): string {
  const right = 'right' as const;
  const titles = [
    'accuracy',
    '95 % interval',
    'problems',
    'repeats',
    'tokens',
    'cut off',
    'unread',
    'seen',
    'errors',
  ];
  return renderTable(
    [{ title: 'benchmark' }, ...titles.map((title) => ({ title, align: right }))],
    Object.entries(summary).map(([benchmark, own]) => [
      benchmark,
      orNone(own.accuracy, formatShare),
      orNone(own.interval95, ([low, high]) => `${formatShare(low)} to ${formatShare(high)}`),
      String(own.problems),
      String(own.repeats),
      orNone(own.mean_completion_tokens, formatNumber),
      orNone(own.truncated_share, formatShare),
      orNone(own.unparsed_share, formatShare),
      orNone(own.seen_not_chosen_share, formatShare),
      String(own.errors),
    ]),
  );
}
