import { percent, whole } from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import { escapeHtml } from './escape-html.js';
import { modelRow } from './model-row.js';

/** Accuracy of every cell by the values of one group, in percent, problems beneath the values. */
export function groupTable(panels: readonly StudyPanel[], group: string): string {
  const rows = panels.flatMap((panel) => panel.rows);
  const values = [...new Set(rows.flatMap((row) => Object.keys(row.by_group[group] ?? {})))];
  values.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  const head = values.map((value) => {
    const counts = rows.flatMap((row) => row.by_group[group]?.[value]?.problems ?? []);
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    const count = low === high ? whole(low) : `${whole(low)} to ${whole(high)}`;
    return `<th scope="col">${escapeHtml(value)}<span class="range">n ${count}</span></th>`;
  });
  const bodies = panels.map((panel) => {
    const lines = panel.rows.map((row) => {
      const cells = values.map((value) => {
        const cell = row.by_group[group]?.[value];
        return `<td>${cell ? percent(cell.accuracy) : '<span aria-label="none">–</span>'}</td>`;
      });
      return `<tr><th scope="row"><b>${escapeHtml(row.label)}</b></th>${cells.join('')}</tr>`;
    });
    return `<tbody>${modelRow(panel.model, values.length + 1)}${lines.join('\n')}</tbody>`;
  });
  const caption = `Right answers by ${group}, %`;
  const width = values.length < 5 ? 'scroll narrow' : 'scroll';
  return `<div class="${width}" role="region" aria-label="${escapeHtml(caption)}" tabindex="0">
<table><caption>${escapeHtml(caption)}</caption>
<thead><tr><th scope="col">recipe</th>${head.join('')}</tr></thead>
${bodies.join('\n')}</table></div>`;
}
