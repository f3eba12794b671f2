import type { Json } from './json.js';
import type { ModelInfo } from './model-info.js';
import type { Issue, Progress } from './progress.js';
import type { KvScheme, LinearScheme } from './scheme.js';

/** What a stage has to see before it can work. */
export type CalibrationNeed = 'none' | 'input-statistics' | 'inputs' | 'inputs+float' | 'gradients';

/** The scheme of every linear after rules were applied: a linear that is absent is left alone. */
export interface ResolvedSchemes {
  readonly linears: ReadonlyMap<string, LinearScheme>;
  readonly kv?: KvScheme;
}

/** What the caller allows. */
export interface Budget {
  /** Calibration tokens. */
  readonly tokens: number;
  /** Tokens of one calibration window, where they are of one length. */
  readonly windowTokens?: number;
  /** Bytes of activations that may stay in memory before they spill to disk. */
  readonly bytes: number;
}

/** A dry run: reads no weights. */
export interface Plan {
  readonly issues: readonly Issue[];
  /** Peak bytes beyond the model itself. */
  readonly peakBytes: number;
  /** Arithmetic of everything. */
  readonly flops: number;
  /** The part of `flops` that is products of large matrices, which run tens of times faster than the rest; 0 where absent. */
  readonly productFlops?: number;
}

/** A seeded generator; `fork` by name makes draws independent of order. */
export interface RandomSource {
  /** Uniform in [0, 1), 32 random bits. */
  next(): number;
  /** Standard normal. */
  normal(): number;
  /** Uniform integer in [0, bound). */
  integer(bound: number): number;
  fork(name: string): RandomSource;
}

/** Handed to every stage while it works. */
export interface StageContext {
  readonly model: ModelInfo;
  /** Already forked by the name of the linear or block at hand. */
  readonly random: RandomSource;
  readonly signal?: AbortSignal;
  emit(event: Progress): void;
}

/** What transforms, rounders and KV codecs have in common. */
export interface Stage<Role extends 'transform' | 'rounder' | 'kv-codec'> {
  readonly specificationVersion: 'v1';
  readonly role: Role;
  /** The name used in recipes, for example `gptq`. */
  readonly id: string;
  /** Complete options; `create(options)` gives an equal stage. */
  readonly options: Json;
  readonly needs: { readonly calibration: CalibrationNeed };
  /**
   * Tokens of a calibration window that the method is usually given for such a model; 2048 where absent. Asked where a recipe
   * leaves the length to the plan (`auto`).
   */
  calibrationLength?(model: ModelInfo): number;
  plan(model: ModelInfo, schemes: ResolvedSchemes, budget: Budget): Plan;
}
