import { add, concat, mul, split, sub, type Tensor } from '@tensorflow/tfjs-core';

/**
 * The rotary embedding in the half-split layout of Hugging Face checkpoints; call within a tidy.
 * @param x `[…, headDim]`
 * @param cosines `[…, headDim / 2]`, as `sines`, or what broadcasts to it
 */
export function rotateHalves(x: Tensor, cosines: Tensor, sines: Tensor): Tensor {
  const [first, second] = split(x, 2, x.rank - 1) as [Tensor, Tensor];
  const turned = [
    sub(mul(first, cosines), mul(second, sines)),
    add(mul(second, cosines), mul(first, sines)),
  ];
  return concat(turned, x.rank - 1);
}
