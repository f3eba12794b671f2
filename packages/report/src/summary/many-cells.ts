import { groupBy } from '../group-by.js';
import {
  isCertainLoss,
  joinWords,
  lossRange,
  otherRecipes,
  pointsLost,
  type SummaryCell,
} from './summary-cell.js';

/** Recipes named in a sentence; the tables have the rest. */
const named = 3;

interface Tally {
  readonly label: string;
  readonly cells: readonly SummaryCell[];
  readonly total: number;
}

/** Recipes by how many of their cells pass, most first. */
function tally(
  cells: readonly SummaryCell[],
  passes: (cell: SummaryCell) => boolean,
): readonly Tally[] {
  return [...groupBy(cells, ({ row }) => row.label)]
    .map(([label, own]) => ({ label, cells: own.filter(passes), total: own.length }))
    .filter((entry) => entry.cells.length > 0)
    .toSorted((a, b) => b.cells.length / b.total - a.cells.length / a.total);
}

/** ` in 3 of 4 cells`; nothing where a recipe has one cell. */
function shareOf({ cells, total }: Tally): string {
  return total === 1 ? '' : ` in ${cells.length} of ${total} cells`;
}

function counted(entries: readonly Tally[]): string {
  const shown = entries.slice(0, named).map((entry) => `${entry.label}${shareOf(entry)}`);
  if (entries.length > named) shown.push(otherRecipes(entries.length - named));
  return joinWords(shown);
}

function worstOf({ cells }: Tally): SummaryCell {
  return cells.reduce((worst, cell) => (cell.drop.points > worst.drop.points ? cell : worst));
}

function certainLosses(entries: readonly Tally[]): string {
  if (entries.length === 0)
    return 'No recipe loses accuracy that these problems can tell from chance.';
  const ordered = entries.toSorted((a, b) => worstOf(b).drop.points - worstOf(a).drop.points);
  const clauses = ordered.slice(0, 2).map((entry, index) => {
    const worst = worstOf(entry);
    const name = index === 0 ? '95 % interval ' : '';
    const loss = `${entry.total === 1 ? '' : `${shareOf(entry)}, at worst`} ${pointsLost(worst)} points`;
    return `${entry.label} loses${loss} on ${worst.subject} (${name}${lossRange(worst)})`;
  });
  const rest = ordered.length - clauses.length;
  if (rest > 0) clauses.push(`${otherRecipes(rest)} ${rest === 1 ? 'loses' : 'lose'} less`);
  return `${clauses.join('; ')}.`;
}

/** Two sentences about many cells, counted by recipe. */
export function summarizeMany(cells: readonly SummaryCell[]): readonly [string, string] {
  const losing = tally(cells, isCertainLoss);
  const lossless = tally(cells, (cell) => !isCertainLoss(cell) && cell.drop.class === 'lossless');
  const undecided = tally(cells, (cell) => !isCertainLoss(cell) && cell.drop.class !== 'lossless');
  const parts = [
    ...(lossless.length > 0 ? [`Lossless, at most 1 point lost: ${counted(lossless)}`] : []),
    ...(undecided.length > 0 ? [`Not told apart from nothing: ${counted(undecided)}`] : []),
  ];
  return [
    certainLosses(losing),
    parts.length > 0 ? `${parts.join('. ')}.` : 'No recipe kept the accuracy of float in any cell.',
  ];
}
