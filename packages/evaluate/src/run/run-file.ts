import {
  defaultTemplateDate,
  type Json,
  type JsonObject,
  type JsonSchema,
  type Recipe,
  type Sampling,
} from '@thinkbits/spec';
import type { RunScorer } from './run-scorer.js';

/** The version of the run directory's layout. */
export const runSchemaVersion = 1;

/** One benchmark of a run, as `run.json` has it. */
export interface RunBenchmark {
  readonly id: string;
  /** sha256 of the rows. */
  readonly data_hash: string;
  /** sha256 of what is asked, so that a changed prompt is not taken for the same question. */
  readonly prompts_hash: string;
  readonly sampling: {
    readonly temperature: number;
    readonly top_p: number;
    readonly top_k: number;
    readonly min_p: number;
  };
  readonly max_tokens: number;
  readonly thinking_budget: number | null;
  /** What the problems were made with, where the benchmark has options and the call gave some. */
  readonly options?: JsonObject;
  /** Its questions must not be published; absent otherwise. */
  readonly confidential?: true;
  /** The first so many problems were asked; null = all. */
  readonly limit: number | null;
}

/** `run.json`: what was asked of which model, with what (interface.md §3). */
export interface RunFile {
  readonly schema: number;
  readonly model: { readonly id: string; readonly hash: string };
  /** null = the model as it is. */
  readonly recipe: Recipe | null;
  readonly benchmarks: readonly RunBenchmark[];
  /** One a repeat. */
  readonly seeds: readonly number[];
  /** Who judged all of the answers; absent in older files. Other scorers judge them again, and ask nothing. */
  readonly scorers?: readonly RunScorer[];
  /** The day that chat templates are told; absent in older files, which means `defaultTemplateDate`. */
  readonly template_date?: string;
  readonly engine: {
    readonly name: string;
    readonly backend: string;
    readonly compute: string;
    readonly details: JsonObject;
  };
  readonly host: JsonObject;
  readonly versions: { readonly [name: string]: string };
}

/** The part of a run that may not change between two calls in one directory. */
export interface RunIdentity {
  readonly model: RunFile['model'];
  readonly recipe: Recipe | null;
  readonly benchmarks: readonly Omit<RunBenchmark, 'limit'>[];
  readonly seed: number;
  readonly template_date: string;
  readonly engine: Omit<RunFile['engine'], 'details'>;
}

/** Sampling as files spell it. */
export function samplingOnDisk(sampling: Sampling): RunBenchmark['sampling'] {
  const { temperature, topP, topK, minP } = sampling;
  return { temperature, top_p: topP, top_k: topK, min_p: minP };
}

/**
 * Model, recipe, benchmark data and prompts, sampling, base seed, engine, backend and precision.
 * Not: limit, repeats, batch, workers, threads, host, versions, scorers: they change no answer.
 */
export function identityOf(run: RunFile): RunIdentity {
  const { name, backend, compute } = run.engine;
  return {
    model: run.model,
    recipe: run.recipe,
    benchmarks: run.benchmarks.map(({ limit: _, ...benchmark }) => benchmark),
    seed: run.seeds[0] as number,
    template_date: run.template_date ?? defaultTemplateDate,
    engine: { name, backend, compute },
  };
}

/** A place where two identities differ. */
export interface Difference {
  /** For example `benchmarks.0.sampling.temperature`. */
  readonly path: string;
  readonly first: Json | undefined;
  readonly second: Json | undefined;
}

/** Every leaf that differs between two JSON values, in the order of their keys. */
export function listDifferences(first: unknown, second: unknown, path = ''): Difference[] {
  if (isContainer(first) && isContainer(second) && Array.isArray(first) === Array.isArray(second)) {
    const names = [...new Set([...Object.keys(first), ...Object.keys(second)])];
    return names.flatMap((name) =>
      listDifferences(first[name], second[name], path === '' ? name : `${path}.${name}`),
    );
  }
  if (Object.is(first, second)) return [];
  return [{ path, first: first as Json | undefined, second: second as Json | undefined }];
}

function isContainer(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

const text = { type: 'string' };
const anyObject = { type: 'object' };

/** Schema of {@link RunFile}. */
export const runFileSchema: JsonSchema = {
  type: 'object',
  properties: {
    schema: { const: runSchemaVersion },
    model: strictObject({ id: text, hash: text }),
    recipe: { type: ['object', 'null'] },
    benchmarks: {
      type: 'array',
      minItems: 1,
      items: strictObject(
        {
          id: text,
          data_hash: text,
          prompts_hash: text,
          sampling: strictObject({
            temperature: { type: 'number' },
            top_p: { type: 'number' },
            top_k: { type: 'integer' },
            min_p: { type: 'number' },
          }),
          max_tokens: { type: 'integer', minimum: 1 },
          thinking_budget: { type: ['integer', 'null'], minimum: 0 },
          limit: { type: ['integer', 'null'], minimum: 1 },
        },
        { options: anyObject, confidential: { const: true } },
      ),
    },
    seeds: { type: 'array', minItems: 1, items: { type: 'integer' } },
    scorers: {
      type: 'array',
      items: strictObject(
        { id: text, version: { type: ['string', 'null'] } },
        { options: anyObject },
      ),
    },
    template_date: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
    engine: strictObject({ name: text, backend: text, compute: text, details: anyObject }),
    host: anyObject,
    versions: { type: 'object', additionalProperties: text },
  },
  required: ['schema', 'model', 'recipe', 'benchmarks', 'seeds', 'engine', 'host', 'versions'],
  additionalProperties: false,
};

type Properties = { readonly [name: string]: unknown };

function strictObject(properties: Properties, optional: Properties = {}): JsonSchema {
  return {
    type: 'object',
    properties: { ...properties, ...optional },
    required: Object.keys(properties),
    additionalProperties: false,
  };
}
