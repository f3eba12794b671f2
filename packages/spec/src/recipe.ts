import type { Json } from './json.js';
import type { ActivationScheme, KvPartScheme, KvScheme, Rule, WeightScheme } from './scheme.js';

/** A member of a pipeline by name, with its options beside it. */
export interface RecipeStage {
  /** `gptq` → `@thinkbits/quantizer-gptq`, else `thinkbits-quantizer-gptq`, else the string itself. */
  readonly use: string;
  readonly [option: string]: Json;
}

/** Where calibration text comes from and how it is cut. */
export interface CalibrationSpec {
  /** A text or JSON-lines file, a corpus by name (`NAME`, `NAME=FILE`), or `owner/name:FILE` of a hub data set. */
  readonly source?: string;
  readonly samples: number;
  /** Tokens of a window; `auto` = what the stages ask for, at most as many as the model has positions. */
  readonly length: number | 'auto';
  readonly seed: number;
  /**
   * How windows are cut (methods.md §3): `windows`: texts are joined and windows drawn by seed; `documents`: texts are drawn,
   * and a window in each; `blocks`: shuffled texts of at most a window are joined and cut into blocks (AWQ); `traces`: whole
   * texts or traces, each cut at the length.
   */
  readonly sampling: 'windows' | 'documents' | 'blocks' | 'traces';
  /**
   * What rounders and codecs of the cache see: `quantized`, what their layer is given behind those that are already
   * quantized; `float`, what the float model gives it. Transforms see the float model in any case.
   */
  readonly through: 'quantized' | 'float';
}

/** What to do to a model, complete: every default is spelled out. */
export interface Recipe {
  readonly pipeline: readonly RecipeStage[];
  readonly weights?: WeightScheme;
  readonly activations?: ActivationScheme;
  readonly kv?: KvScheme;
  readonly rules: readonly Rule[];
  readonly calibration?: CalibrationSpec;
  /** Of the recipe's own random draws. */
  readonly seed: number;
}

type Partially<T, Required extends keyof T> = Partial<T> & Pick<T, Required>;

/** A recipe as people write it: what is left out has the default of interface.md §1. */
export interface RecipeInput {
  readonly $schema?: string;
  readonly pipeline?: readonly RecipeStage[];
  readonly weights?: Partially<WeightScheme, 'bits'>;
  readonly activations?: Partially<ActivationScheme, 'bits'>;
  /** `{ bits }` stands for equal keys and values. */
  readonly kv?:
    | Partially<KvPartScheme, 'bits'>
    | {
        readonly key?: Partially<KvPartScheme, 'bits'>;
        readonly value?: Partially<KvPartScheme, 'bits'>;
        readonly window?: number;
        readonly rope?: 'before' | 'after';
      };
  readonly rules?: readonly {
    readonly match: string;
    readonly scheme:
      | 'skip'
      | {
          readonly weight?: Partially<WeightScheme, 'bits'>;
          readonly activation?: Partially<ActivationScheme, 'bits'>;
        };
  }[];
  readonly calibration?: Partial<CalibrationSpec>;
  readonly seed?: number;
}
