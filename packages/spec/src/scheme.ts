import type { FloatFormat } from './float-format.js';

/** Widths that packed integer codes may have. */
export type WeightBits = 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** Widths of stored key and value codes. */
export type KvBits = 2 | 3 | 4 | 8;

/**
 * How the range of a group is found before it is cut into levels.
 *
 * - `zero-inclusive`: [min(x, 0), max(x, 0)] (methods.md §1.0a; GPTQ, RTN, QuaRot, SmoothQuant, FlatQuant);
 * - `min-max`: [min x, max x], zero point clamped to the codes (§1.0b; AWQ).
 */
export type RangeRule = 'zero-inclusive' | 'min-max';

/**
 * Range rules of keys and values. `float-minimum`: x̂ = scale · code + minimum over [min x, max x], the minimum kept as a float
 * in place of an integer zero point (KIVI, arXiv 2402.02750).
 */
export type KvRangeRule = RangeRule | 'float-minimum';

/** Ratios in (0, 1] by which the lower and the upper end of a range shrink. */
export interface ClipRatios {
  readonly low: number;
  readonly high: number;
}

/**
 * How weights are rounded, with a scale per output row and group of input columns: to integers, code =
 * round(w / scale) + zero, or, with `float`, to the nearest element of a format, code = its bit pattern.
 */
export interface WeightScheme {
  readonly bits: WeightBits;
  /**
   * Consecutive input columns that share a scale; the last group of a row may be shorter. `channel` = the whole
   * row, `tensor` = all rows.
   */
  readonly group: number | 'channel' | 'tensor';
  /** Floats are symmetric by nature. */
  readonly symmetric: boolean;
  /** Symmetric grids use max|w| under either rule. */
  readonly range: RangeRule;
  /** Absent = integers. */
  readonly float?: FloatFormat;
}

/** Ratios in (0, 1] by which the lower and the upper end of each slice's range shrink; one slice unless a linear's input is cut. */
export interface SlicedClip {
  readonly low: readonly number[];
  readonly high: readonly number[];
}

/** Dynamic per-token quantization of what a linear reads. */
export interface ActivationScheme {
  readonly bits: WeightBits;
  /** Consecutive channels that share a scale; absent = all of them, or of a slice. */
  readonly group?: number;
  readonly symmetric: boolean;
  /** Ratio in (0, 1] by which both ends of the range shrink; or each end by its own. */
  readonly clip: number | SlicedClip;
  /**
   * The inputs of o_proj and down_proj are cut into this many slices, each with its own scale; so are their weights where
   * the scale is per `channel` (methods.md §1.0d).
   */
  readonly tensorParallel: number;
  /** Absent = integers. A scale of the whole tensor is one of the token then, so that no token depends on another. */
  readonly float?: FloatFormat;
}

/** How one of the two halves of the cache is stored. */
export interface KvPartScheme {
  readonly bits: KvBits;
  /** `token`: a scale per token and group of channels. `channel`: a scale per channel and group of tokens. */
  readonly axis: 'token' | 'channel';
  /**
   * Elements along the other axis that share a scale: channels of a token, or tokens of a channel. `head` = all of them: the
   * head's channels, or every token there will be, which takes a static grid ({@link StaticKvGrid}).
   */
  readonly group: number | 'head';
  readonly symmetric: boolean;
  readonly range: KvRangeRule;
  /** Ratio in (0, 1] by which both ends of the range shrink, or one for each end. */
  readonly clip: number | ClipRatios;
  /** Absent = integers. Floats have a scale per token; those that need a scale of the whole tensor are not stored. */
  readonly float?: FloatFormat;
}

/** What a KV codec puts where a recipe says nothing about the cache. */
export interface KvLayout {
  readonly key?: Partial<KvPartScheme>;
  readonly value?: Partial<KvPartScheme>;
  readonly window?: number;
  readonly rope?: KvScheme['rope'];
}

/** How keys and values are kept between steps. An absent half stays in float. */
export interface KvScheme {
  readonly key?: KvPartScheme;
  readonly value?: KvPartScheme;
  /**
   * The most recent tokens of a row that stay in float; 0 = everything is quantized as it arrives. A half in groups of tokens
   * quantizes a window when it is full, all of it at once, so that between 0 and `window` - 1 tokens stay in float; the window
   * is then a multiple of the group.
   */
  readonly window: number;
  /** Whether keys are quantized before or after the rotary embedding; those from before it are rotated when they are read. */
  readonly rope: 'before' | 'after';
}

/** What is done to one linear. */
export interface LinearScheme {
  readonly weight?: WeightScheme;
  readonly activation?: ActivationScheme;
}

/** An exception to the general scheme: ordered, the last match wins; a rule that matches nothing is an error. */
export interface Rule {
  /** A linear's full name, its last segment (`down_proj`), or a glob with `*`. */
  readonly match: string;
  readonly scheme: LinearScheme | 'skip';
}
