import {
  concat,
  matMul,
  mul,
  reshape,
  split,
  type Tensor,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from '@tensorflow/tfjs-core';
import { hadamardSigns, linearMapSize } from '@thinkbits/numerics';
import type { LinearMap } from '@thinkbits/spec';
import { applyKronecker } from './apply-kronecker.js';
import { hadamard } from './hadamard.js';

/** How one map acts on the rows of `[rows, size]`, and the tensors it holds for that. */
interface Action {
  apply(x: Tensor2D): Tensor2D;
  readonly held: readonly Tensor[];
}

/** y = x · M as products of the backend; a Hadamard transform takes n log n steps instead. */
function actionOf(map: LinearMap): Action {
  switch (map.kind) {
    case 'diagonal': {
      const values = tensor1d(map.values);
      return { apply: (x) => mul(x, values), held: [values] };
    }
    case 'dense': {
      const matrix = tensor2d(map.values, [map.size, map.size]);
      return { apply: (x) => matMul(x, matrix), held: [matrix] };
    }
    case 'kronecker': {
      const [left, right] = [actionOf(map.left), actionOf(map.right)];
      const sizes = [linearMapSize(map.left), linearMapSize(map.right)] as const;
      return {
        apply: (x) => applyKronecker(x, sizes, left.apply, right.apply),
        held: [...left.held, ...right.held],
      };
    }
    case 'block-diagonal': {
      const blocks = map.blocks.map(actionOf);
      const sizes = map.blocks.map(linearMapSize);
      return {
        apply: (x) => {
          const parts = split(x, sizes, 1) as Tensor2D[];
          return concat(
            blocks.map((block, i) => block.apply(parts[i] as Tensor2D)),
            1,
          );
        },
        held: blocks.flatMap(({ held }) => held),
      };
    }
    case 'hadamard': {
      const { size, seed, transposed = false } = map;
      const rotate = (x: Tensor2D) => hadamard(x, { size, transposed: !transposed }); // x · H is Hᵀ applied to x
      if (seed === undefined) return { apply: rotate, held: [] };
      const signs = tensor1d(Float32Array.from(hadamardSigns(size, seed)));
      // (H · D)ᵀ = D · Hᵀ
      const apply = transposed
        ? (x: Tensor2D) => rotate(mul(x, signs))
        : (x: Tensor2D) => mul<Tensor2D>(rotate(x), signs);
      return { apply, held: [signs] };
    }
  }
}

/** A linear map that acts on activations at run time; dispose it to free its tensors. */
export class ChannelMap {
  /** Channels that the map mixes. */
  readonly size: number;
  readonly map: LinearMap;
  private readonly action: Action;

  constructor(map: LinearMap) {
    this.map = map;
    this.size = linearMapSize(map);
    this.action = actionOf(map);
  }

  /** x · M for every `size` consecutive channels of x, `[tokens, k · size]`; the caller disposes the result. */
  apply(x: Tensor2D): Tensor2D {
    return tidy(() => reshape(this.action.apply(reshape(x, [-1, this.size])), x.shape));
  }

  dispose(): void {
    for (const tensor of this.action.held) tensor.dispose();
  }
}
