import { percent, percentInterval, sampleSize } from './format-figures.js';
import { parseStudyResults } from './parse-study-results.js';
import { type StudyPanel, studyPanels } from './study-panels.js';
import type { StudyResults, StudyRow } from './study-results.js';
import { summarizeFew } from './summary/few-cells.js';
import { summarizeMany } from './summary/many-cells.js';
import type { SummaryCell } from './summary/summary-cell.js';

/** Up to this many quantized cells are named one by one. */
const few = 6;

/** Where there is nothing to compare, the figure itself. */
function onlyFigure({ model, rows }: StudyPanel): readonly [string, string] {
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
  const panels = studyPanels(parseStudyResults(input));
  const several = new Set(panels.map(({ benchmark }) => benchmark.id)).size > 1;
  const cells = panels.flatMap(({ model, benchmark, rows }) =>
    rows.flatMap((row): SummaryCell[] => {
      const subject = several ? `${model.label} on ${benchmark.title}` : model.label;
      return row.drop ? [{ row, drop: row.drop, subject }] : [];
    }),
  );
  if (cells.length === 0) return onlyFigure(panels[0] as StudyPanel);
  return cells.length <= few ? summarizeFew(cells) : summarizeMany(cells);
}
