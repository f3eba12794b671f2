import { hadamardFactors, hadamardSigns } from '@thinkbits/numerics';
import type { LinearMap } from '@thinkbits/spec';

/** A map as `readMap` of native/row-map.h reads it. */
export interface MapDescription {
  readonly structure: Int32Array;
  readonly values: Float32Array;
}

const kinds = { diagonal: 0, dense: 1, kronecker: 2, 'block-diagonal': 3, hadamard: 4 } as const;

/** What ChannelMap of `@thinkbits/ops` applies, for the addon. */
export function describeMap(map: LinearMap): MapDescription {
  const structure: number[] = [];
  const values: ArrayLike<number>[] = [];
  const describe = (part: LinearMap): void => {
    structure.push(kinds[part.kind]);
    switch (part.kind) {
      case 'diagonal':
        structure.push(part.values.length);
        values.push(part.values);
        break;
      case 'dense':
        structure.push(part.size);
        values.push(part.values);
        break;
      case 'kronecker':
        describe(part.left);
        describe(part.right);
        break;
      case 'block-diagonal':
        structure.push(part.blocks.length);
        part.blocks.forEach(describe);
        break;
      case 'hadamard': {
        const { size, seed, transposed = false } = part;
        const { base, power, signs } = hadamardFactors(size, !transposed); // x · H is Hᵀ applied to x
        const order = seed === undefined ? 0 : transposed ? 2 : 1; // (H · D)ᵀ = D · Hᵀ
        structure.push(base, power, order);
        values.push(signs);
        if (seed !== undefined) values.push(hadamardSigns(size, seed));
      }
    }
  };
  describe(map);
  const all = new Float32Array(values.reduce((count, { length }) => count + length, 0));
  let at = 0;
  for (const part of values) {
    all.set(part, at);
    at += part.length;
  }
  return { structure: Int32Array.from(structure), values: all };
}
