import { parseStudyResults } from './parse-study-results.js';
import { type StudyPanel, studyPanels } from './study-panels.js';
import type { DropClass, StudyResults, StudyRow } from './study-results.js';
import { type TableColumn, tableColumns } from './table-columns.js';
import { displayWidth, fitWidth, plainText } from './terminal-text.js';

/** Options of {@link renderTable}. */
export interface RenderTableOptions {
  /** ANSI colours; default false. */
  readonly color?: boolean;
  /** Columns of the terminal; default 120. Columns that do not fit are left out, and named below the table. */
  readonly width?: number;
}

const reset = '\u001b[0m';
const styles = { bold: '\u001b[1m', dim: '\u001b[2m' };
/** Blue, yellow and magenta stay apart for most colour-blind readers; the glyph says it anyway. */
const classStyle: { readonly [name in DropClass]: string } = {
  lossless: '\u001b[34m',
  fair: '\u001b[33m',
  risky: '\u001b[35m',
  undetermined: '',
};
const gap = '  ';

interface Layout {
  readonly columns: readonly TableColumn[];
  readonly widths: readonly number[];
}

function layout(columns: readonly TableColumn[], rows: readonly StudyRow[]): Layout {
  const widths = columns.map((column) =>
    Math.max(
      displayWidth(column.title),
      ...rows.map((row) => displayWidth(plainText(column.text(row)))),
    ),
  );
  return { columns, widths };
}

function total({ widths }: Layout): number {
  return widths.reduce((sum, width) => sum + width + gap.length, 0);
}

/** Drops the most dispensable columns, those on the right first, until the table fits. */
function fit(rows: readonly StudyRow[], available: number): Layout {
  let columns = [...tableColumns(rows)];
  let fitted = layout(columns, rows);
  for (;;) {
    const most = Math.max(...columns.map(({ dispensable }) => dispensable));
    if (total(fitted) <= available || most === 0) return fitted;
    const victim = columns.findLastIndex(({ dispensable }) => dispensable === most);
    columns = columns.filter((_, index) => index !== victim);
    fitted = layout(columns, rows);
  }
}

/**
 * The table of a study for a terminal: a block for each benchmark, aligned, one line a cell, float first.
 *
 * Names are cleaned of control characters, so that nothing in them acts on the terminal.
 * @throws ThinkbitsError `report/results`, `report/inconsistent`
 */
export function renderTable(input: StudyResults, options: RenderTableOptions = {}): string {
  const { color = false, width = 120 } = options;
  const results = parseStudyResults(input);
  const paint = (style: string, text: string) =>
    color && style !== '' ? style + text + reset : text;
  const panels = studyPanels(results);
  const rows = panels.flatMap((panel) => panel.rows);
  const name = (panel: StudyPanel) => plainText(panel.model.label);
  const modelWidth = Math.max(5, ...panels.map((panel) => Math.min(24, displayWidth(name(panel)))));
  const { columns, widths } = fit(rows, width - modelWidth);

  const line = (first: string, cells: readonly string[]) =>
    [fitWidth(first, modelWidth), ...cells].join(gap).trimEnd();
  const pad = (text: string, index: number) =>
    fitWidth(text, widths[index] ?? 0, columns[index]?.align);
  const header = line(
    'model',
    columns.map(({ title }, index) => pad(title, index)),
  );
  const rule = '─'.repeat(modelWidth + total({ columns, widths }));
  const body = (row: StudyRow, first: string) =>
    line(
      first,
      columns.map((column, index) => {
        const text = pad(plainText(column.text(row)), index);
        return column.title === 'verdict' && row.drop
          ? paint(classStyle[row.drop.class], text)
          : text;
      }),
    );

  const lines: string[] = [];
  for (const benchmark of results.benchmarks) {
    const own = panels.filter((panel) => panel.benchmark === benchmark);
    if (own.length === 0) continue;
    if (lines.length > 0) lines.push('');
    lines.push(paint(styles.bold, plainText(`${results.title}: ${benchmark.title}`)));
    lines.push('', paint(styles.dim, header), paint(styles.dim, rule));
    own.forEach((panel, index) => {
      if (index > 0) lines.push('');
      panel.rows.forEach((row, position) => {
        lines.push(body(row, position === 0 ? name(panel) : ''));
      });
    });
  }
  const shown = new Set(columns.map(({ title }) => title));
  const missing = tableColumns(rows).filter(({ title }) => !shown.has(title));
  if (missing.length > 0) {
    const names = missing.map(({ title }) => title).join(', ');
    lines.push('', paint(styles.dim, `Left out at this width: ${names}.`));
  }
  return `${lines.join('\n')}\n`;
}
