import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import {
  type Benchmark,
  type JsonObject,
  type LoadOptions,
  type Problem,
  type ProblemSet,
  ThinkbitsError,
} from '@thinkbits/spec';
import { canonicalJson } from './canonical-json.js';
import { parseJsonLines } from './parse-json-lines.js';
import { validate } from './validate.js';

/** What one benchmark is, beside what all of them do alike. */
export interface BenchmarkDefinition<Row>
  extends Pick<Benchmark, 'id' | 'title' | 'licence' | 'rowSchema' | 'defaults'> {
  /** The benchmark's own data as JSON lines. */
  read(): Promise<string>;
  /** @param index position of the row in the data, from 0 */
  toProblem(row: Row, index: number): Omit<Problem, 'row'>;
}

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
  const lines = new Map<string, number>();
  problems.forEach(({ id }, index) => {
    const first = lines.get(id);
    if (first !== undefined) {
      throw new ThinkbitsError({
        code: 'benchmark/duplicate-id',
        message: `Rows ${first + 1} and ${index + 1} have the same id "${id}".`,
        help: 'Give every problem an id of its own: results are kept by it.',
        details: { id },
      });
    }
    lines.set(id, index);
  });
}

/**
 * A benchmark from its schema and its way of asking: rows are validated one by one, ids are distinct, and the data hash covers
 * the rows that were loaded, whatever the order of their keys.
 */
export function defineBenchmark<Row>(definition: BenchmarkDefinition<Row>): Benchmark {
  const { id, title, licence, rowSchema, defaults, read, toProblem } = definition;
  return {
    specificationVersion: 'v1',
    kind: 'benchmark',
    id,
    title,
    licence,
    rowSchema,
    defaults,
    async load({ rows, limit }: LoadOptions = {}): Promise<ProblemSet> {
      checkLimit(limit);
      const given = rows ?? parseJsonLines(await read(), `${id} data`);
      if (given.length === 0) {
        throw new ThinkbitsError({
          code: 'benchmark/no-rows',
          message: `The data of ${id} has no rows.`,
          help: 'Give at least one row in the row schema of the benchmark.',
        });
      }
      const problems = given.map((value, index): Problem => {
        const row = validate<Row>(rowSchema, value, `${id} row ${index + 1}`, {
          code: 'benchmark/bad-row',
        });
        return { ...toProblem(row, index), row: value as JsonObject };
      });
      checkDistinct(problems);
      const chosen = problems.slice(0, limit);
      const lines = chosen.map(({ row }) => `${canonicalJson(row)}\n`);
      return { problems: chosen, dataHash: bytesToHex(sha256(utf8ToBytes(lines.join('')))) };
    },
  };
}
