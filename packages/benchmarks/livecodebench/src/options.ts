import { type JsonSchema, ThinkbitsError } from '@thinkbits/spec';

/** Which problems of LiveCodeBench are asked, and how their programs are judged. */
export interface LivecodebenchOptions {
  /**
   * Which files of the data set: `v4_v5` the fourth and fifth, `v5` the fifth alone, `release_v5` the first five. `v4_v5`
   * where absent, the study's 268 problems (August 2024 to January 2025).
   */
  readonly release?: string;
  /** The first day of contests, `YYYY-MM-DD`; no bound where absent. */
  readonly from?: string;
  /** The last day of contests, itself included. */
  readonly to?: string;
  /** What becomes of the problems that the errata page lists; `keep`, as everybody who reports a score does. */
  readonly errata?: 'keep' | 'exclude';
  /**
   * Whether what a thread prints counts when the main code of a program on standard input has returned: `leave`, it does not,
   * as in LiveCodeBench's judge, where absent; `await` runs the program to the end of all its threads.
   */
  readonly threads?: 'await' | 'leave';
}

const day = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' };

/** Schema of {@link LivecodebenchOptions}. */
export const livecodebenchOptionsSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    release: { type: 'string', pattern: '^(release_v[1-6]|v[1-6](_v[1-6])?)$' },
    from: day,
    to: day,
    errata: { enum: ['keep', 'exclude'] },
    threads: { enum: ['await', 'leave'] },
  },
};

/**
 * The files of the data set that make a release, in order.
 * @throws ThinkbitsError `benchmark/bad-options` for a release that ends before it begins
 */
export function filesOf(release: string): string[] {
  const [first = 1, last = first] = (release.match(/\d/g) ?? []).map(Number);
  const begin = release.startsWith('release_') ? 1 : first;
  if (last < begin) {
    throw new ThinkbitsError({
      code: 'benchmark/bad-options',
      category: 'usage',
      message: `The release ${release} ends before it begins.`,
      help: `Name v${last}_v${begin}, or one file alone: v${begin}.`,
      details: { release },
    });
  }
  return Array.from({ length: last - begin + 1 }, (_, index) => {
    const number = begin + index;
    return `test${number === 1 ? '' : number}.jsonl`;
  });
}
