import type { JsonSchema } from '@thinkbits/spec';
import type { Extraction } from './extract/extract-program.js';

/** Options of `createCodeScorer`. */
export interface CodeScorerOptions {
  /** How the program is read out of an answer; `last-program`. */
  readonly extraction?: Extraction;
  /** Seconds of processor time of one test; 6. */
  readonly seconds?: number;
  /** Seconds of one test on the clock; four times `seconds`. */
  readonly wallSeconds?: number;
  /** MiB of address space; 2048. */
  readonly memory?: number;
  /** Threads at a time, and processes where these are allowed; 32. */
  readonly processes?: number;
  /** MiB of the work folder, in memory; 64. */
  readonly disk?: number;
  /** MiB that a program may print in one test; 32. */
  readonly output?: number;
  /** Files open at a time; 64. */
  readonly openFiles?: number;
  /** Whether a program may start others; false. */
  readonly subprocesses?: boolean;
  /** Programs that run at a time; one a core. */
  readonly parallel?: number;
  /** The Python to run programs with; the system's, else the first on the path. */
  readonly python?: string;
  /** Runs what a model wrote without a sandbox, with all that the user may do; false. */
  readonly unsandboxed?: boolean;
}

const count = (minimum: number, maximum: number) => ({ type: 'integer', minimum, maximum });

/** JSON Schema of {@link CodeScorerOptions}. */
export const optionsSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    extraction: { enum: ['last-program', 'livecodebench'] },
    seconds: { type: 'number', minimum: 1, maximum: 3600 },
    wallSeconds: { type: 'number', minimum: 1, maximum: 86_400 },
    memory: count(64, 1 << 20),
    processes: count(1, 4096),
    disk: count(1, 1 << 16),
    output: count(1, 256),
    openFiles: count(16, 4096),
    subprocesses: { type: 'boolean' },
    parallel: count(1, 1024),
    python: { type: 'string', minLength: 1 },
    unsandboxed: { type: 'boolean' },
  },
};
