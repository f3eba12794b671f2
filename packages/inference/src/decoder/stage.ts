import { add, type Tensor1D, type Tensor2D, tensor1d } from '@tensorflow/tfjs-core';
import {
  ChannelMap,
  type FloatWeight,
  LinearWeight,
  type QuantizeActivationsAttributes,
  type StackStage,
} from '@thinkbits/ops';
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
export class Stage implements StackStage {
  readonly weight: LinearWeight;
  readonly bias?: Tensor1D;
  readonly rounding?: QuantizeActivationsAttributes;
  /** Acts on the input before it is rounded. */
  readonly online?: ChannelMap;

  /** @param online acts on the input before it is quantized; the weights hold its inverse already */
  constructor(linears: readonly LinearTensors[], online?: LinearMap) {
    const { info } = linears[0] as LinearTensors;
    const scheme = sharedActivation(linears);
    const slices = isRowParallel(info.name) ? (scheme?.tensorParallel ?? 1) : 1;
    if (info.in % slices !== 0) {
      throw new ThinkbitsError({
        code: 'scheme/tensor-parallel',
        message: `${info.name} reads ${info.in} channels, which ${slices} slices do not divide.`,
        help: 'Choose a tensorParallel that divides the inputs of o_proj and down_proj.',
      });
    }
    const slice = info.in / slices;
    const group = scheme?.group ?? slice;
    if (slice % group !== 0) {
      throw new ThinkbitsError({
        code: 'scheme/activation-group',
        message: `${info.name} reads ${slice} channels, which groups of ${group} do not divide.`,
        help: 'Choose a group that divides them, or leave this linear in float by a rule.',
      });
    }
    if (scheme) this.rounding = { scheme, group };
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
    if (online) this.online = new ChannelMap(online);
  }

  apply(x: Tensor2D): Tensor2D {
    const mapped = this.online ? this.online.apply(x) : x;
    const { rounding } = this;
    const y = rounding
      ? this.weight.applyRounded(mapped, rounding.scheme, rounding.group)
      : this.weight.apply(mapped);
    return this.bias ? add(y, this.bias) : y;
  }

  dispose(): void {
    this.weight.dispose();
    this.bias?.dispose();
    this.online?.dispose();
  }
}
