import { createReadStream } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type JsonObject, type JsonSchema, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import { usageError } from '../errors/usage-error.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { jsonObject, text } from '../options/values.js';
import { resolveScorer } from '../resolve/scorer.js';
import { openSession } from '../session.js';

interface ScoreOptions extends SharedOptions {
  readonly file?: string;
  readonly options?: JsonObject;
}

/** A line to be judged; what else it carries is let through. */
interface ScoreRow {
  readonly id: string | number;
  readonly prediction: string;
  readonly answer: string | number;
  readonly choices?: number;
  readonly thinking?: string;
}

const rowSchema: JsonSchema = {
  type: 'object',
  required: ['id', 'prediction', 'answer'],
  properties: {
    id: { type: ['string', 'integer'] },
    prediction: { type: 'string' },
    answer: { type: ['string', 'number'] },
    choices: { type: 'integer', minimum: 1 },
    thinking: { type: 'string' },
  },
};

const help =
  'Each line is {"id": …, "prediction": "…", "answer": "…"}, with "choices" for multiple choice.';

function readRow(line: string, what: string): ScoreRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    const message = `${what} is not JSON: ${(cause as Error).message}`;
    throw new ThinkbitsError({ code: 'score/bad-line', message, help, cause });
  }
  return validate<ScoreRow>(rowSchema, value, what, { code: 'score/bad-line', help });
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

/** `thinkbits score SCORER`: JSON lines in, JSON lines out, each as soon as it is read. */
export function scoreVerb(host: Host): Command {
  const command = defineVerb({
    name: 'score',
    summary: 'judge answers: JSON lines in, JSON lines out',
    detail:
      'In: {id, prediction, answer, choices?, thinking?} on standard input or from --file. Out: {id, correct, extracted, reason, details?}.',
    examples: [
      `echo '{"id": 1, "prediction": "so \\\\boxed{1/2}", "answer": "0.5"}' | thinkbits score math`,
      'thinkbits score choice --file answers.jsonl > verdicts.jsonl',
      `thinkbits score math --options '{"compatibility": "paper"}' --file answers.jsonl`,
    ],
  }).argument('<scorer>', 'math, choice, or an installed scorer');
  addOption(command, '--file <path>', 'read this file in place of standard input', text);
  addOption(
    command,
    '--options <json>',
    'rules the scorer is to go by, see its README',
    jsonObject,
  );
  return command.action(async (name: string, options: ScoreOptions) => {
    const session = openSession(host, options);
    const scorer = await resolveScorer(name, host.directory, options.options);
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
    const verdicts: JsonObject[] = [];
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      throwIfAborted(host.signal);
      number++;
      const content = number === 1 ? line.replace(/^\uFEFF/, '') : line;
      if (content.trim() === '') continue;
      const row = readRow(content, `${what}, line ${number}`);
      const { correct, extracted, reason, details } = scorer.score({
        prediction: row.prediction,
        answer: String(row.answer),
        ...(row.choices !== undefined && { choices: row.choices }),
        ...(row.thinking !== undefined && { thinking: row.thinking }),
      });
      const verdict = { id: row.id, correct, extracted, reason, ...(details && { details }) };
      if (options.json) verdicts.push(verdict);
      else host.stdout.write(`${JSON.stringify(verdict)}\n`);
    }
    if (options.json) session.result(verdicts, '');
    if (number === 0) session.note(`${what} had no lines.`);
  });
}
