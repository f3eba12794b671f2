import { add, concat, type Rank, type Tensor2D, tidy, zeros } from '@tensorflow/tfjs-core';
import { attend, attentionInputs, type DecoderConfig, RotaryTables } from '@thinkbits/inference';
import { joinedProduct, KvCache, LinearWeight, rmsNorm, swiglu } from '@thinkbits/ops';
import type { KvScheme, LinearInfo } from '@thinkbits/spec';
import type { BlockWeights } from './block-weights.js';

/** Weights to compute with in place of a layer's own, `[out, in]`. */
export type ReplacedWeights = ReadonlyMap<string, Tensor2D>;

/**
 * The steps of a decoder layer between its four groups of linears, for one window of tokens from position 0, with keys and
 * values in float. What step k gives is what group k reads.
 */
export class BlockFlow {
  readonly config: DecoderConfig;
  private readonly rotary: RotaryTables;

  constructor(config: DecoderConfig) {
    this.config = config;
    this.rotary = new RotaryTables(config.rotary);
  }

  /** What q, k and v read. @param hidden `[tokens, hidden]` */
  qkvInput(weights: BlockWeights, hidden: Tensor2D): Tensor2D {
    return tidy(() =>
      weights.mapInput(0, rmsNorm(hidden, weights.inputNorm, this.config.normEpsilon)),
    );
  }

  /** What o_proj reads, `[tokens, heads · headDim]`. @param x what q, k and v read */
  outputInput(weights: BlockWeights, x: Tensor2D, replaced?: ReplacedWeights): Tensor2D {
    const { kvHeads, headDim } = this.config;
    const tokens = x.shape[0];
    const cache = new KvCache({ layers: 1, kvHeads, headDim });
    try {
      return tidy(() => {
        const qkv = this.project(weights, 0, x, replaced);
        const attended = attend(qkv, weights.attention, this.config, {
          ...this.angles(tokens),
          segments: [{ slot: 0, start: 0, count: tokens }],
          cache,
          layer: 0,
        });
        return weights.mapInput(1, attended);
      });
    } finally {
      cache.dispose();
    }
  }

  /** Keys and values as a cache of this scheme is given them, `[tokens, kvHeads · headDim]`. @param x what q, k and v read */
  keysAndValues(
    weights: BlockWeights,
    x: Tensor2D,
    { rope }: KvScheme,
  ): { keys: Tensor2D; values: Tensor2D } {
    return tidy(() => {
      const qkv = this.project(weights, 0, x);
      const angles = this.angles(x.shape[0]);
      const { key, value } = attentionInputs(qkv, weights.attention, this.config, angles, rope);
      return { keys: key, values: value };
    });
  }

  /** What gate and up read. @param middle `[tokens, hidden]`, the residual stream after attention */
  gateUpInput(weights: BlockWeights, middle: Tensor2D): Tensor2D {
    return tidy(() =>
      weights.mapInput(2, rmsNorm(middle, weights.postAttentionNorm, this.config.normEpsilon)),
    );
  }

  /** What down_proj reads, `[tokens, intermediate]`. @param y what gate and up read */
  downInput(weights: BlockWeights, y: Tensor2D, replaced?: ReplacedWeights): Tensor2D {
    return tidy(() => weights.mapInput(3, swiglu(this.project(weights, 2, y, replaced))));
  }

  /** What o_proj (1) or down_proj (3) add to the residual stream. */
  output(weights: BlockWeights, stage: 1 | 3, x: Tensor2D, replaced?: ReplacedWeights): Tensor2D {
    return tidy(() => this.project(weights, stage, x, replaced));
  }

  /** The layer's output, `[tokens, hidden]`. */
  forward(weights: BlockWeights, hidden: Tensor2D, replaced?: ReplacedWeights): Tensor2D {
    return tidy(() => {
      const attention = this.attention(weights, hidden, replaced);
      const middle = add(hidden, attention) as Tensor2D;
      return add(middle, this.feedForward(weights, middle, replaced));
    });
  }

  /** What attention adds to the residual stream. */
  attention(weights: BlockWeights, hidden: Tensor2D, replaced?: ReplacedWeights): Tensor2D {
    return tidy(() => {
      const x = this.qkvInput(weights, hidden);
      return this.output(weights, 1, this.outputInput(weights, x, replaced), replaced);
    });
  }

  /** What the feed-forward half adds to the residual stream. */
  feedForward(weights: BlockWeights, middle: Tensor2D, replaced?: ReplacedWeights): Tensor2D {
    return tidy(() => {
      const y = this.gateUpInput(weights, middle);
      return this.output(weights, 3, this.downInput(weights, y, replaced), replaced);
    });
  }

  /** The angles of a window's tokens. */
  private angles(tokens: number) {
    const positions = Int32Array.from({ length: tokens }, (_, position) => position);
    return { table: this.rotary.upTo(tokens), positions };
  }

  /** All linears of a group side by side, `[tokens, Σ out]`. */
  private project(
    weights: BlockWeights,
    stage: number,
    x: Tensor2D,
    replaced?: ReplacedWeights,
  ): Tensor2D {
    const linears = weights.info.stages[stage] as readonly LinearInfo[];
    const { weights: own, biases } = weights.group(stage);
    const y =
      own instanceof LinearWeight
        ? own.apply(x)
        : joinedProduct(
            x,
            own.map((weight, i) => replaced?.get((linears[i] as LinearInfo).name) ?? weight),
          );
    if (biases.every((bias) => !bias)) return y;
    const bias = biases.map((some, i) => some ?? zeros<Rank.R1>([(linears[i] as LinearInfo).out]));
    return add(y, concat(bias));
  }
}
