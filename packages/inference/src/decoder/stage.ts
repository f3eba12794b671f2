import { add, type Tensor1D, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import { ChannelMap, type FloatWeight, LinearWeight, quantizeActivations } from '@thinkbits/ops';
import {
  type ActivationScheme,
  isRowParallel,
  type LinearInfo,
  type LinearMap,
  type QuantizedWeight,
  ThinkbitsError,
} from '@thinkbits/spec';

/** One linear's tensors on the host. */
export interface LinearTensors {
  readonly info: LinearInfo;
  readonly weight: FloatWeight | QuantizedWeight;
  readonly bias?: Float32Array;
  readonly activation?: ActivationScheme;
}

function sharedActivation(linears: readonly LinearTensors[]): ActivationScheme | undefined {
  const [first, ...others] = linears.map(({ activation }) => JSON.stringify(activation));
  if (others.some((other) => other !== first)) {
    const names = linears.map(({ info }) => info.name).join(', ');
    throw new ThinkbitsError({
      code: 'scheme/shared-input',
      message: `${names} read the same input but ask for different activation schemes.`,
      help: 'Give linears that share an input the same activation scheme.',
    });
  }
  return (linears[0] as LinearTensors).activation;
}

/** Linears that read the same input, run as one product: x `[tokens, in]` → `[tokens, Σ out]`. */
export class Stage {
  readonly weight: LinearWeight;
  private readonly bias: Tensor1D | undefined;
  private readonly activation: ActivationScheme | undefined;
  private readonly activationGroup: number;
  private readonly online: ChannelMap | undefined;

  /** @param online acts on the input before it is quantized; the weights hold its inverse already */
  constructor(linears: readonly LinearTensors[], online?: LinearMap) {
    const { info } = linears[0] as LinearTensors;
    this.activation = sharedActivation(linears);
    const slices = isRowParallel(info.name) ? (this.activation?.tensorParallel ?? 1) : 1;
    if (info.in % slices !== 0) {
      throw new ThinkbitsError({
        code: 'scheme/tensor-parallel',
        message: `${info.name} reads ${info.in} channels, which ${slices} slices do not divide.`,
        help: 'Choose a tensorParallel that divides the inputs of o_proj and down_proj.',
      });
    }
    const slice = info.in / slices;
    this.activationGroup = this.activation?.group ?? slice;
    if (slice % this.activationGroup !== 0) {
      throw new ThinkbitsError({
        code: 'scheme/activation-group',
        message: `${info.name} reads ${slice} channels, which groups of ${this.activationGroup} do not divide.`,
        help: 'Choose a group that divides them, or leave this linear in float by a rule.',
      });
    }
    this.weight = new LinearWeight(linears.map(({ weight }) => weight));
    if (linears.some(({ bias }) => bias)) {
      const bias = new Float32Array(this.weight.out);
      let at = 0;
      for (const linear of linears) {
        if (linear.bias) bias.set(linear.bias, at);
        at += linear.info.out;
      }
      this.bias = tensor1d(bias);
    }
    this.online = online && new ChannelMap(online);
  }

  apply(x: Tensor2D): Tensor2D {
    const mapped = this.online ? this.online.apply(x) : x;
    const input = this.activation
      ? quantizeActivations(mapped, this.activation, this.activationGroup)
      : mapped;
    const y = this.weight.apply(input);
    return this.bias ? add(y, this.bias) : y;
  }

  dispose(): void {
    this.weight.dispose();
    this.bias?.dispose();
    this.online?.dispose();
  }
}
