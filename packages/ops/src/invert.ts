import {
  customGrad,
  matMul,
  neg,
  type Tensor,
  type Tensor2D,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { invertMatrix } from '@thinkbits/numerics';

/**
 * M⁻¹ of a square matrix, computed in float64 on the host and differentiable: d(M⁻¹) = -M⁻¹ dM M⁻¹ (Petersen and Pedersen,
 * The Matrix Cookbook, eq. 59).
 * @throws ThinkbitsError `matrix/singular`
 */
export const invert: (matrix: Tensor2D) => Tensor2D = customGrad((...inputs) => {
  const [matrix, save] = inputs as unknown as [Tensor2D, (saved: Tensor[]) => void];
  const [size] = matrix.shape;
  const values = Float32Array.from(invertMatrix(matrix.dataSync() as Float32Array, size));
  const value = tensor2d(values, [size, size]);
  save([value]);
  return {
    value,
    gradFunc(dy: Tensor, saved: Tensor[]) {
      const turned = transpose(saved[0] as Tensor2D); // M⁻ᵀ
      return neg(matMul(matMul(turned, dy as Tensor2D), turned));
    },
  };
}) as never;
