import { broadcast_util, reshape, sum, type Tensor } from '@tensorflow/tfjs-core';

/** The gradient of an operand that was broadcast: summed over the axes along which it was repeated. */
export function reduceTo(gradient: Tensor, { shape }: Tensor): Tensor {
  const axes = broadcast_util.getReductionAxes(shape, gradient.shape);
  return reshape(axes.length > 0 ? sum(gradient, axes) : gradient, shape);
}

/** The shape of a reduction's result with its axes kept, each of length 1; all axes where none is named. */
export function keptShape(shape: readonly number[], axis: number | number[] | null): number[] {
  const axes = [axis ?? shape.map((_, i) => i)].flat().map((a) => (a < 0 ? a + shape.length : a));
  return shape.map((length, i) => (axes.includes(i) ? 1 : length));
}
