import { type JsonObject, type Message, ThinkbitsError } from '@thinkbits/spec';
import { validate } from '@thinkbits/validation';

/** A piece of calibration text: plain, or a conversation with what a model answered, thinking included. */
export type CalibrationEntry =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'trace';
      /** Rendered by the model's chat template; a text is a prompt that was rendered before. */
      readonly prompt: readonly Message[] | string;
      readonly answer: string;
    };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A whole generation: some writers store it as a list, of which nothing is to be lost. */
function wholeText(value: unknown): string | undefined {
  if (isText(value)) return value;
  const parts = Array.isArray(value) && value.length > 0 && value.every(isText);
  return parts ? value.join('') : undefined;
}

const messagesSchema = {
  type: 'array',
  minItems: 1,
  items: {
    type: 'object',
    required: ['role', 'content'],
    properties: {
      role: { enum: ['system', 'user', 'assistant'] },
      content: { type: 'string' },
    },
  },
};

/** What a trace answers: `messages`, a `question`, or a `full_prompt` as the study's own files have it. */
function promptOf(row: JsonObject, what: string): Message[] | string | undefined {
  if (row.messages !== undefined) {
    return validate<Message[]>(messagesSchema, row.messages, `${what} messages`, {
      code: 'calibration/bad-row',
    });
  }
  if (isText(row.question)) return [{ role: 'user', content: row.question }];
  return isText(row.full_prompt) ? row.full_prompt : undefined;
}

/**
 * Reads a row: `text`, or `generated_text` with the `question`, the `messages` or the rendered `full_prompt`
 * that it answers.
 * @param what names the row in messages
 * @throws ThinkbitsError `calibration/bad-row`
 */
export function readCalibrationRow(row: JsonObject, what: string): CalibrationEntry {
  if (isText(row.text)) return { kind: 'text', text: row.text };
  const answer = wholeText(row.generated_text);
  const prompt = answer === undefined ? undefined : promptOf(row, what);
  if (answer !== undefined && prompt !== undefined) return { kind: 'trace', prompt, answer };
  throw new ThinkbitsError({
    code: 'calibration/bad-row',
    message: `${what} has the fields ${Object.keys(row).join(', ') || '(none)'}.`,
    help: 'A row of calibration text is { "text": … }, or { "question": …, "generated_text": … }, neither of them empty.',
  });
}
