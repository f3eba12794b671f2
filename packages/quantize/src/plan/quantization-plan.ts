import type { Issue, ModelInfo, Quantizer, ResolvedSchemes } from '@thinkbits/spec';
import type { PlannedRecipe } from './plan-calibration.js';

/** What quantizing a model would do and need, found without reading a weight. */
export interface QuantizationPlan {
  /** An `error` stops {@link quantize} and {@link quantizeCheckpoint}; the rest is to know about. */
  readonly issues: readonly Issue[];
  /** The model as transforms leave it: its head may be tied no longer. */
  readonly model: ModelInfo;
  /** The recipe as it would run: every default spelled out, every stage with its complete options. */
  readonly recipe: PlannedRecipe;
  /**
   * The stages as they would run; `rtn` is appended where weights are to be rounded and nothing rounds
   * them.
   */
  readonly pipeline: readonly Quantizer[];
  /** The scheme of every linear after rules. */
  readonly schemes: ResolvedSchemes;
  /** Bytes of the linears that become integers, as the checkpoint stores them. */
  readonly floatBytes: number;
  /** Bytes of the same linears packed: codes, scales and zero points. */
  readonly packedBytes: number;
  /** Bytes of the finished checkpoint's weights, quantized or not; what must be free where it is written. */
  readonly diskBytes: number;
  /** Largest number of bytes in memory at once while a checkpoint is quantized, beside those of an idle process. */
  readonly peakBytes: number;
  /** Arithmetic of all stages, as they state it. */
  readonly flops: number;
  /** A rough guess for one core: {@link estimateSeconds}. */
  readonly estimatedSeconds: number;
}
