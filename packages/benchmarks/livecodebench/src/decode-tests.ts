import { inflateSync } from 'node:zlib';
import { type ProgramCase, ThinkbitsError } from '@thinkbits/spec';
import { parseJson, validate } from '@thinkbits/validation';
import { readPickledText } from './read-pickled-text.js';

/** A test case as the data set has it. */
interface RawCase {
  readonly input: string;
  readonly output: string;
  readonly testtype: 'stdin' | 'functional';
}

const casesSchema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['input', 'output', 'testtype'],
    properties: {
      input: { type: 'string' },
      output: { type: 'string' },
      testtype: { enum: ['stdin', 'functional'] },
    },
  },
};

/** Bytes; the tests of one problem are tens of megabytes at most. */
const largest = 400_000_000;

function bad(message: string, cause?: unknown): ThinkbitsError {
  return new ThinkbitsError({
    code: 'benchmark/bad-row',
    message,
    help: 'Tests are a JSON list of { input, output, testtype }; private ones may be that text pickled, compressed with zlib and written in base64.',
    cause,
  });
}

/** base64 → zlib → pickle → text, each strictly; what zlib gives is bounded. */
function unpack(text: string, what: string): string {
  const packed = text.trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(packed)) throw bad(`${what} is neither JSON nor base64.`);
  let pickle: Buffer;
  try {
    pickle = inflateSync(Buffer.from(packed, 'base64'), { maxOutputLength: largest });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const large = code === 'ERR_BUFFER_TOO_LARGE';
    throw bad(
      large ? `${what} is larger than ${largest} bytes.` : `${what} is no zlib data: ${message}.`,
      cause,
    );
  }
  return readPickledText(pickle, what);
}

/**
 * Reads the tests of a field: JSON, or base64 of zlib of a pickled JSON text, which is not executed (evaluation.md §5.1).
 * @param what names the field in messages, for example `test5.jsonl, line 3: private_test_cases`
 * @param kind what every case has to be
 * @throws ThinkbitsError `benchmark/bad-row`, `livecodebench/bad-pickle`
 */
export function decodeTests(text: string, kind: RawCase['testtype'], what: string): ProgramCase[] {
  const json = /^\s*\[/.test(text) ? text : unpack(text, what);
  let value: unknown;
  try {
    value = parseJson(json, what);
  } catch (cause) {
    throw bad((cause as Error).message, cause);
  }
  const cases = validate<RawCase[]>(casesSchema, value, what, { code: 'benchmark/bad-row' });
  return cases.map(({ input, output, testtype }, index) => {
    if (testtype === kind) return { input, output };
    throw bad(
      `${what}: test ${index + 1} is of the type ${testtype}, and the metadata ${kind === 'stdin' ? 'name no function' : 'name a function'}.`,
    );
  });
}
