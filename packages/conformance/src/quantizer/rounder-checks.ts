import {
  dequantizeWeight,
  floatElements,
  groupCount,
  groupSize,
  hasSignedCodes,
  highestCode,
  lowestCode,
  packCodes,
  relativeSquaredError,
  scaleCode,
  scaleOfCode,
  unpackCodes,
} from '@thinkbits/numerics';
import { allLinears, type Rounder, type ScaleFormat, type WeightScheme } from '@thinkbits/spec';
import { expect } from 'vitest';
import type { Check } from '../check.js';
import { expectCodedError } from '../expect-coded-error.js';
import { expectTensorsFreed } from '../expect-tensors-freed.js';
import { tinyInputs, withTensors } from '../tiny/tensors.js';
import { tinyContext } from '../tiny/tiny-context.js';
import { tinyModel } from '../tiny/tiny-model.js';
import { budget } from './common-checks.js';
import { nearest, outputError, type RoundedCase, roundModel } from './rounder-runs.js';

/** Promises that a rounder may make; what is not promised is not checked. */
export interface RounderPromises {
  /** Every weight takes the level nearest to it. Holds for rounding to nearest, not for GPTQ. */
  readonly roundsToNearest?: boolean;
  /** Over the observed inputs the output error of all linears together is not above that of rounding to nearest. */
  readonly beatsRoundingToNearest?: boolean;
}

/** Whether a scale survives being stored in its format. */
function isStorable(format: ScaleFormat, scale: number, globalScale: number): boolean {
  if (format === 'float32') return true;
  return scaleOfCode(format, scaleCode(format, scale, globalScale), globalScale) === scale;
}

/** Fails unless the codes and parameters are what the scheme says. */
function expectWeight({ weight, linear, scheme }: RoundedCase): void {
  const of = linear.name;
  expect([weight.rows, weight.columns], of).toEqual([linear.out, linear.in]);
  expect(weight.scheme, `${of}: its scheme`).toEqual(scheme);
  const signed = hasSignedCodes(scheme);
  expect(weight.codes, `${of}: codes`).toBeInstanceOf(signed ? Int8Array : Uint8Array);
  expect(weight.codes.length, `${of}: codes`).toBe(linear.out * linear.in);
  const groups = groupCount(linear.in, scheme.group);
  expect(weight.scales.length, `${of}: scales`).toBe(linear.out * groups);
  expect(
    weight.scales.every((scale) => scale > 0 && Number.isFinite(scale)),
    `${of}: scales`,
  ).toBe(true);
  if (scheme.symmetric) expect(weight.zeros, `${of}: zeros of a symmetric grid`).toBeUndefined();
  else {
    expect(weight.zeros?.length, `${of}: zeros`).toBe(linear.out * groups);
    expect(weight.zeros?.every(Number.isInteger), `${of}: zeros are whole numbers`).toBe(true);
  }
  const [lowest, highest] = [lowestCode(scheme.bits, signed), highestCode(scheme.bits, signed)];
  const outside = weight.codes.findIndex((code) => code < lowest || code > highest);
  expect(weight.codes[outside], `${of}: codes lie in [${lowest}, ${highest}]`).toBeUndefined();
  if (scheme.float) {
    const { values } = floatElements[scheme.float.element];
    const strange = weight.codes.find((code) => !Number.isFinite(values[code]));
    expect(strange, `${of}: codes are numbers`).toBeUndefined();
    const { scale: format } = scheme.float;
    const { globalScale = 1, scales } = weight;
    const lost = scales.find((scale) => !isStorable(format, scale, globalScale));
    expect(lost, `${of}: scales are of the format ${format}`).toBeUndefined();
  }
  if (weight.groupIndex) {
    expect(weight.groupIndex.length, `${of}: group index`).toBe(linear.in);
    expect(
      weight.groupIndex.every((group) => group >= 0 && group < groups),
      `${of}: groups`,
    ).toBe(true);
  }
}

/** Levels that codes of a scheme may stand for, before scale and zero point. */
function levelsOf({ bits, symmetric, float }: WeightScheme): readonly number[] {
  if (float) return Array.from(floatElements[float.element].values).filter(Number.isFinite);
  const lowest = lowestCode(bits, symmetric);
  return Array.from({ length: 2 ** bits }, (_, i) => lowest + i);
}

/** Fails where another level of the group is nearer to a value than its own. */
function expectNearest({ weight, linear, scheme, values }: RoundedCase): void {
  const back = dequantizeWeight(weight);
  const groups = groupCount(linear.in, scheme.group);
  const levels = levelsOf(scheme);
  let worst = { distance: 0, at: '' };
  for (const [i, value] of values.entries()) {
    const [row, column] = [Math.floor(i / linear.in), i % linear.in];
    const consecutive = Math.floor(column / groupSize(linear.in, scheme.group));
    const parameter = row * groups + (weight.groupIndex?.[column] ?? consecutive);
    const scale = weight.scales[parameter] as number;
    const target = value / scale + (weight.zeros?.[parameter] ?? 0);
    const least = levels.reduce((near, level) => Math.min(near, Math.abs(level - target)), 1e9);
    const distance = Math.abs((back[i] as number) - value) / scale - least;
    if (distance > worst.distance) worst = { distance, at: `[${row}, ${column}]` };
  }
  expect(worst.distance, `${linear.name}${worst.at}, in scales`).toBeLessThan(1e-3);
}

const comparable = ({ weight, report }: RoundedCase) => ({ weight, report });

/** What every rounder must hold to, for each of the schemes. */
export function rounderChecks(
  make: () => Rounder,
  schemes: readonly WeightScheme[],
  promises: RounderPromises = {},
): Check[] {
  const eachCase = (check: (rounded: RoundedCase) => void) => async () => {
    for (const scheme of schemes) (await roundModel(make(), scheme)).forEach(check);
  };
  const [first] = schemes as [WeightScheme];
  const checks: Check[] = [
    { name: 'gives codes, scales and zero points of the scheme', run: eachCase(expectWeight) },
    {
      name: 'packs and unpacks to the same codes',
      run: eachCase(({ weight: { codes, rows, columns }, scheme }) => {
        const signed = hasSignedCodes(scheme);
        const words = packCodes(codes, rows, columns, scheme.bits, signed);
        expect(unpackCodes(words, rows, columns, scheme.bits, signed)).toEqual(codes);
      }),
    },
    {
      name: 'reports the error that it made',
      run: eachCase(({ weight, values, report, linear }) => {
        const made = relativeSquaredError(dequantizeWeight(weight), values);
        expect(report.relativeWeightError, linear.name).toBeCloseTo(made, 5);
        const output = report.relativeOutputError ?? 0;
        expect(
          Number.isFinite(output) && output >= 0,
          `${linear.name}: output error ${output}`,
        ).toBe(true);
      }),
    },
    {
      name: 'gives the same bytes again, in whatever order layers come',
      async run() {
        for (const scheme of schemes) {
          const once = (await roundModel(make(), scheme)).map(comparable);
          const again = (await roundModel(make(), scheme)).map(comparable);
          expect(again, 'a second time').toEqual(once);
          const reversed = (await roundModel(make(), scheme, { reversed: true })).map(comparable);
          expect(reversed, 'last layer first').toEqual(once);
        }
      },
    },
    {
      name: 'frees its tensors and none of the caller’s',
      async run() {
        await expectTensorsFreed('rounding', () => roundModel(make(), first));
        await expectTensorsFreed('a session that never finishes', async () => {
          const linear = tinyModel.blocks[0]!.stages[0]![0]!;
          const session = make().open([{ linear, scheme: first }], tinyContext(linear.name));
          await withTensors(tinyInputs(linear.name, linear.in), async (batches) => {
            for (const batch of batches) await session.observe?.(batch, batch);
          });
          session.dispose();
        });
      },
    },
    {
      name: 'stops when it is aborted, and frees its tensors then too',
      async run() {
        await expectTensorsFreed('an aborted call', async () => {
          const error = await expectCodedError('an aborted call', () =>
            roundModel(make(), first, { signal: AbortSignal.abort() }),
          );
          expect(error.code).toBe('run/aborted');
        });
      },
    },
    {
      name: 'refuses weights that are not finite',
      async run() {
        for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
          await expectTensorsFreed(`a weight of ${wrong}`, () =>
            expectCodedError(`a weight of ${wrong}`, () =>
              roundModel(make(), first, {
                change(values) {
                  values[values.length >> 1] = wrong;
                },
              }),
            ),
          );
        }
      },
    },
    {
      name: 'plans an error for a group that no row can fill',
      run() {
        const weight = { ...first, group: 4096 };
        const linears = new Map(allLinears(tinyModel).map(({ name }) => [name, { weight }]));
        const { issues } = make().plan(tinyModel, { linears }, budget);
        expect(issues.map(({ severity }) => severity)).toContain('error');
      },
    },
  ];
  if (promises.roundsToNearest) {
    checks.push({ name: 'rounds to the nearest level', run: eachCase(expectNearest) });
  }
  if (promises.beatsRoundingToNearest) {
    checks.push({
      name: 'loses no more on the outputs than rounding to nearest',
      async run() {
        for (const scheme of schemes) {
          const cases = await roundModel(make(), scheme);
          const total = (read: (rounded: RoundedCase) => Float32Array) =>
            cases.reduce((sum, rounded) => sum + outputError(rounded, read(rounded)), 0);
          const own = total(({ weight }) => dequantizeWeight(weight));
          const plain = total(nearest);
          expect(
            own,
            `at ${scheme.bits} bits; rounding to nearest loses ${plain}`,
          ).toBeLessThanOrEqual(plain);
        }
      },
    });
  }
  return checks;
}
