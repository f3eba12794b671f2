import { createHash } from 'node:crypto';
import type { Benchmark } from '@thinkbits/spec';
import { askForBoxedAnswer, defineBenchmark, studyDefaults } from '@thinkbits/validation';

/** The sets that people report: each year has 30 problems. */
export const aimeSets = {
  'aime-90': { title: 'AIME 2022 to 2024', years: [2022, 2023, 2024] },
  'aime-2025': { title: 'AIME 2025', years: [2025] },
  'aime-120': { title: 'AIME 2022 to 2025', years: [2022, 2023, 2024, 2025] },
} as const;

/** One of {@link aimeSets}. */
export type AimeSet = keyof typeof aimeSets;

interface Row {
  readonly problem: string;
  /** 0 to 999, also as three digits: "024". */
  readonly answer: number | string;
  readonly id?: string | number;
  readonly year?: number;
}

/** Its own id, else one that says which problem it is wherever the row stands. */
function problemId({ id, problem }: Row): string {
  if (typeof id === 'string') return id;
  const name = id ?? createHash('sha256').update(problem).digest('hex').slice(0, 12);
  return `aime-${name}`;
}

/**
 * Problems of the American Invitational Mathematics Examination, asked as in the study "Quantization Hurts Reasoning?"
 * (evaluation.md §1.2, §1.3). The study's AIME-120 is 0.75 · AIME-90 + 0.25 · AIME-2025, which is the accuracy over the 120
 * problems together. The statements are the MAA's: rows come from the caller.
 */
export function aime(set: AimeSet): Benchmark {
  const { title, years } = aimeSets[set];
  return defineBenchmark<Row>({
    id: set,
    title,
    licence: 'Statements (c) Mathematical Association of America',
    rowSchema: {
      type: 'object',
      required: ['problem', 'answer'],
      properties: {
        problem: { type: 'string', minLength: 1 },
        answer: {
          anyOf: [
            { type: 'integer', minimum: 0, maximum: 999 },
            { type: 'string', pattern: '^\\d{1,3}$' },
          ],
        },
        id: { type: ['string', 'integer'], minLength: 1 },
        year: { type: 'integer' },
      },
    },
    defaults: studyDefaults,
    read: {
      missing: `Give files of rows { "problem", "answer" }, one or several, as its data (--data FILE,FILE): your own, or of the hub as OWNER/NAME:FILE, for example from AI-MO/aimo-validation-aime (2022 to 2024) and yentinglin/aime_2025.`,
    },
    toProblem(row, _, { refuse }) {
      const { problem, answer, year } = row;
      if (year !== undefined && !(years as readonly number[]).includes(year))
        refuse(`the year ${year} is not in ${set} (${years.join(', ')})`, 'Take it out.');
      return {
        id: problemId(row),
        messages: askForBoxedAnswer(problem),
        answer: String(Number(answer)),
        groups: year === undefined ? {} : { year },
        scorer: 'math',
      };
    },
  });
}

/** All 120 problems, see {@link aime}. */
export const benchmark: Benchmark = aime('aime-120');
