import { dropWords } from './drop-words.js';
import { howToRead } from './how-to-read.js';
import { parseStudyResults } from './parse-study-results.js';
import { provenance } from './provenance.js';
import { studyPanels } from './study-panels.js';
import type { StudyResults } from './study-results.js';
import { summarize } from './summarize.js';
import { tableColumns } from './table-columns.js';

/** Text that Markdown shows as it is: on one line, no markup, no HTML, no cell border. */
function plain(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_[\]|#~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

/**
 * The study as Markdown: what it found, a table for each benchmark, how to read it, and how to make it again.
 * @throws ThinkbitsError `report/results`, `report/inconsistent`
 */
export function renderMarkdown(input: StudyResults): string {
  const results = parseStudyResults(input);
  const panels = studyPanels(results);
  const lines = [
    `# ${plain(results.title)}`,
    '',
    ...summarize(results).flatMap((sentence) => [plain(sentence), '']),
  ];
  for (const benchmark of results.benchmarks) {
    const own = panels.filter((panel) => panel.benchmark === benchmark);
    if (own.length === 0) continue;
    const columns = tableColumns(own.flatMap(({ rows }) => rows));
    lines.push(`## ${plain(benchmark.title)}`, '');
    lines.push(`| model | ${columns.map(({ title }) => title).join(' | ')} |`);
    lines.push(
      `| --- | ${columns.map(({ align }) => (align === 'right' ? '--:' : '---')).join(' | ')} |`,
    );
    for (const { model, rows } of own) {
      for (const row of rows) {
        lines.push(
          `| ${[model.label, ...columns.map(({ text }) => text(row))].map(plain).join(' | ')} |`,
        );
      }
    }
    lines.push('');
  }
  lines.push(
    '## How to read this',
    '',
    ...howToRead(results).map((sentence) => `- ${plain(sentence)}`),
    '',
  );
  for (const { glyph, word, meaning } of Object.values(dropWords))
    lines.push(`- ${glyph} **${word}**: ${meaning}.`);
  lines.push('', '## How to make it again', '');
  for (const { name, value } of provenance(results))
    lines.push(`- ${plain(name)}: ${plain(value)}`);
  return `${lines.join('\n')}\n`;
}
