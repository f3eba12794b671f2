import { type JsonObject, ThinkbitsError } from '@thinkbits/spec';

/** A piece of calibration text: plain, or a question with what a model answered, thinking included. */
export type CalibrationEntry =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'trace';
      /** Rendered by the model's chat template. */
      readonly question: string;
      readonly answer: string;
    };

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** A whole generation: some writers store it as a list, of which nothing is to be lost. */
function wholeText(value: unknown): string | undefined {
  if (isText(value)) return value;
  const parts = Array.isArray(value) && value.length > 0 && value.every(isText);
  return parts ? value.join('') : undefined;
}

/**
 * Reads a row of a JSON-lines file: `text`, or `question` with `generated_text`.
 * @param what names the row in messages
 * @throws ThinkbitsError `calibration/bad-row`
 */
export function readCalibrationRow(row: JsonObject, what: string): CalibrationEntry {
  if (isText(row.text)) return { kind: 'text', text: row.text };
  const answer = wholeText(row.generated_text);
  if (isText(row.question) && answer !== undefined)
    return { kind: 'trace', question: row.question, answer };
  throw new ThinkbitsError({
    code: 'calibration/bad-row',
    message: `${what} has the fields ${Object.keys(row).join(', ') || '(none)'}.`,
    help: 'A row of calibration text is { "text": … }, or { "question": …, "generated_text": … }, neither of them empty.',
  });
}
