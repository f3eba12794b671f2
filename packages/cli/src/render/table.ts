/** A column of a {@link renderTable}. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Rows under aligned headings, two spaces between columns. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
): string {
  const widths = columns.map((column, i) =>
    Math.max(column.title.length, ...rows.map((row) => (row[i] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? '';
        const width = widths[i] as number;
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd();
  return `${[columns.map((c) => c.title), widths.map((w) => '-'.repeat(w)), ...rows]
    .map(line)
    .join('\n')}\n`;
}

/** `name  value` lines. */
export function renderFacts(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(...facts.map(([name]) => name.length));
  return facts.map(([name, value]) => `${name.padEnd(width)}  ${value}\n`).join('');
}
