import { bytes, whole } from '../format-figures.js';
import type { CellAnswers, StudyAnswer, StudyAnswers } from '../study-answers.js';
import type { StudyRow } from '../study-results.js';
import { abridge } from './abridge.js';
import { escapeHtml } from './escape-html.js';
import { packBlock } from './pack-block.js';

/** What a page carries so that every answer can be opened; empty texts where a study gives no answers. */
export interface AnswerBrowsers {
  /** How many answers a cell has; undefined where only a few are known. */
  countOf(row: StudyRow): number | undefined;
  /** What stands below the few answers of a cell: what was left out, and the button that the script brings to life. */
  of(row: StudyRow): string;
  /** What stands below all cells. */
  readonly notes: string;
  /** Answers and questions, packed: the script unpacks what a reader opens. */
  readonly blocks: string;
}

const keyOf = ({ model, recipe, benchmark }: Pick<StudyRow, 'model' | 'recipe' | 'benchmark'>) =>
  JSON.stringify([model, recipe, benchmark]);

/** Verdicts are listed for all, so nothing that was read or expected may be as long as an answer. */
function listed(answer: StudyAnswer): StudyAnswer {
  const { extracted, expected, reason } = answer;
  return {
    ...answer,
    extracted: extracted === null ? null : abridge(extracted, 120),
    expected: abridge(expected, 120),
    reason: abridge(reason, 400),
  };
}

function browser({ run, answers, benchmark }: CellAnswers, index: number, room: number): string {
  const complete = answers.filter(({ text }) => text !== undefined).length;
  const cut =
    complete === answers.length
      ? ''
      : `<p class="cut">This file has the texts of ${whole(complete)} of ${whole(answers.length)} answers here (${bytes(room)} of text
for all cells together): as far as there is room those that flipped against float, then those cut off, wrong, right. Of the rest it has the verdicts; in the
folder of the study, <code>thinkbits samples ${escapeHtml(run)} --full</code> shows all.</p>`;
  return `${cut}<div class="browser" data-cell="cell-${index}" data-questions="questions-${escapeHtml(benchmark)}" data-run="${escapeHtml(run)}" hidden><button type="button" aria-expanded="false">All ${whole(answers.length)} answers</button></div>`;
}

const block = async (id: string, value: unknown) =>
  `<script type="text/plain" id="${escapeHtml(id)}">${await packBlock(value)}</script>`;

/**
 * The parts of a page that let every answer of a study be opened.
 * @param titles of the benchmarks, by id
 */
export async function answerBrowsers(
  answers: StudyAnswers | undefined,
  titles: ReadonlyMap<string, string>,
): Promise<AnswerBrowsers> {
  const { cells = [], questions = {}, withheld = [], text_bytes: room = 0 } = answers ?? {};
  const byRow = new Map(cells.map((cell, index) => [keyOf(cell), { cell, index }]));
  const blocks: string[] = [];
  for (const [index, cell] of cells.entries()) {
    blocks.push(await block(`cell-${index}`, cell.answers.map(listed)));
  }
  for (const [benchmark, asked] of Object.entries(questions)) {
    if (cells.some((cell) => cell.benchmark === benchmark)) {
      blocks.push(await block(`questions-${benchmark}`, asked));
    }
  }
  const notes = withheld.map((benchmark) => {
    const title = escapeHtml(titles.get(benchmark) ?? benchmark);
    return `<p class="cut">All answers to ${title} are left out of this file: they must not be published.</p>`;
  });
  if (cells.length > 0) {
    notes.push(
      '<noscript><p class="cut">The rest of the answers is in this file too, packed: with JavaScript switched on they can be opened here.</p></noscript>',
    );
  }
  return {
    countOf: (row) => byRow.get(keyOf(row))?.cell.answers.length,
    of(row) {
      const found = byRow.get(keyOf(row));
      return found ? browser(found.cell, found.index, room) : '';
    },
    notes: notes.join('\n'),
    blocks: blocks.join('\n'),
  };
}
