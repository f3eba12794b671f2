import type { JsonObject, JsonSchema } from '@thinkbits/spec';

/** Where the private tests of a row lie: a release has more than a gigabyte of them. */
export interface TestsPlace {
  readonly file: string;
  readonly line: number;
  /** Of the line, in bytes. */
  readonly offset: number;
  readonly bytes: number;
  /** Of the field as it stands there. */
  readonly sha256: string;
}

/** A row of `code_generation_lite` (evaluation.md §5.1). */
export interface Row {
  readonly question_title: string;
  readonly question_content: string;
  readonly platform: 'leetcode' | 'codeforces' | 'atcoder';
  readonly question_id: string;
  readonly contest_id: string;
  /** ISO, for example `2024-08-03T00:00:00`. */
  readonly contest_date: string;
  /** Empty where the program reads standard input. */
  readonly starter_code: string;
  readonly difficulty: 'easy' | 'medium' | 'hard';
  /** JSON. */
  readonly public_test_cases: string;
  /** JSON, or base64 of zlib of a pickled JSON text; in rows that `load` gives from files, where that lies. */
  readonly private_test_cases: string | TestsPlace;
  /** JSON; `func_name` where a function is called. */
  readonly metadata: string;
}

const text = { type: 'string' };
const filled = { type: 'string', minLength: 1 };
const count = { type: 'integer', minimum: 0 };

const properties: { readonly [field in keyof Row]: JsonObject } = {
  question_title: filled,
  question_content: filled,
  platform: { enum: ['leetcode', 'codeforces', 'atcoder'] },
  question_id: filled,
  contest_id: text,
  contest_date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}' },
  starter_code: text,
  difficulty: { enum: ['easy', 'medium', 'hard'] },
  public_test_cases: filled,
  private_test_cases: {
    if: { type: 'string' },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: filled,
    else: {
      type: 'object',
      additionalProperties: false,
      required: ['file', 'line', 'offset', 'bytes', 'sha256'],
      properties: {
        file: filled,
        line: count,
        offset: count,
        bytes: count,
        sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
      },
    },
  },
  metadata: filled,
};

/** Schema of {@link Row}; other fields are let through. */
export const rowSchema: JsonSchema = {
  type: 'object',
  required: Object.keys(properties),
  properties,
};
