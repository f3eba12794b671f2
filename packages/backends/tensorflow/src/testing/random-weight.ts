import type { QuantizedWeight } from '@thinkbits/spec';

/** Draws in [0, 1), the same in every run (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A weight to draw. */
export interface WeightShape {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  readonly group: number | 'channel';
  readonly symmetric: boolean;
  /** Groups that are not consecutive, as activation order leaves them. */
  readonly scattered: boolean;
}

/** Codes, scales and zeros of that shape. */
export function randomWeight(shape: WeightShape, random: () => number): QuantizedWeight {
  const { rows, columns, bits, group, symmetric, scattered } = shape;
  const groups = group === 'channel' ? 1 : Math.ceil(columns / group);
  const low = symmetric ? -(2 ** (bits - 1)) : 0;
  const code = () => low + Math.floor(random() * 2 ** bits);
  const codes = Array.from({ length: rows * columns }, code);
  const fill = (draw: () => number) => Float32Array.from({ length: rows * groups }, draw);
  return {
    rows,
    columns,
    scheme: { bits, group, symmetric } as QuantizedWeight['scheme'],
    codes: symmetric ? Int8Array.from(codes) : Uint8Array.from(codes),
    scales: fill(() => 0.01 + random()),
    ...(!symmetric && { zeros: fill(() => Math.floor(random() * 2 ** bits)) }),
    ...(scattered && {
      groupIndex: Int32Array.from({ length: columns }, () => Math.floor(random() * groups)),
    }),
  };
}
