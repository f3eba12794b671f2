import { change, changeInterval, sampleSize } from '../format-figures.js';
import { groupBy } from '../group-by.js';
import {
  isCertainLoss,
  joinWords,
  lossRange,
  otherRecipes,
  places,
  pointsLost,
  type SummaryCell,
} from './summary-cell.js';

/** Losses that chance does not explain, the two largest of each subject by name. */
function certainLosses(certain: readonly SummaryCell[]): string {
  if (certain.length === 0)
    return 'No recipe loses accuracy that these problems can tell from chance.';
  const clauses = [...groupBy(certain, ({ subject }) => subject)].map(([subject, cells], index) => {
    const [worst, next, ...rest] = cells.toSorted((a, b) => b.drop.points - a.drop.points);
    const name = index === 0 ? '95 % interval ' : '';
    const parts = worst
      ? [`${pointsLost(worst)} points at ${worst.row.label} (${name}${lossRange(worst)})`]
      : [];
    if (next) parts.push(`${pointsLost(next)} at ${next.row.label} (${lossRange(next)})`);
    if (rest.length > 0) parts.push(`less at ${otherRecipes(rest.length)}`);
    return `${subject} loses ${joinWords(parts)}`;
  });
  return `${clauses.join('; ')}.`;
}

/** Cells whose interval holds zero and is too wide to call them lossless. */
function undecidedCells(cells: readonly SummaryCell[]): string {
  const shown = cells.toSorted((a, b) => b.drop.points - a.drop.points).slice(0, 2);
  const named = shown.map(({ row, drop, subject }) => {
    const digits = places(drop.interval95);
    return `${row.label}'s ${change(drop.points, digits)} on ${subject} (${changeInterval(drop.interval95, digits)})`;
  });
  const rest = cells.length - shown.length;
  if (rest > 0) named.push(`the change of ${otherRecipes(rest)}`);
  const sizes = [...new Set(cells.map(({ row }) => sampleSize(row)))];
  const n = sizes.length === 1 ? ` at n = ${sizes[0]}` : '';
  return `${joinWords(named)} ${named.length === 1 ? 'is' : 'are'} not told apart from nothing${n}`;
}

function losslessCells(cells: readonly SummaryCell[]): string {
  const shown = cells.slice(0, 3).map(({ row, subject }) => `${row.label} on ${subject}`);
  if (cells.length > 3) shown.push(otherRecipes(cells.length - 3));
  return `${joinWords(shown)} ${cells.length === 1 ? 'is' : 'are'} lossless, at most 1 point lost`;
}

function mildest(certain: readonly SummaryCell[]): string {
  const cell = certain.toSorted((a, b) => a.drop.points - b.drop.points)[0];
  return cell && certain.length > 1
    ? `No recipe kept the accuracy of float: the mildest, ${cell.row.label} on ${cell.subject}, ` +
        `still costs ${pointsLost(cell)} points (${lossRange(cell)}).`
    : 'Chance does not explain this loss: the whole interval lies on the side of worse.';
}

/** Two sentences about a handful of cells, each of them by name where it matters. */
export function summarizeFew(cells: readonly SummaryCell[]): readonly [string, string] {
  const certain = cells.filter(isCertainLoss);
  const rest = cells.filter((cell) => !isCertainLoss(cell));
  const lossless = rest.filter(({ drop }) => drop.class === 'lossless');
  const undecided = rest.filter((cell) => !lossless.includes(cell));
  const parts = [
    ...(undecided.length > 0 ? [undecidedCells(undecided)] : []),
    ...(lossless.length > 0 ? [losslessCells(lossless)] : []),
  ];
  return [certainLosses(certain), parts.length > 0 ? `${parts.join('; ')}.` : mildest(certain)];
}
