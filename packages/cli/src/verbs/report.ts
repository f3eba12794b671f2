import { dirname, join, resolve } from 'node:path';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import type { StudyResults } from '@thinkbits/report';
import { parseJson } from '@thinkbits/validation';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { text } from '../options/values.js';
import { renderFacts } from '../render/table.js';
import { readText } from '../resolve/read-text.js';
import { openSession } from '../session.js';

interface ReportOptions extends SharedOptions {
  readonly output: string;
}

/** `thinkbits report DIR -o report.html`: draws the results of a study anew. */
export function reportVerb(host: Host): Command {
  const command = defineVerb({
    name: 'report',
    summary: 'write one self-contained HTML file of a study',
    detail:
      'Reads DIR/results.json, and from DIR/runs the answers, which the page lets a reader open; writes the page, and report.md and results.json beside it.',
    examples: ['thinkbits report thinkbits-runs/quickstart -o report.html'],
  }).argument('<dir>', 'a study directory');
  addOption(command, '-o, --output <path>', 'the HTML file to write', text, { required: true });
  return command.action(async (studyDirectory: string, options: ReportOptions) => {
    const session = openSession(host, options);
    const source = join(studyDirectory, 'results.json');
    const content = await readText(source, host.directory, {
      code: 'report/no-results',
      what: 'file',
      help: 'Name the directory of a study; thinkbits study writes results.json when it is done.',
    });
    const { parseStudyResults, renderHtml, renderMarkdown } = await import('@thinkbits/report');
    const results: StudyResults = parseStudyResults(parseJson(content, source));
    const page = resolve(host.directory, options.output);
    const study = resolve(host.directory, studyDirectory);
    const { collectAnswers } = await import('../study/collect-answers.js');
    const { readQuestions } = await import('../study/study-questions.js');
    const collected = await collectAnswers(study, results, await readQuestions(study));
    if (collected.missing.length > 0) {
      session.note(
        `warning report/no-answers: the page has a few answers alone of ${collected.missing.join('; ')}: their runs are not in ${studyDirectory}, or hold other answers by now.`,
      );
    }
    const { answers } = collected;
    const folder = dirname(page);
    const files = {
      html: page,
      markdown: join(folder, 'report.md'),
      results: join(folder, 'results.json'),
    };
    await writeFileAtomic(files.html, await renderHtml(results, { answers }));
    await writeFileAtomic(files.markdown, renderMarkdown(results));
    if (files.results !== resolve(host.directory, source)) {
      await writeFileAtomic(files.results, content);
    }
    session.result(files, renderFacts(Object.entries(files)));
  });
}
