import type { RunSummary } from '@thinkbits/evaluate';
import { formatNumber, formatShare } from './format.js';
import { renderTable } from './table.js';

const orNone = <T>(value: T | null, show: (value: T) => string) =>
  value === null ? '–' : show(value);

/** A run's summary as a table, a line a benchmark. */
export function renderSummary(summary: RunSummary): string {
  const right = 'right' as const;
  const titles = [
    'accuracy',
    '95 % interval',
    'problems',
    'repeats',
    'tokens',
    'cut off',
    'unread',
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
      String(own.errors),
    ]),
  );
}
