import { whole } from '../format-figures.js';
import type { StudyModel } from '../study-results.js';
import { escapeHtml } from './escape-html.js';

/** The heading of a model's rows in a table. */
export function modelRow({ label, parameters }: StudyModel, columns: number): string {
  const size = parameters === undefined ? '' : `<small>${whole(parameters)} parameters</small>`;
  return `<tr class="group"><th scope="rowgroup" colspan="${columns}"><b>${escapeHtml(label)}</b>${size}</th></tr>`;
}
