import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import {
  type JsonObject,
  type JsonSchema,
  type JudgedAnswer,
  type ProgramTests,
  programTestsSchema,
  type Scorer,
  ThinkbitsError,
  throwIfAborted,
  type Verdict,
} from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import { usageError } from '../errors/usage-error.js';
import { checkUnsandboxed } from '../evaluation/load-benchmarks.js';
import type { Host } from '../host.js';
import { inOrder } from '../in-order.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { jsonObject, text as textOption } from '../options/values.js';
import { formatFigure } from '../render/format.js';
import { resolveScorer } from '../resolve/scorer.js';
import { openSession } from '../session.js';

interface ScoreOptions extends SharedOptions {
  readonly file?: string;
  readonly options?: JsonObject;
  readonly unsandboxed?: boolean;
}

/** A line to be judged; what else it carries is let through. */
interface ScoreRow {
  readonly id: string | number;
  readonly prediction: string;
  readonly answer?: string | number;
  readonly choices?: number;
  readonly thinking?: string;
  readonly tests?: ProgramTests;
  /** What figures over all lines are broken down by, such as the subject. */
  readonly groups?: JudgedAnswer['groups'];
}

const text = { type: 'string' };

/** @param needs what a line has to carry beside the answer's text */
const rowSchemaFor = (needs: 'answer' | 'tests'): JsonSchema => ({
  type: 'object',
  required: ['id', 'prediction', needs],
  properties: {
    id: { type: ['string', 'integer'] },
    prediction: text,
    answer: { type: ['string', 'number'] },
    choices: { type: 'integer', minimum: 1 },
    thinking: text,
    tests: programTestsSchema,
    groups: { type: 'object', additionalProperties: { type: ['string', 'number'] } },
  },
});

// Made once: a schema is compiled anew for every object.
const rowSchemas = { answer: rowSchemaFor('answer'), tests: rowSchemaFor('tests') };

const help = {
  answer:
    'Each line is {"id": …, "prediction": "…", "answer": "…"}, with "choices" for multiple choice.',
  tests:
    'Each line is {"id": …, "prediction": "…", "tests": {"cases": [{"input": "…", "output": "…"}]}}, with "functionName" in "tests" where a function is called.',
};

function readRow(line: string, what: string, needs: 'answer' | 'tests'): ScoreRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const message = `${what} is not JSON: ${(cause as Error).message}`;
    throw new ThinkbitsError({ code: 'score/bad-line', message, help: help[needs], cause });
  }
  return validate<ScoreRow>(rowSchemas[needs], value, what, {
    code: 'score/bad-line',
    help: help[needs],
  });
}

/** Waits until a file can be read, so that a missing one is an error before anything is printed. */
async function open(file: string, directory: string): Promise<Readable> {
  const stream = createReadStream(resolve(directory, file));
  await new Promise<void>((ready, fail) => {
    stream.once('open', () => ready());
    stream.once('error', () =>
      fail(
        new ThinkbitsError({
          code: 'score/not-found',
          message: `The file "${file}" cannot be read.`,
          help: 'Check the path, or give the lines on standard input.',
          details: { file },
        }),
      ),
    );
  });
  return stream;
}

/** `mr_score_partial 0.213, mcc 0.402`. */
function describeFigures(figures: { readonly [name: string]: number | null }): string {
  return Object.entries(figures)
    .map(([name, value]) => `${name} ${value === null ? 'not defined' : formatFigure(value)}`)
    .join(', ');
}

/** What is printed of a judgement. */
type VerdictLine = Pick<ScoreRow, 'id'> & Omit<Verdict, 'outcome'>;

async function verdictOf(scorer: Scorer, row: ScoreRow, signal: AbortSignal): Promise<VerdictLine> {
  const { id, prediction, answer = '', choices, thinking, tests } = row;
  const verdict = await scorer.score(
    {
      prediction,
      answer: String(answer),
      ...(choices !== undefined && { choices }),
      ...(thinking !== undefined && { thinking }),
      ...(tests && { tests }),
    },
    { signal },
  );
  const { correct, extracted, reason, details } = verdict;
  return { id, correct, extracted, reason, ...(details && { details }) };
}

/** `thinkbits score SCORER`: JSON lines in, JSON lines out, each as soon as it is judged and those before it are out. */
export function scoreVerb(host: Host): Command {
  const command = defineVerb({
    name: 'score',
    summary: 'judge answers: JSON lines in, JSON lines out',
    detail:
      'In: {id, prediction, answer, choices?, thinking?} on standard input or from --file; for code {id, prediction, tests: {cases: [{input, output}], functionName?, language?, threads?}}. Out: {id, correct, extracted, reason, details?}; what a scorer sums up over all lines, such as the MR-Score by groups: {subject}, goes to standard error.',
    examples: [
      `echo '{"id": 1, "prediction": "so \\\\boxed{1/2}", "answer": "0.5"}' | thinkbits score math`,
      'thinkbits score choice --file answers.jsonl > verdicts.jsonl',
      `thinkbits score math --options '{"compatibility": "paper"}' --file answers.jsonl`,
    ],
  }).argument('<scorer>', 'math, choice, code, meta-reasoning, or an installed scorer');
  addOption(command, '--file <path>', 'read this file in place of standard input', textOption);
  addOption(
    command,
    '--options <json>',
    'rules the scorer is to go by, see its README',
    jsonObject,
  );
  command.option('--unsandboxed', 'run programs without a sandbox, with all that you may do');
  return command.action(async (name: string, options: ScoreOptions) => {
    const session = openSession(host, options);
    if (options.unsandboxed) checkUnsandboxed([await resolveScorer(name, host.directory)]);
    const rules = options.unsandboxed ? { ...options.options, unsandboxed: true } : options.options;
    const scorer = await resolveScorer(name, host.directory, rules);
    if (options.file === undefined && host.stdin.isTTY) {
      throw usageError(
        'usage/no-input',
        'There is nothing to score: standard input is a terminal.',
        'Pipe JSON lines in, or give --file PATH.',
      );
    }
    const input =
      options.file === undefined ? host.stdin : await open(options.file, host.directory);
    const what = options.file ?? 'standard input';
    const verdicts: VerdictLine[] = [];
    const print = (verdict: VerdictLine) => {
      if (options.json) verdicts.push(verdict);
      else host.stdout.write(`${JSON.stringify(verdict)}\n`);
    };
    const answers: JudgedAnswer[] = [];
    const judged = inOrder(print, scorer.needs ? 2 * availableParallelism() : 1);
    let number = 0;
    try {
      for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
        throwIfAborted(host.signal);
        number++;
        const content = number === 1 ? line.replace(/^\uFEFF/, '') : line;
        if (content.trim() === '') continue;
        const row = readRow(content, `${what}, line ${number}`, scorer.needs ?? 'answer');
        const verdict = verdictOf(scorer, row, host.signal);
        await judged.add(verdict);
        if (!scorer.aggregate) continue;
        const { correct, details } = await verdict;
        answers.push({ correct, ...(details && { details }), groups: row.groups ?? {} });
      }
    } finally {
      await judged.end();
    }
    if (options.json) session.result(verdicts, '');
    if (answers.length > 0) session.note(describeFigures(scorer.aggregate?.(answers) ?? {}));
    if (number === 0) session.note(`${what} had no lines.`);
  });
}
