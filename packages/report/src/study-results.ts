/** A closed interval `[low, high]`. */
export type Interval = readonly [low: number, high: number];

/**
 * How much a quantized cell lost (arXiv 2504.04823): `lossless` at most 1 point, `fair` at most 3, `risky` more;
 * `undetermined` where the interval spans more than one of them.
 */
export type DropClass = 'lossless' | 'fair' | 'risky' | 'undetermined';

/** A model of the study, before anything was done to it. */
export interface StudyModel {
  /** What rows refer to. */
  readonly id: string;
  /** Short name for tables and plots, for example `nano`. */
  readonly label: string;
  readonly parameters?: number;
  /** sha256 of the float weights. */
  readonly hash?: string;
}

/** A benchmark of the study and what identifies its data. */
export interface StudyBenchmark {
  /** What rows refer to. */
  readonly id: string;
  readonly title: string;
  /** sha256 of the rows that were asked. */
  readonly data_hash?: string;
  /** How answers were drawn, in words, for example `greedy`. */
  readonly sampling?: string;
  readonly max_tokens?: number;
  readonly seeds?: readonly number[];
  /** Who judged, in words: scorer, version, options that were given. */
  readonly scoring?: string;
}

/** The machine and the versions that made the figures. */
export interface StudyHost {
  readonly processor: string;
  readonly cores: number;
  readonly backend: string;
  readonly threads?: number;
  readonly compute?: string;
  /** By package or program name. */
  readonly versions: { readonly [name: string]: string };
}

/** A quantized cell against the float cell of the same model, on the same problems. */
export interface StudyDrop {
  /** Percentage points lost; negative = gained. */
  readonly points: number;
  /** Of `points`, paired by problem. */
  readonly interval95: Interval;
  readonly class: DropClass;
}

/** Bytes, by what a backend holds, what packed codes and scales take, and what float takes. */
export interface StudyMemory {
  /** What this backend kept in memory. */
  readonly weights_held_bytes: number;
  /** Codes and scales as packed on disk, and in memory where the backend has packed kernels. */
  readonly weights_packed_bytes: number;
  /** The same weights as the float cell holds them. */
  readonly weights_float_bytes: number;
  /** Of the key and value cache. */
  readonly kv_bytes_per_token?: {
    readonly held: number;
    readonly packed: number;
    readonly float: number;
  };
}

/** The 5th to 95th percentile of answer lengths, in tokens. */
export interface TokenQuantiles {
  readonly p05: number;
  readonly p25: number;
  readonly p50: number;
  readonly p75: number;
  readonly p95: number;
}

/** One answer, kept so that a reader can see what the figures are made of. */
export interface StudySample {
  readonly problem: string;
  readonly repeat?: number;
  readonly question?: string;
  readonly expected: string;
  /** What was read as the model's answer; null when nothing was. */
  readonly extracted: string | null;
  readonly correct: boolean;
  readonly finish_reason: 'stop' | 'length' | 'error';
  readonly completion_tokens: number;
  /** Empty where `withheld`; so is `text`. */
  readonly thinking: string;
  readonly text: string;
  /** Question and answer are left out: the benchmark does not allow them to be shown. */
  readonly withheld?: true;
}

/** One cell: a model, a recipe, a benchmark. Shares lie in [0, 1]. */
export interface StudyRow {
  readonly model: string;
  /** The recipe's short form, `none` for float. */
  readonly recipe: string;
  /** Short name for tables and plots, for example `W4`. */
  readonly label: string;
  /** Null = float; so for activations and cache. */
  readonly weight_bits: number | null;
  readonly activation_bits: number | null;
  /** The narrower of keys and values where they differ. */
  readonly kv_bits: number | null;
  readonly benchmark: string;
  readonly problems: number;
  readonly repeats: number;
  readonly accuracy: number;
  readonly interval95: Interval;
  /** Of accuracy; null for a single repeat. */
  readonly std_over_repeats: number | null;
  /** Null for the float row. */
  readonly drop: StudyDrop | null;
  /** Right in float and wrong here, and the reverse; null for the float row. */
  readonly flips: { readonly right_to_wrong: number; readonly wrong_to_right: number } | null;
  readonly mean_completion_tokens: number;
  /** `mean_completion_tokens` over that of the float row; null for the float row. */
  readonly tokens_ratio: number | null;
  /** Null where no answer was right (or none wrong). */
  readonly tokens_when_right: number | null;
  readonly tokens_when_wrong: number | null;
  readonly token_quantiles?: TokenQuantiles;
  /** Answers cut off at the token limit. */
  readonly truncated_share: number;
  /** Answers in which no result could be read. */
  readonly unparsed_share: number;
  /** Accuracy by group of problems, for example `{ steps: { "2": { accuracy, problems } } }`. */
  readonly by_group: {
    readonly [group: string]: {
      readonly [value: string]: { readonly accuracy: number; readonly problems: number };
    };
  };
  /** Figures of the benchmark's scorer that are no accuracy, by name, for example `mcc`. */
  readonly scores?: {
    readonly [name: string]: {
      readonly value: number | null;
      readonly interval95: Interval | null;
    };
  };
  /** Of this model and recipe over texts, by the text's name. */
  readonly perplexity?: { readonly [text: string]: number };
  /** Null where it cannot be known, for example behind a server. */
  readonly memory: StudyMemory | null;
  /** Of the whole evaluation, all workers together; null where it was not measured. */
  readonly tokens_per_second: number | null;
  /** Where the run lies, seen from the folder of the study: `runs/nano--none--chain`. */
  readonly run?: string;
  /** sha256 of the run's samples. */
  readonly run_hash?: string;
  readonly samples?: readonly StudySample[];
}

/** Everything a report is made from; `results.json` of a study directory. */
export interface StudyResults {
  readonly schema_version: 1;
  readonly title: string;
  /** ISO date and time; only where the caller gives one, so that equal results have equal bytes. */
  readonly created_at?: string;
  /** How to make the same figures again. */
  readonly created_from: {
    readonly command: string;
    /** sha256 of the completed study file. */
    readonly study_hash?: string;
  };
  readonly host: StudyHost;
  /** How the intervals were computed, in words. */
  readonly statistics?: { readonly interval: string; readonly paired: string };
  readonly models: readonly StudyModel[];
  readonly benchmarks: readonly StudyBenchmark[];
  readonly rows: readonly StudyRow[];
}
