import type { RecipeMark } from '../plots/recipe-marks.js';
import { markColor, shapes } from '../plots/recipe-marks.js';
import { pageTheme } from '../plots/plot-theme.js';
import { renderSvg } from '../plots/render-svg.js';
import type { StudyFigure } from '../plots/study-figures.js';
import { escapeHtml } from './escape-html.js';

/** What the marks of a figure stand for, once for all its panels. */
function keyHtml(labels: readonly string[], marks: ReadonlyMap<string, RecipeMark>): string {
  if (labels.length < 2) return '';
  const items = labels.map((label) => {
    const mark = marks.get(label);
    const path = `<path d="${shapes[mark?.shape ?? 0]}" fill="${markColor(mark, pageTheme)}"/>`;
    return `<li><svg viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">${path}</svg>${escapeHtml(label)}</li>`;
  });
  return `<ul class="key">${items.join('')}</ul>`;
}

/** A figure of a report: title and caption in the rail, key and panels beside it. */
export async function figureHtml(
  figure: StudyFigure,
  marks: ReadonlyMap<string, RecipeMark>,
  after = '',
): Promise<string> {
  const panels: string[] = [];
  for (const panel of figure.panels) {
    const svg = await renderSvg(panel, escapeHtml(panel.description));
    panels.push(`<div class="panel"><h3>${escapeHtml(panel.title)}</h3>${svg}</div>`);
  }
  const caption = figure.caption.map((sentence) => `<p>${escapeHtml(sentence)}</p>`).join('');
  return `<figure class="band" id="${escapeHtml(figure.id)}">
<figcaption class="rail"><h2>${escapeHtml(figure.title)}</h2>${caption}</figcaption>
<div class="body">${keyHtml(figure.key, marks)}<div class="panels">${panels.join('\n')}</div>${after}</div>
</figure>`;
}
