import {
  type CalibrationSpec,
  calibrationSchema,
  type JsonObject,
  type JsonSchema,
  type RecipeInput,
  recipeSchema,
} from '@thinkbits/spec';
import { type PerplexityText, perplexityForms } from '../evaluation/measure-perplexity.js';

/** How answers are drawn; what is left out is the benchmark's own. */
export interface StudySampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly maxTokens?: number;
  readonly thinkingBudget?: number;
}

/** A recipe by name, short form or file, or spelled out under a name of its own. */
export type StudyRecipe = string | { readonly name: string; readonly recipe: RecipeInput };

/** A benchmark with other data than its own, or with options of its own or of its scorer. */
export interface StudyBenchmark {
  readonly name: string;
  /** A file, or several, as `--data` takes them. */
  readonly data?: string | readonly string[];
  readonly options?: JsonObject;
  /** Of the scorer that its problems name, recorded with every run; other options judge stored answers again. */
  readonly scorerOptions?: JsonObject;
}

/** A benchmark by name, or with more. */
export type StudyBenchmarkInput = string | StudyBenchmark;

/** Calibration text of a cell; what is left out is usual for the source. */
export type StudyCalibration =
  | string
  | (Partial<CalibrationSpec> & Required<Pick<CalibrationSpec, 'source'>>);

/** A text whose perplexity is measured under every recipe of a cell, disjoint windows. */
export interface StudyText extends Omit<PerplexityText, 'stride'> {
  /** What tables call it. */
  readonly name: string;
}

/** A product: every model with every recipe on every benchmark. */
export interface StudyCell {
  readonly models: readonly string[];
  readonly recipes: readonly StudyRecipe[];
  readonly benchmarks: readonly StudyBenchmarkInput[];
  /** Texts whose perplexity is measured beside the benchmarks. */
  readonly texts?: readonly StudyText[];
  /** Text for the recipes that have to see some and name none: a source, as `--calibration`, or with how it is cut. */
  readonly calibration?: StudyCalibration;
  /** The first so many problems. */
  readonly limit?: number;
  /** One a repeat; [42] unless given. */
  readonly seeds?: readonly number[];
  readonly sampling?: StudySampling;
}

/** STUDY.json. */
export interface StudyFile {
  readonly $schema?: string;
  readonly name: string;
  /** Shown above the report; the name where absent. */
  readonly title?: string;
  readonly cells: readonly StudyCell[];
}

const name: JsonSchema = { type: 'string', minLength: 1 };
const list = (items: JsonSchema): JsonSchema => ({
  type: 'array',
  minItems: 1,
  uniqueItems: true,
  items,
});
const strict = (required: readonly string[], properties: object): JsonSchema => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});

/** JSON Schema of {@link StudyFile}. */
export const studySchema: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://thinkbits.dev/schema/study.json',
  title: 'Thinkbits study',
  ...strict(['name', 'cells'], {
    $schema: { type: 'string' },
    name: { type: 'string', pattern: '^[\\w][\\w. -]*$' },
    title: name,
    cells: {
      type: 'array',
      minItems: 1,
      items: strict(['models', 'recipes', 'benchmarks'], {
        models: list(name),
        recipes: list({
          if: { type: 'string' },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: name,
          else: strict(['name', 'recipe'], { name, recipe: { ...recipeSchema, $id: undefined } }),
        }),
        benchmarks: list({
          if: { type: 'string' },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: name,
          else: strict(['name'], {
            name,
            data: { anyOf: [name, list(name)] },
            options: { type: 'object' },
            scorerOptions: { type: 'object' },
          }),
        }),
        texts: list(
          strict(['name', 'file'], {
            name,
            file: name,
            form: { enum: perplexityForms },
            window: { type: 'integer', minimum: 2 },
            limit: { type: 'integer', minimum: 1 },
          }),
        ),
        calibration: {
          if: { type: 'string' },
          // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
          then: name,
          else: { ...calibrationSchema, required: ['source'] },
        },
        limit: { type: 'integer', minimum: 1 },
        seeds: list({ type: 'integer', minimum: 0 }),
        sampling: strict([], {
          temperature: { type: 'number', minimum: 0 },
          topP: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
          topK: { type: 'integer', minimum: 0 },
          minP: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
          maxTokens: { type: 'integer', minimum: 1 },
          thinkingBudget: { type: 'integer', minimum: 1 },
        }),
      }),
    },
  }),
};
