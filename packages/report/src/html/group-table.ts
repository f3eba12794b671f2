import { percent, whole } from '../format-figures.js';
import type { StudyPanel } from '../study-panels.js';
import { escapeHtml } from './escape-html.js';

/** Accuracy of every cell by the values of one group, in percent, problems beneath the values. */
export function groupTable(panels: readonly StudyPanel[], group: string): string {
  const rows = panels.flatMap(({ model, rows }) => rows.map((row) => ({ model, row })));
  const values = [...new Set(rows.flatMap(({ row }) => Object.keys(row.by_group[group] ?? {})))];
  values.sort((a, b) => Number(a) - Number(b) || (a < b ? -1 : 1));
  const head = values.map((value) => {
    const counts = rows.flatMap(({ row }) => row.by_group[group]?.[value]?.problems ?? []);
    const [low, high] = [Math.min(...counts), Math.max(...counts)];
    const count = low === high ? whole(low) : `${whole(low)} to ${whole(high)}`;
    return `<th scope="col">${escapeHtml(value)}<span class="range">n ${count}</span></th>`;
  });
  const lines = rows.map(({ model, row }) => {
    const cells = values.map((value) => {
      const cell = row.by_group[group]?.[value];
      return `<td>${cell ? percent(cell.accuracy) : '<span aria-label="none">–</span>'}</td>`;
    });
    const name = `<b>${escapeHtml(row.label)}</b><span class="range">${escapeHtml(model.label)}</span>`;
    return `<tr><th scope="row">${name}</th>${cells.join('')}</tr>`;
  });
  const caption = `Right answers by ${group}, %`;
  return `<div class="scroll" role="region" aria-label="${escapeHtml(caption)}" tabindex="0">
<table><caption>${escapeHtml(caption)}</caption>
<thead><tr><th scope="col">recipe</th>${head.join('')}</tr></thead>
<tbody>${lines.join('\n')}</tbody></table></div>`;
}
