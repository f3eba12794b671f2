import { dequantizeWeight, roundToNearest } from '@thinkbits/numerics';
import type { LinearInfo, RoundedLinear, Rounder, WeightScheme } from '@thinkbits/spec';
import { expect } from 'vitest';
import type { Matrix } from '../tiny/matrix.js';
import { tinyInputs, withTensors } from '../tiny/tensors.js';
import { tinyContext } from '../tiny/tiny-context.js';
import { tinyModel, tinyWeights } from '../tiny/tiny-model.js';

/** A linear, its float weight and what a rounder made of it. */
export interface RoundedCase extends RoundedLinear {
  readonly linear: LinearInfo;
  readonly scheme: WeightScheme;
  /** `[out, in]` */
  readonly values: Float32Array;
}

/** How the linears of the tiny model are rounded. */
export interface RoundingRun {
  readonly reversed?: boolean;
  readonly signal?: AbortSignal;
  /** Replaces a weight. */
  change?(values: Float64Array): void;
}

const stages = tinyModel.blocks.flatMap((block) => block.stages);

/** Rounds every linear of the tiny model, a session for each group that shares an input; results in the model's order. */
export async function roundModel(
  rounder: Rounder,
  scheme: WeightScheme,
  run: RoundingRun = {},
): Promise<RoundedCase[]> {
  const weights = tinyWeights();
  const results = new Map<string, RoundedCase>();
  for (const stage of run.reversed ? stages.toReversed() : stages) {
    const matrices = stage.map(({ name }) => weights.get(name) as Matrix);
    for (const { values } of matrices) run.change?.(values);
    const { name, in: columns } = stage[0] as LinearInfo;
    const targets = stage.map((linear) => ({ linear, scheme }));
    const session = rounder.open(targets, tinyContext(name, run.signal));
    try {
      for (const batch of rounder.needs.calibration === 'none' ? [] : tinyInputs(name, columns)) {
        await withTensors([batch, batch], ([input, float]) => session.observe?.(input!, float!));
      }
      const rounded = await withTensors(matrices, (tensors) => session.finish(tensors));
      expect(rounded.length, 'a result for every linear').toBe(stage.length);
      for (const [index, linear] of stage.entries()) {
        const values = Float32Array.from((matrices[index] as Matrix).values);
        results.set(linear.name, { ...(rounded[index] as RoundedLinear), linear, scheme, values });
      }
    } finally {
      session.dispose();
    }
  }
  return stages.flat().map(({ name }) => results.get(name) as RoundedCase);
}

/** The same linears rounded to nearest, to compare with. */
export function nearest({ linear, scheme, values }: RoundedCase): Float32Array {
  return dequantizeWeight(roundToNearest(values, linear.out, linear.in, scheme));
}

/** ‖X(Ŵ - W)ᵀ‖² over the inputs that the kit lets a rounder observe. */
export function outputError({ linear, values }: RoundedCase, rounded: Float32Array): number {
  const stage = stages.find((members) => members.includes(linear)) as readonly LinearInfo[];
  let sum = 0;
  for (const input of tinyInputs((stage[0] as LinearInfo).name, linear.in)) {
    for (let token = 0; token < input.rows; token++) {
      for (let row = 0; row < linear.out; row++) {
        let error = 0;
        for (let i = 0; i < linear.in; i++) {
          const at = row * linear.in + i;
          const difference = (rounded[at] as number) - (values[at] as number);
          error += (input.values[token * linear.in + i] as number) * difference;
        }
        sum += error * error;
      }
    }
  }
  return sum;
}
