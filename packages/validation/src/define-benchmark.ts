import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type Benchmark,
  type Json,
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
  /** Where the row stands, for messages. */
  readonly origin: string;
  /** Refuses the row: `refuse('the answer has no box', 'End it in \\boxed{…}.')` names file and line. */
  refuse(what: string, help: string): never;
}

/** What one benchmark is, beside what all of them do alike. */
export interface BenchmarkDefinition<Row, Options = JsonObject>
  extends Pick<
    Benchmark,
    | 'id'
    | 'title'
    | 'licence'
    | 'rowSchema'
    | 'defaults'
    | 'optionsSchema'
    | 'confidential'
    | 'readsFiles'
    | 'tests'
  > {
  /**
   * The benchmark's own data as JSON lines, or row by row where it is too large for a text; or, where it may not be
   * shipped, how to come by it.
   */
  readonly read:
    | ((given: LoadOptions) => Promise<string | AsyncIterable<GivenRow>>)
    | { readonly missing: string };
  /** Which rows are asked; all where absent. */
  keep?(row: Row, options: Options): boolean;
  /** @param index position of the row in the data, from 0 */
  toProblem(
    row: Row,
    index: number,
    context: RowContext<Options>,
  ): AnyTime<Omit<Problem, 'row' | 'origin'>>;
  /** What the data hash covers of a row, where it is not the row itself. */
  identify?(row: Row): Json;
}

type AnyTime<T> = T | Promise<T>;

/** A row that nobody has checked, and where it stands. */
export interface GivenRow {
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

function checkFiles({ id, readsFiles }: Pick<Benchmark, 'id' | 'readsFiles'>, given: LoadOptions) {
  if (given.files === undefined || readsFiles) return;
  throw new ThinkbitsError({
    code: 'benchmark/no-files',
    category: 'usage',
    message: `${id} was given ${given.files.length} files, and reads none.`,
    help: 'Give their rows as `rows`.',
  });
}

/** @param read how many rows there were before some were left out */
function noRows(id: string, read: number, files: readonly string[] = []): ThinkbitsError {
  const names = files.map((file) => file.split(/[\\/]/).at(-1)).join(', ');
  const data = names === '' ? `The data of ${id}` : `The data of ${id} (${names})`;
  return new ThinkbitsError({
    code: 'benchmark/no-rows',
    message:
      read === 0
        ? `${data} has no rows.`
        : `None of the ${read} rows of ${id} is among those that were asked for.`,
    help: 'Give at least one row in the row schema of the benchmark.',
  });
}

/** The rows of a call, else the benchmark's own. */
async function* rowsOf<Row, Options>(
  { id, read }: BenchmarkDefinition<Row, Options>,
  given: LoadOptions,
): AsyncGenerator<GivenRow> {
  const { rows, places } = given;
  if (rows) {
    for (const [index, value] of rows.entries()) {
      yield { value, origin: places?.[index] ?? `${id} row ${index + 1}` };
    }
    return;
  }
  if (typeof read !== 'function') {
    throw new ThinkbitsError({
      code: 'benchmark/no-data',
      message: `The data of ${id} does not come with it.`,
      help: read.missing,
    });
  }
  const what = `${id} data`;
  const own = await read(given);
  if (typeof own !== 'string') return yield* own;
  for (const { line, value } of readJsonLines(own, what)) {
    yield { value, origin: `${what}, line ${line}` };
  }
}

/**
 * A benchmark from its schema and its way of asking. What all of them do alike: rows are validated one by one and refused with
 * file and line, ids are distinct, options are held against their schema, and the data hash covers the rows that were
 * loaded, whatever the order of their keys. Of a confidential benchmark no message quotes a row.
 */
export function defineBenchmark<Row, Options = JsonObject>(
  definition: BenchmarkDefinition<Row, Options>,
): Benchmark {
  const { read: _, keep, toProblem, identify, ...described } = definition;
  const { id, rowSchema, optionsSchema = noOptions, confidential = false } = definition;
  return {
    ...described,
    specificationVersion: 'v1',
    kind: 'benchmark',
    async load(given: LoadOptions = {}): Promise<ProblemSet> {
      const { limit, seed = 42 } = given;
      checkLimit(limit);
      checkFiles(definition, given);
      const options = validate<Options>(optionsSchema, given.options ?? {}, `options of ${id}`, {
        code: 'benchmark/bad-options',
      });
      const problems: Problem[] = [];
      const identities: string[] = [];
      let index = 0;
      for await (const { value, origin } of rowsOf(definition, given)) {
        const code = 'benchmark/bad-row';
        const row = validate<Row>(rowSchema, value, origin, { code, quote: !confidential });
        const refuse = (what: string, help: string): never => {
          throw new ThinkbitsError({ code, message: `${origin}: ${what}.`, help });
        };
        const position = index++;
        if (keep && !keep(row, options)) continue;
        const problem = await toProblem(row, position, { seed, options, origin, refuse });
        problems.push({ ...problem, row: value as JsonObject, origin });
        identities.push(`${canonicalJson(identify ? identify(row) : (value as Json))}\n`);
      }
      if (problems.length === 0) throw noRows(id, index, given.files);
      checkDistinct(problems);
      return {
        problems: problems.slice(0, limit),
        dataHash: bytesToHex(sha256(utf8ToBytes(identities.slice(0, limit).join('')))),
        ...(Object.keys(given.options ?? {}).length > 0 && { options: given.options }),
      };
    },
  };
}
