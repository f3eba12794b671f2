import type { BenchmarkComparison, Comparison, ScoreComparison } from '@thinkbits/evaluate';
import { formatFigure, formatNumber, formatShare } from './format.js';
import { renderFacts } from './table.js';

const signed = (points: number) => `${points > 0 ? '+' : ''}${points.toFixed(1)}`;
const pValue = (p: number) => (p < 0.001 ? 'below 0.001' : p.toFixed(3));

const signedFigure = (value: number) => `${value > 0 ? '+' : ''}${formatFigure(value)}`;

function describeScore({ a, b, difference, interval95 }: ScoreComparison): string {
  const figure = (value: number | null) => (value === null ? 'not defined' : formatFigure(value));
  const range = interval95 ? ` (95 %: ${interval95.map(signedFigure).join(' to ')})` : '';
  const change = difference === null ? '' : `, difference ${signedFigure(difference)}${range}`;
  return `A ${figure(a)}, B ${figure(b)}${change}`;
}
const shareOrNone = (share: number | null) => (share === null ? '–' : formatShare(share));

function renderBenchmark(name: string, c: BenchmarkComparison): string {
  const [low, high] = c.interval95.map((x) => signed(100 * x));
  const { flips, mcnemar, completion_tokens: tokens } = c;
  const ratio =
    tokens.ratio === null || tokens.ratio_interval95 === null
      ? 'no tokens in A'
      : `× ${tokens.ratio.toFixed(2)} (95 %: ${tokens.ratio_interval95.map((x) => x.toFixed(2)).join(' to ')})`;
  const [low90, high90] = c.equivalence.interval90.map((x) => signed(100 * x));
  const margin = (100 * c.equivalence.margin).toFixed(1);
  return `${name}\n${renderFacts([
    ['  accuracy', `A ${formatShare(c.accuracy.a)}, B ${formatShare(c.accuracy.b)}`],
    [
      '  difference',
      `${signed(100 * c.difference)} points (95 %: ${low} to ${high}), ${c.drop_class}`,
    ],
    [
      '  equivalent',
      `${c.equivalence.equivalent ? 'yes' : 'not shown'} within ±${margin} (90 %: ${low90} to ${high90})`,
    ],
    [
      '  McNemar',
      `A better on ${mcnemar.a_better} problems, B on ${mcnemar.b_better}, p ${pValue(mcnemar.p)} (Holm ${pValue(mcnemar.p_holm)})`,
    ],
    [
      '  flips',
      `right → wrong ${flips.correct_to_wrong}, wrong → right ${flips.wrong_to_correct}, both right ${flips.both_correct}, both wrong ${flips.both_wrong}`,
    ],
    ['  tokens', `A ${formatNumber(tokens.a)}, B ${formatNumber(tokens.b)}, ${ratio}`],
    ['  cut off', `A ${formatShare(c.truncated_share.a)}, B ${formatShare(c.truncated_share.b)}`],
    ['  unread', `A ${formatShare(c.unparsed_share.a)}, B ${formatShare(c.unparsed_share.b)}`],
    ...Object.entries(c.scores ?? {}).map(
      ([score, own]) => [`  ${score}`, describeScore(own)] as const,
    ),
    ...(c.seen_not_chosen_share.a === null && c.seen_not_chosen_share.b === null
      ? []
      : [
          [
            '  seen',
            `right while thinking, of wrong answers: A ${shareOrNone(c.seen_not_chosen_share.a)}, B ${shareOrNone(c.seen_not_chosen_share.b)}`,
          ] as const,
        ]),
    [
      '  pairs',
      `${c.pairs} of ${c.problems} problems × ${c.repeats}; without partner A ${c.unpaired.a}, B ${c.unpaired.b}`,
    ],
  ])}`;
}

/** A comparison for people, a block a benchmark. */
export function renderComparison({ a, b, benchmarks }: Comparison): string {
  const heads = renderFacts([
    ['A', `${a.model.id}  ${a.directory}`],
    ['B', `${b.model.id}  ${b.directory}`],
  ]);
  const blocks = Object.entries(benchmarks).map(([name, own]) => renderBenchmark(name, own));
  return [heads, ...blocks].join('\n');
}
