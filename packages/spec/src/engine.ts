import type { JsonObject } from './json.js';
import type { ErrorRecord } from './thinkbits-error.js';

/** One turn of a conversation. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** How the next token is chosen. Filters act in the order temperature, top-k, top-p, min-p, as in transformers. */
export interface Sampling {
  /** 0 = greedy. */
  readonly temperature: number;
  /** In (0, 1]; 1 = off. */
  readonly topP: number;
  /** 0 = off. */
  readonly topK: number;
  /** In [0, 1); 0 = off. */
  readonly minP: number;
}

/** Greedy decoding. */
export const greedy: Sampling = { temperature: 0, topP: 1, topK: 0, minP: 0 };

/**
 * The day that chat templates are told where nobody names another, so that a prompt does not depend on the day on which it is
 * rendered: the one that Llama's template falls back to.
 */
export const defaultTemplateDate = '2024-07-26';

/** One answer that is wanted. */
export interface GenerationRequest {
  /** Comes back with the result; unique within a call. */
  readonly id: string;
  /** A conversation (rendered by the chat template), plain text, or token ids. */
  readonly prompt:
    | {
        readonly messages: readonly Message[];
        /** The day that the template is told, `YYYY-MM-DD`; {@link defaultTemplateDate} where absent. */
        readonly date?: string;
      }
    | { readonly text: string }
    | { readonly ids: readonly number[] };
  readonly sampling: Sampling;
  /** The row's random stream is a function of `seed` and `stream` alone. */
  readonly seed: number;
  /** Names the random stream, for example a problem's id; the request's id where absent. */
  readonly stream?: string;
  readonly maxTokens: number;
  /** Generation ends before any of these strings. */
  readonly stop?: readonly string[];
  /** After this many thinking tokens the end-of-thinking marker is forced. */
  readonly thinkingBudget?: number;
}

/** A finished answer. */
export interface GenerationResult {
  readonly id: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly finishReason: 'stop' | 'length' | 'error';
  /** Text up to the end-of-thinking marker; empty where the model has none. */
  readonly thinking: string;
  /** Text after it (or all text, where the model does not think); empty when thinking never ended. */
  readonly text: string;
  readonly tokens?: readonly number[];
  /** From admission to the last token. */
  readonly seconds: number;
  /** Why, when `finishReason` is `error`. */
  readonly error?: ErrorRecord;
}

/** A piece of text of one request as it is generated. */
export interface TextDelta {
  readonly id: string;
  readonly kind: 'thinking' | 'text';
  readonly delta: string;
}

/** Options of {@link Engine.generate}. */
export interface GenerateOptions {
  readonly signal?: AbortSignal;
  onDelta?(delta: TextDelta): void;
}

/** Arithmetic of products: float32, or inputs and weights in bfloat16 with sums in float32. */
export type ComputeType = 'f32' | 'bf16';

/** What an engine says of itself; part of a run's identity. */
export interface EngineInfo {
  readonly engine: string;
  readonly backend: string;
  readonly model: string;
  /** Hash of the weights, or what the server says. */
  readonly modelHash: string;
  readonly compute: ComputeType;
  readonly details: JsonObject;
}

/** Anything that answers requests: our own core, a pool of workers, a server. */
export interface Engine {
  readonly info: EngineInfo;
  /** Answers in the order in which they finish. A request that cannot be answered gives a result with `error`. */
  generate(
    requests: Iterable<GenerationRequest>,
    options?: GenerateOptions,
  ): AsyncIterable<GenerationResult>;
  dispose(): void | Promise<void>;
}
