import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@thinkbits/checkpoint/node';
import type { StudyAnswers } from '@thinkbits/report';
import type { JsonSchema } from '@thinkbits/spec';
import { parseJson, validate } from '@thinkbits/validation';
import { shownOf } from './pick-samples.js';
import { benchmarkOf, type StudyContext } from './study-context.js';

/** What a study asked, by benchmark and problem, where it may be printed. */
export type Questions = StudyAnswers['questions'];

const file = 'questions.json';

const schema: JsonSchema = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: { type: 'string' } },
};

/**
 * Keeps what was asked beside the runs, which hold no questions, so that a report can be drawn anew: of benchmarks whose licence
 * lets them be printed, and never of confidential ones.
 */
export async function writeQuestions(context: StudyContext): Promise<Questions> {
  const questions: { [benchmark: string]: { [problem: string]: string } } = {};
  for (const run of context.runs) {
    const loaded = benchmarkOf(context, run);
    const { benchmark, problems } = loaded;
    const { questions: texts } = shownOf(loaded, false);
    if (texts.size === 0) continue;
    const asked = problems.problems.slice(0, run.limit);
    const own = asked.flatMap(({ id }) => (texts.has(id) ? [[id, texts.get(id) as string]] : []));
    questions[benchmark.id] = { ...questions[benchmark.id], ...Object.fromEntries(own) };
  }
  await writeFileAtomic(join(context.directory, file), `${JSON.stringify(questions)}\n`);
  return questions;
}

/**
 * What {@link writeQuestions} kept; nothing where a study kept none.
 * @throws ThinkbitsError where the file is damaged
 */
export async function readQuestions(directory: string): Promise<Questions> {
  const path = join(directory, file);
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? {} : validate<Questions>(schema, parseJson(text, path), path);
}
