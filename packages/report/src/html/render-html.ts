import { dropWords } from '../drop-words.js';
import { sampleSize } from '../format-figures.js';
import { howToRead } from '../how-to-read.js';
import { parseStudyResults } from '../parse-study-results.js';
import { slug } from '../plots/panel-spec.js';
import { pageTheme } from '../plots/plot-theme.js';
import { studyFigures } from '../plots/study-figures.js';
import { provenance } from '../provenance.js';
import type { StudyAnswers } from '../study-answers.js';
import { type StudyPanel, studyPanels } from '../study-panels.js';
import type { StudyResults } from '../study-results.js';
import { summarize } from '../summarize.js';
import { type AnswerBrowsers, answerBrowsers } from './answer-browsers.js';
import { answersScript } from './answers-script.js';
import { escapeHtml } from './escape-html.js';
import { figureHtml } from './figure-html.js';
import { groupTable } from './group-table.js';
import { pageScript } from './page-script.js';
import { pageStyle } from './page-style.js';
import { prose } from './prose.js';
import { resultTables } from './result-tables.js';
import { sampleAnswers } from './sample-answers.js';

function band(id: string, title: string, notes: readonly string[], body: string): string {
  const text = notes.map((note) => `<p>${prose(note)}</p>`).join('');
  return `<section class="band" id="${slug(id)}">
<div class="rail"><h2>${escapeHtml(title)}</h2>${text}</div>
<div class="body">${body}</div>
</section>`;
}

/** Base64 of the sha256, as a content security policy wants it. */
async function scriptHash(script: string): Promise<string> {
  const digest = await globalThis.crypto.subtle.digest('SHA-256', new TextEncoder().encode(script));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

function facts(results: StudyResults, panels: readonly StudyPanel[]): string {
  const count = (n: number, one: string, many: string) =>
    `<li><b>${n}</b> ${n === 1 ? one : many}</li>`;
  const sizes = [...new Set(results.rows.map(sampleSize))];
  const titles = [...new Set(panels.map(({ benchmark }) => benchmark.title))];
  const models = new Set(panels.map(({ model }) => model.id)).size;
  const recipes = new Set(results.rows.map(({ recipe }) => recipe)).size;
  return `<ul class="facts">${count(models, 'model', 'models')}${count(recipes, 'recipe', 'recipes')}
<li><b>${escapeHtml(titles.join(', '))}</b></li><li>n = <b>${sizes.join(', ')}</b></li></ul>`;
}

function reading(results: StudyResults): string {
  const sentences = howToRead(results).map((sentence) => `<li>${prose(sentence)}</li>`);
  const classes = Object.entries(dropWords).map(
    ([name, { glyph, word, meaning }]) =>
      `<dt class="verdict ${name}"><span aria-hidden="true">${glyph}</span>${word}</dt><dd>${meaning}</dd>`,
  );
  return `<ul class="notes">${sentences.join('')}</ul><dl class="classes">${classes.join('')}</dl>`;
}

function origin(results: StudyResults): string {
  const lines = provenance(results).map(({ name, value, literal }) => {
    const text = escapeHtml(value);
    return `<dt>${escapeHtml(name)}</dt><dd>${literal ? `<code>${text}</code>` : text}</dd>`;
  });
  return `<dl class="provenance">${lines.join('\n')}</dl>`;
}

/** The parts of a report below its headline, in reading order. */
async function bands(
  results: StudyResults,
  panels: readonly StudyPanel[],
  browsers: AnswerBrowsers,
): Promise<readonly string[]> {
  const figures = studyFigures(results, pageTheme);
  const several = new Set(panels.map(({ benchmark }) => benchmark.id)).size > 1;
  const parts: string[] = [];
  for (const benchmark of results.benchmarks) {
    const own = panels.filter((panel) => panel.benchmark === benchmark);
    if (own.length === 0) continue;
    const where = several ? `: ${benchmark.title}` : '';
    const note = ['Change is against float of the same model, on the same problems.'];
    parts.push(band(`results-${benchmark.id}`, `Results${where}`, note, resultTables(own)));
    const drawn = figures.filter(({ benchmark: id }) => id === benchmark.id);
    for (const figure of drawn) {
      const table =
        figure.group === undefined
          ? ''
          : `<details class="data"><summary>These figures as a table</summary>${groupTable(own, figure.group)}</details>`;
      parts.push(await figureHtml(figure, table));
    }
    const groups = new Set(
      own.flatMap(({ rows }) => rows.flatMap(({ by_group }) => Object.keys(by_group))),
    );
    for (const { group } of drawn) if (group !== undefined) groups.delete(group);
    for (const group of groups) {
      parts.push(
        band(
          `by-${group}-${benchmark.id}`,
          `Accuracy by ${group}${where}`,
          [`Right answers among the problems of each ${group}.`],
          groupTable(own, group),
        ),
      );
    }
  }
  for (const figure of figures) {
    if (figure.benchmark === undefined) parts.push(await figureHtml(figure));
  }
  const samples = sampleAnswers(panels, browsers);
  if (samples !== '' || browsers.notes !== '') {
    const note = [
      'What the figures are made of: a few answers, with what the model thought before it gave them.',
    ];
    const shown = `<div class="samples">${samples}${browsers.notes}</div>`;
    parts.push(band('answers', 'Answers', note, shown));
  }
  parts.push(band('reading', 'How to read this', [], reading(results)));
  parts.push(band('origin', 'How to make it again', [], origin(results)));
  return parts;
}

/** Options of {@link renderHtml}. */
export interface HtmlOptions {
  /** Every answer, packed into the page so that each can be opened; the few of the results alone where absent. */
  readonly answers?: StudyAnswers;
}

/**
 * The study as one HTML file that needs nothing else: no network, no fonts, plots drawn as SVG.
 *
 * All text is escaped, and the page's own policy lets nothing run but its own script: a theme button, and the opening of
 * answers. Without it the page shows all but the packed answers. Equal results give equal bytes.
 * @throws ThinkbitsError `report/results`, `report/inconsistent`
 */
export async function renderHtml(
  input: StudyResults,
  { answers }: HtmlOptions = {},
): Promise<string> {
  const results = parseStudyResults(input);
  const panels = studyPanels(results);
  const [finding, second] = summarize(results);
  const titles = new Map(results.benchmarks.map(({ id, title }) => [id, title]));
  const browsers = await answerBrowsers(answers, titles);
  const script = browsers.blocks === '' ? pageScript : `${pageScript}\n${answersScript}`;
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${await scriptHash(script)}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(results.title)}: ${escapeHtml(finding)}</title>
<style>${pageStyle}</style>
</head>
<body>
<div class="page">
<header class="top"><p>Thinkbits study</p><button id="theme" type="button" hidden></button></header>
<main>
<section class="lede">
<h1>${escapeHtml(results.title)}</h1>
<p class="finding">${prose(finding)}</p>
<p class="second">${prose(second)}</p>
${facts(results, panels)}
</section>
${(await bands(results, panels, browsers)).join('\n')}
</main>
<footer>Made by Thinkbits. The figures on this page are in <code>results.json</code>, beside it.</footer>
</div>
${browsers.blocks}
<script>${script}</script>
</body>
</html>
`;
}
