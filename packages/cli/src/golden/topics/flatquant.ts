import {
  applyLinearMap,
  clampGroups,
  dequantizeTokens,
  dequantizeWeight,
  invertLinearMap,
  invertMatrix,
  kroneckerFactors,
  quantizeTokens,
  roundToNearest,
  transposeLinearMap,
} from '@thinkbits/numerics';
import type { LinearMap, WeightBits } from '@thinkbits/spec';
import { booleanOf, numberOf, onlySettings } from '../settings.js';
import type { GoldenTensor } from '../tensor.js';
import type { CaseContext, GoldenCheck, GoldenTopic } from '../topic.js';
import { flatquantExport } from './flatquant-export.js';
import { flatquantTraining } from './flatquant-training.js';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const floats = ({ values }: GoldenTensor) => Float32Array.from(values);
const ratios = ({ values }: GoldenTensor) => Array.from(values, sigmoid);

/** The factors of every size that the case lists; it lists them as values alone. */
const factors: GoldenCheck = {
  rules: { table: { how: 'exact', of: ['table'] } },
  async compute({ settings, expectedValue }) {
    onlySettings(settings, ['kind']);
    const sizes = Object.keys(expectedValue('table') as object).sort();
    return { table: sizes.flatMap((size) => [...kroneckerFactors(Number(size))]) };
  },
};

/** Rows of a matrix, in float64. */
function* rowsOf(values: Float32Array, columns: number): Generator<Float64Array> {
  for (let start = 0; start < values.length; start += columns)
    yield Float64Array.from(values.subarray(start, start + columns));
}

function transposed(matrix: Float64Array): Float64Array {
  const size = Math.sqrt(matrix.length);
  return matrix.map((_, at) => matrix[(at % size) * size + Math.floor(at / size)] as number);
}

/** x · (L ⊗ R) by definition: what float32 maps lose to bad conditioning, their product x' · W'ᵀ must not. */
function inFloat64(
  x: Float64Array,
  left: Float32Array | Float64Array,
  right: Float32Array | Float64Array,
): Float64Array {
  const [outer, inner] = [Math.sqrt(left.length), Math.sqrt(right.length)];
  return x.map((_, at) => {
    const [i, j] = [Math.floor(at / inner), at % inner];
    let sum = 0;
    for (let a = 0; a < outer; a++)
      for (let b = 0; b < inner; b++)
        sum += x[a * inner + b]! * left[a * outer + i]! * right[b * inner + j]!;
    return sum;
  });
}

/** x' = (x · d)(L ⊗ R), W' = (W / d)(L⁻ᵀ ⊗ R⁻ᵀ), and x' · W'ᵀ, which is x · Wᵀ. */
const kronecker: GoldenCheck = {
  rules: {
    relative_frobenius: {
      how: 'frobenius',
      of: ['x_transformed', 'weight_transformed', 'output'],
    },
  },
  async compute({ settings, input }) {
    onlySettings(settings, ['kind', 'n', 'left', 'right']);
    const n = numberOf(settings, 'n');
    const [left, right, x, weight, diag] = (await Promise.all(
      ['left', 'right', 'x', 'weight', 'diag'].map(async (name) => floats(await input(name))),
    )) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    const dense = (name: 'left' | 'right', values: Float32Array): LinearMap => ({
      kind: 'dense',
      size: numberOf(settings, name),
      values,
    });
    const map: LinearMap = {
      kind: 'kronecker',
      left: dense('left', left),
      right: dense('right', right),
    };
    const scaled = (values: Float32Array, by: (d: number) => number) =>
      values.map((value, i) => value * by(diag[i % n] as number));
    const rows = (values: Float32Array) => values.length / n;
    const mapped = applyLinearMap(
      map,
      scaled(x, (d) => d),
      rows(x),
      n,
    );
    const undo = transposeLinearMap(invertLinearMap(map));
    const undone = applyLinearMap(
      undo,
      scaled(weight, (d) => 1 / d),
      rows(weight),
      n,
    );
    const inverse = {
      left: transposed(invertMatrix(left, numberOf(settings, 'left'))),
      right: transposed(invertMatrix(right, numberOf(settings, 'right'))),
    };
    const output = Array.from(rowsOf(x, n), (row) => {
      const exact = inFloat64(
        row.map((value, i) => value * (diag[i] as number)),
        left,
        right,
      );
      return Array.from(rowsOf(weight, n), (out) => {
        const undoneRow = inFloat64(
          out.map((value, i) => value / (diag[i] as number)),
          inverse.left,
          inverse.right,
        );
        return exact.reduce((sum, value, i) => sum + value * (undoneRow[i] as number), 0);
      });
    }).flat();
    return { x_transformed: mapped, weight_transformed: undone, output };
  },
};

const logistic: GoldenCheck = {
  rules: { abs: { how: 'absolute', of: ['ratio'] } },
  async compute({ settings, input }) {
    onlySettings(settings, ['kind']);
    return { ratio: ratios(await input('raw')) };
  },
};

const clipSettings = ['kind', 'bits', 'groups', 'symmetric'];

const activationClip: GoldenCheck = {
  rules: { max_abs: { how: 'absolute', of: ['dequantized'] } },
  async compute({ settings, input }: CaseContext) {
    onlySettings(settings, clipSettings);
    const x = await input('x');
    const dimension = x.shape.at(-1) as number;
    const quantized = quantizeTokens(floats(x), x.values.length / dimension, dimension, {
      bits: numberOf(settings, 'bits'),
      symmetric: booleanOf(settings, 'symmetric'),
      range: 'zero-inclusive',
      group: dimension / numberOf(settings, 'groups'),
      clip: { low: ratios(await input('clip_min')), high: ratios(await input('clip_max')) },
    });
    return { dequantized: dequantizeTokens(quantized) };
  },
};

const weightClip: GoldenCheck = {
  rules: { max_abs: { how: 'absolute', of: ['clipped', 'dequantized'] } },
  async compute({ settings, input }) {
    onlySettings(settings, clipSettings);
    const weight = await input('weight');
    const [rows, columns] = weight.shape as [number, number];
    const group = columns / numberOf(settings, 'groups');
    const values = floats(weight);
    const ends = (take: (...x: number[]) => number, by: readonly number[]) =>
      Float32Array.from(
        by,
        (ratio, i) => ratio * take(...values.subarray(i * group, (i + 1) * group)),
      );
    const bounds = {
      low: ends(Math.min, ratios(await input('clip_min'))),
      high: ends(Math.max, ratios(await input('clip_max'))),
    };
    const scheme = {
      bits: numberOf(settings, 'bits') as WeightBits,
      group,
      symmetric: booleanOf(settings, 'symmetric'),
      range: 'zero-inclusive',
    } as const;
    return {
      clipped: clampGroups(values, rows, columns, group, bounds),
      dequantized: dequantizeWeight(
        roundToNearest(values, rows, columns, scheme, { clip: bounds }),
      ),
    };
  },
};

const kinds: { readonly [kind: string]: GoldenCheck } = {
  'kronecker-factors': factors,
  kronecker,
  sigmoid: logistic,
  'learnable-activation-clip': activationClip,
  'learnable-weight-clip': weightClip,
};

/** FlatQuant: maps, clips, training and the exported layer. */
export const flatquant: GoldenTopic = (settings) => {
  if (settings.kind === 'training') return flatquantTraining(settings);
  if (settings.kind === 'export') return flatquantExport;
  return kinds[String(settings.kind)];
};
