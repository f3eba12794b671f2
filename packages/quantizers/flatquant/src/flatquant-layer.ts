import type { BlockView, ModelInfo, Proposal, RandomSource } from '@thinkbits/spec';
import { channelMaxima } from './channel-maxima.js';
import { foldLayer } from './fold-layer.js';
import { type FrozenLayer, readFrozenLayer } from './frozen-layer.js';
import { type LayerShape, layerShape } from './layer-shape.js';
import { completeOptions, type FlatquantOptions } from './options.js';
import { type ChannelMaxima, firstParameters, type Parameters } from './parameters.js';
import { Teacher } from './teacher.js';
import { type TrainingHooks, trainLayer } from './train-layer.js';

/** The inputs that a diagonal balances: those of q, k and v, of gate and up, and of down. */
const balanced = [0, 2, 3] as const;

/** FlatQuant on one decoder layer, step by step; dispose it to free its tensors. */
export class FlatquantLayer {
  readonly shape: LayerShape;
  private readonly view: BlockView;
  private readonly layer: FrozenLayer;
  private readonly options: Required<FlatquantOptions>;

  private constructor(view: BlockView, layer: FrozenLayer, options: Required<FlatquantOptions>) {
    this.shape = layer.shape;
    this.view = view;
    this.layer = layer;
    this.options = options;
  }

  /**
   * Reads the layer's float tensors.
   * @throws ThinkbitsError `flatquant/options`
   */
  static async open(
    view: BlockView,
    model: ModelInfo,
    given: FlatquantOptions = {},
  ): Promise<FlatquantLayer> {
    const options = completeOptions(given);
    const shape = layerShape(view.info, model, view.schemes, view.kv, options);
    return new FlatquantLayer(view, await readFrozenLayer(view, shape), options);
  }

  /** Where training starts; diagonals balance weights and what calibration shows of their inputs. */
  async firstParameters(random: RandomSource): Promise<Parameters> {
    const maxima = new Map<number, ChannelMaxima>();
    for (const stage of this.options.diagonal === false ? [] : balanced)
      maxima.set(stage, await channelMaxima(this.view, this.layer, stage));
    return firstParameters(this.shape, this.options, random, maxima);
  }

  /**
   * Trains in place.
   * @throws ThinkbitsError `flatquant/diverged`, `matrix/singular`, `run/aborted`
   */
  async train(parameters: Parameters, hooks: TrainingHooks = {}): Promise<void> {
    await trainLayer(new Teacher(this.view), this.layer, parameters, this.options, hooks);
  }

  /** What was learned as edits and clips. */
  fold(parameters: Parameters): Promise<Proposal> {
    return foldLayer(this.layer, parameters);
  }

  dispose(): void {
    this.layer.dispose();
  }
}
