import type { GenerationResult, JsonObject, JsonSchema } from '@thinkbits/spec';

/** A line of `samples.jsonl`: one answer with its verdict (interface.md §3). */
export interface SampleLine {
  /** Derived from everything that determines the answer, see `sampleKey`. */
  readonly key: string;
  /** The problem's id within its benchmark. */
  readonly problem: string;
  /** Which repeat, from 0: the position of `seed` in the run's seeds. */
  readonly repeat: number;
  readonly seed: number;
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  /** `error`: the request could not be answered; it is asked again by the next call. */
  readonly finish_reason: GenerationResult['finishReason'];
  readonly thinking: string;
  readonly text: string;
  readonly correct: boolean;
  /** What the scorer read as the answer; null where it could read none. */
  readonly extracted: string | null;
  readonly expected: string;
  /** The scorer's reason, or the engine's error. */
  readonly reason: string;
  /** From admission to the last token. */
  readonly seconds: number;
  /** The ids that were generated, the last one included; only where they were asked for. */
  readonly tokens?: readonly number[];
  /** Of a wrong answer whether its thinking states the right one on its way; only where the scorer can tell. */
  readonly seen?: boolean;
  /** What the scorer noted for figures over the whole data set; only where it did. */
  readonly details?: JsonObject;
  /** What the benchmark keeps of the problem, such as the order of its options; only where it does. */
  readonly extra?: JsonObject;
}

const count = { type: 'integer', minimum: 0 };
const text = { type: 'string' };

/** Schema of {@link SampleLine}. */
export const sampleLineSchema: JsonSchema = {
  type: 'object',
  properties: {
    key: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    problem: text,
    repeat: count,
    seed: { type: 'integer' },
    prompt_tokens: count,
    completion_tokens: count,
    finish_reason: { enum: ['stop', 'length', 'error'] },
    thinking: text,
    text,
    correct: { type: 'boolean' },
    extracted: { type: ['string', 'null'] },
    expected: text,
    reason: text,
    seen: { type: 'boolean' },
    details: { type: 'object' },
    extra: { type: 'object' },
    seconds: { type: 'number', minimum: 0 },
    tokens: { type: 'array', items: count },
  },
  required: [
    'key',
    'problem',
    'repeat',
    'seed',
    'prompt_tokens',
    'completion_tokens',
    'finish_reason',
    'thinking',
    'text',
    'correct',
    'extracted',
    'expected',
    'reason',
    'seconds',
  ],
  additionalProperties: false,
};
