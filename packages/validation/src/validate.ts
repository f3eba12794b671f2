import { type JsonSchema, ThinkbitsError } from '@thinkbits/spec';
import { compile } from './compiled.js';
import { explain } from './explain.js';

/** How a failure is reported. */
export interface ValidateOptions {
  /** `validation/failed` where absent. */
  readonly code?: string;
  readonly help?: string;
  /** Whether messages show the value that is wrong; they do where absent. */
  readonly quote?: boolean;
}

/**
 * Returns the value as `T` when the schema (draft 2020-12) accepts it; the value is not changed and no default is filled in.
 * @param what names the value in messages, for example `recipe.json`
 * @throws ThinkbitsError with the given code and category `input`, saying path, value and expectation:
 *   `recipe.json: weights.bits is 9; it must be at most 8`. `details.problems` lists every problem.
 */
export function validate<T>(
  schema: JsonSchema,
  value: unknown,
  what: string,
  options: ValidateOptions = {},
): T {
  const validator = compile(schema);
  if (validator(value)) return value as T;
  const problems = explain(validator.errors ?? [], 'the value', options.quote);
  const texts = problems.map(({ text }) => text);
  throw new ThinkbitsError({
    code: options.code ?? 'validation/failed',
    message:
      texts.length === 1
        ? `${what}: ${texts[0]?.replace(/[^?]$/, '$&.')}`
        : `${what}: ${texts.length} problems:\n${texts.map((text) => `- ${text}`).join('\n')}`,
    help: options.help ?? `Correct ${problems.map(({ path }) => path || 'the value').join(', ')}.`,
    details: { problems: problems.map(({ path, text }) => ({ path, text })) },
  });
}
