import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type Benchmark,
  type JsonObject,
  type JsonSchema,
  type LoadOptions,
  type Problem,
  type ProblemSet,
  ThinkbitsError,
} from '@thinkbits/spec';
import { canonicalJson } from './canonical-json.js';
import { readJsonLines } from './parse-json-lines.js';
import { validate } from './validate.js';

/** What the making of a problem may depend on beside its row. */
export interface RowContext<Options = JsonObject> {
  readonly seed: number;
  readonly options: Options;
  /** Refuses the row: `refuse('the answer has no box', 'End it in \\boxed{…}.')` names file and line. */
  refuse(what: string, help: string): never;
}

/** What one benchmark is, beside what all of them do alike. */
export interface BenchmarkDefinition<Row, Options = JsonObject>
  extends Pick<
    Benchmark,
    'id' | 'title' | 'licence' | 'rowSchema' | 'defaults' | 'optionsSchema' | 'confidential'
  > {
  /** The benchmark's own data as JSON lines; or, where it may not be shipped, how to come by it. */
  readonly read: (() => Promise<string>) | { readonly missing: string };
  /** @param index position of the row in the data, from 0 */
  toProblem(row: Row, index: number, context: RowContext<Options>): Omit<Problem, 'row' | 'origin'>;
}

/** A row that nobody has checked, and where it stands. */
interface GivenRow {
  readonly value: unknown;
  readonly origin: string;
}

const noOptions: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

function checkLimit(limit: number | undefined): void {
  if (limit === undefined || (Number.isInteger(limit) && limit >= 1)) return;
  throw new ThinkbitsError({
    code: 'benchmark/bad-limit',
    category: 'usage',
    message: `The limit is ${limit}.`,
    help: 'Give a whole number of problems, at least 1, or no limit at all.',
    details: { limit },
  });
}

function checkDistinct(problems: readonly Problem[]): void {
  const origins = new Map<string, string | undefined>();
  for (const { id, origin } of problems) {
    if (origins.has(id)) {
      throw new ThinkbitsError({
        code: 'benchmark/duplicate-id',
        message: `${origin}: the id "${id}" was given before, by ${origins.get(id)}.`,
        help: 'Give every problem an id of its own: results are kept by it.',
        details: { id },
      });
    }
    origins.set(id, origin);
  }
}

function checkNotEmpty(rows: readonly unknown[], id: string): void {
  if (rows.length > 0) return;
  throw new ThinkbitsError({
    code: 'benchmark/no-rows',
    message: `The data of ${id} has no rows.`,
    help: 'Give at least one row in the row schema of the benchmark.',
  });
}

/** The rows of a call, else the benchmark's own. */
async function rowsOf<Row, Options>(
  { id, read }: BenchmarkDefinition<Row, Options>,
  { rows, places }: LoadOptions,
): Promise<GivenRow[]> {
  if (rows) {
    checkNotEmpty(rows, id);
    const originOf = (index: number): string => places?.[index] ?? `${id} row ${index + 1}`;
    return rows.map((value, index) => ({ value, origin: originOf(index) }));
  }
  if (typeof read !== 'function') {
    throw new ThinkbitsError({
      code: 'benchmark/no-data',
      message: `The data of ${id} does not come with it.`,
      help: read.missing,
    });
  }
  const what = `${id} data`;
  const own = Array.from(readJsonLines(await read(), what), ({ line, value }) => ({
    value,
    origin: `${what}, line ${line}`,
  }));
  checkNotEmpty(own, id);
  return own;
}

/**
 * A benchmark from its schema and its way of asking. What all of them do alike: rows are validated one by one and refused with
 * file and line, ids are distinct, options are held against their schema, and the data hash covers the rows that were
 * loaded, whatever the order of their keys. Of a confidential benchmark no message quotes a row.
 */
export function defineBenchmark<Row, Options = JsonObject>(
  definition: BenchmarkDefinition<Row, Options>,
): Benchmark {
  const { read: _, toProblem, ...described } = definition;
  const { id, rowSchema, optionsSchema = noOptions, confidential = false } = definition;
  return {
    ...described,
    specificationVersion: 'v1',
    kind: 'benchmark',
    async load(given: LoadOptions = {}): Promise<ProblemSet> {
      const { limit, seed = 42, options = {} } = given;
      checkLimit(limit);
      validate(optionsSchema, options, `options of ${id}`, { code: 'benchmark/bad-options' });
      const problems = (await rowsOf(definition, given)).map(({ value, origin }, index) => {
        const code = 'benchmark/bad-row';
        const row = validate<Row>(rowSchema, value, origin, { code, quote: !confidential });
        const refuse = (what: string, help: string): never => {
          throw new ThinkbitsError({ code, message: `${origin}: ${what}.`, help });
        };
        const problem = toProblem(row, index, { seed, options: options as Options, refuse });
        return { ...problem, row: value as JsonObject, origin };
      });
      checkDistinct(problems);
      const chosen = problems.slice(0, limit);
      const lines = chosen.map(({ row }) => `${canonicalJson(row)}\n`);
      return {
        problems: chosen,
        dataHash: bytesToHex(sha256(utf8ToBytes(lines.join('')))),
        ...(Object.keys(options).length > 0 && { options }),
      };
    },
  };
}
