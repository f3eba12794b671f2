import type { KeyItem } from '../plots/figure-key.js';
import { slug } from '../plots/panel-spec.js';
import { renderSvg } from '../plots/render-svg.js';
import type { StudyFigure } from '../plots/study-figures.js';
import { escapeHtml } from './escape-html.js';
import { prose } from './prose.js';

/** What the marks of a figure stand for, once for all its panels. */
function keyHtml(items: readonly KeyItem[]): string {
  if (items.length === 0) return '';
  const entries = items.map(({ label, path, color, opacity }) => {
    const faint = opacity === undefined ? '' : ` opacity="${opacity}"`;
    const mark = `<path d="${path}" fill="${color}"${faint}/>`;
    return `<li><svg viewBox="-1.2 -1.2 2.4 2.4" aria-hidden="true">${mark}</svg>${escapeHtml(label)}</li>`;
  });
  return `<ul class="key">${entries.join('')}</ul>`;
}

/** A figure of a report: title and caption in the rail, key and panels beside it. */
export async function figureHtml(figure: StudyFigure, after = ''): Promise<string> {
  const panels: string[] = [];
  for (const panel of figure.panels) {
    const svg = await renderSvg(panel, escapeHtml(panel.description));
    panels.push(`<div class="panel"><h3>${escapeHtml(panel.title)}</h3>${svg}</div>`);
  }
  const { seen, reading } = figure.caption;
  const caption = [
    ...seen.map((sentence) => `<p class="seen">${prose(sentence)}</p>`),
    ...reading.map((sentence) => `<p>${prose(sentence)}</p>`),
  ].join('');
  return `<figure class="band" id="${slug(figure.id)}">
<figcaption class="rail"><h2>${escapeHtml(figure.title)}</h2>${caption}</figcaption>
<div class="body">${keyHtml(figure.key)}<div class="panels">${panels.join('\n')}</div>${after}</div>
</figure>`;
}
