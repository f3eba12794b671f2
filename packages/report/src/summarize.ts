import { change, changeInterval, fixed, percent, percentInterval, sampleSize } from './format-figures.js';
import { groupBy } from './group-by.js';
import { parseStudyResults } from './parse-study-results.js';
import { type StudyPanel, studyPanels } from './study-panels.js';
import type { Interval, StudyDrop, StudyResults, StudyRow } from './study-results.js';

interface Cell {
  readonly row: StudyRow;
  readonly drop: StudyDrop;
  /** `nano`, or `nano on chain` where there are several benchmarks. */
  readonly subject: string;
}

/** Decimals that an interval can bear: none once it is wider than four points. */
function places([low, high]: Interval): number {
  return high - low >= 4 ? 0 : 1;
}

function points({ drop }: Cell): string {
  return fixed(drop.points, places(drop.interval95));
}

function range({ drop }: Cell): string {
  const digits = places(drop.interval95);
  return `${fixed(drop.interval95[0], digits)} to ${fixed(drop.interval95[1], digits)}`;
}

function join(parts: readonly string[], word = 'and'): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${word} ${parts.at(-1)}`;
}

function others(count: number): string {
  return count === 1 ? '1 other recipe' : `${count} other recipes`;
}

/** Losses that chance does not explain: the two largest of up to three subjects, by name. */
function certainLosses(certain: readonly Cell[]): string {
  const subjects = [...groupBy(certain, ({ subject }) => subject)];
  const clauses = subjects.slice(0, 3).map(([subject, cells], index) => {
    const [worst, next, ...rest] = cells.toSorted((a, b) => b.drop.points - a.drop.points);
    const name = index === 0 ? '95 % interval ' : '';
    const parts = [worst && `${points(worst)} points at ${worst.row.label} (${name}${range(worst)})`];
    if (next) parts.push(`${points(next)} at ${next.row.label} (${range(next)})`);
    if (rest.length > 0) parts.push(`some at ${others(rest.length)}`);
    return `${subject} loses ${join(parts.filter((part) => part !== undefined))}`;
  });
  const hidden = subjects.slice(3).reduce((sum, [, cells]) => sum + cells.length, 0);
  if (hidden > 0) clauses.push(`${hidden} more ${hidden === 1 ? 'cell loses' : 'cells lose'} as well`);
  return `${clauses.join('; ')}.`;
}

/** Cells whose interval holds zero and is too wide to call them lossless. */
function undecidedCells(undecided: readonly Cell[]): string {
  const shown = undecided.toSorted((a, b) => b.drop.points - a.drop.points).slice(0, 2);
  const named = shown.map((cell) => {
    const digits = places(cell.drop.interval95);
    const moved = change(cell.drop.points, digits);
    return `${cell.row.label}'s ${moved} on ${cell.subject} (${changeInterval(cell.drop.interval95, digits)})`;
  });
  const rest = undecided.length - shown.length;
  if (rest > 0) named.push(`the change of ${others(rest)}`);
  const sizes = [...new Set(undecided.map(({ row }) => sampleSize(row)))];
  const verb = named.length === 1 ? 'is' : 'are';
  const n = sizes.length === 1 ? ` at n = ${sizes[0]}` : '';
  return `${join(named)} ${verb} not told apart from nothing${n}`;
}

function heldCells(held: readonly Cell[]): string {
  const shown = held.slice(0, 3).map(({ row, subject }) => `${row.label} on ${subject}`);
  if (held.length > 3) shown.push(others(held.length - 3));
  return `${join(shown)} ${held.length === 1 ? 'is' : 'are'} lossless: at most 1 point lost`;
}

/** What the first line leaves out: what is not told apart, what is lossless, or what cost least. */
function remaining(cells: readonly Cell[], certain: readonly Cell[]): string {
  const rest = cells.filter((cell) => !certain.includes(cell));
  const held = rest.filter(({ drop }) => drop.class === 'lossless');
  const undecided = rest.filter((cell) => !held.includes(cell));
  const parts = [
    ...(undecided.length > 0 ? [undecidedCells(undecided)] : []),
    ...(held.length > 0 ? [heldCells(held)] : []),
  ];
  if (parts.length > 0) return `${parts.join('; ')}.`;
  const mildest = certain.toSorted((a, b) => a.drop.points - b.drop.points)[0];
  return mildest && certain.length > 1
    ? `No recipe kept the accuracy of float: the mildest, ${mildest.row.label} on ${mildest.subject}, ` +
        `still costs ${points(mildest)} points (${range(mildest)}).`
    : 'Chance does not explain this loss: the whole interval lies on the side of worse.';
}

/** Where there is nothing to compare, the figure itself. */
function baselineOnly({ model, rows }: StudyPanel): readonly [string, string] {
  const row = rows[0] as StudyRow;
  return [
    `${model.label} (${row.label}) answers ${percent(row.accuracy)} % of ${sampleSize(row)} problems right ` +
      `(95 % interval ${percentInterval(row.interval95)}).`,
    'Nothing was compared with float, so this says nothing about what quantization costs.',
  ];
}

/**
 * Two sentences that say what the figures mean, from the paired intervals alone: a loss is called one only where
 * its 95 % interval excludes zero, and what is not told apart from nothing is named as that.
 * @throws ThinkbitsError `report/results`, `report/inconsistent`
 */
export function summarize(input: StudyResults): readonly [string, string] {
  const results = parseStudyResults(input);
  const panels = studyPanels(results);
  const several = new Set(panels.map(({ benchmark }) => benchmark.id)).size > 1;
  const cells = panels.flatMap(({ model, benchmark, rows }) =>
    rows.flatMap((row): Cell[] => {
      const subject = several ? `${model.label} on ${benchmark.title}` : model.label;
      return row.drop ? [{ row, drop: row.drop, subject }] : [];
    }),
  );
  if (cells.length === 0) return baselineOnly(panels[0] as StudyPanel);
  const certain = cells.filter(({ drop }) => drop.interval95[0] > 0);
  const first =
    certain.length > 0
      ? certainLosses(certain)
      : 'No recipe loses accuracy that these problems can tell from chance.';
  return [first, remaining(cells, certain)];
}
