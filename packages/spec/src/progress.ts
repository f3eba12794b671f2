import type { JsonObject } from './json.js';

/** A thing to know about: an `error` stops a plan, a `warning` does not. */
export interface Issue {
  readonly severity: 'error' | 'warning' | 'info';
  /** Stable, for example `group/larger-than-row`. */
  readonly code: string;
  /** The linear, file or option it is about. */
  readonly subject?: string;
  readonly message: string;
  readonly help?: string;
}

/** What happened to one linear. */
export interface LayerReport {
  readonly name: string;
  /** Identifiers of the stages that touched it, in order. */
  readonly method: string;
  readonly bits: number;
  /** ‖W - Ŵ‖² / ‖W‖². */
  readonly relativeWeightError: number;
  /** ‖X(W - Ŵ)ᵀ‖² / ‖XWᵀ‖² over the calibration inputs, where there were any. */
  readonly relativeOutputError?: number;
  /** Share of the Hessian's mean diagonal that was added before it could be factored; of GPTQ and its kin. */
  readonly damping?: number;
  readonly fallback?: { readonly to: string; readonly reason: string };
}

/**
 * What a long call tells while it runs. `plan` comes first; `advance` is the one aggregate event:
 * monotonic, `done` of `total`, in `unit`.
 */
export type Progress =
  | { readonly type: 'plan'; readonly label: string; readonly total: number; readonly unit: string }
  | {
      readonly type: 'advance';
      readonly done: number;
      readonly total: number;
      readonly unit: string;
      readonly note?: string;
    }
  | { readonly type: 'layer'; readonly report: LayerReport }
  | { readonly type: 'issue'; readonly issue: Issue }
  | { readonly type: 'sample'; readonly sample: JsonObject }
  | { readonly type: 'note'; readonly message: string };
