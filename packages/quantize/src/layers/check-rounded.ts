import { groupCount, hasSignedCodes } from '@thinkbits/numerics';
import { type RoundedLinear, type RoundingTarget, ThinkbitsError } from '@thinkbits/spec';

/**
 * Holds what a rounder returns against what it was asked for, before it is packed.
 * @throws ThinkbitsError `rounder/bad-result`
 */
export function checkRounded(
  rounder: string,
  targets: readonly RoundingTarget[],
  rounded: readonly RoundedLinear[],
): void {
  const refuse = (what: string): never => {
    throw new ThinkbitsError({
      code: 'rounder/bad-result',
      message: `${rounder} returned ${what}.`,
      help: `This is a defect of ${rounder}: run the conformance kit on it.`,
    });
  };
  if (rounded.length !== targets.length)
    refuse(`${rounded.length} weights for ${targets.length} linears`);
  targets.forEach(({ linear, scheme }, index) => {
    const { weight, report } = rounded[index] as RoundedLinear;
    const groups = groupCount(linear.in, weight.scheme.group);
    const check = (holds: boolean, what: string): void => {
      if (!holds) refuse(`${what} for ${linear.name}`);
    };
    check(
      weight.rows === linear.out && weight.columns === linear.in,
      `[${weight.rows}, ${weight.columns}]`,
    );
    for (const key of ['bits', 'group', 'symmetric'] as const) {
      check(
        weight.scheme[key] === scheme[key],
        `${key} ${weight.scheme[key]} instead of ${scheme[key]}`,
      );
    }
    check(
      JSON.stringify(weight.scheme.float) === JSON.stringify(scheme.float),
      `the format ${JSON.stringify(weight.scheme.float)} instead of ${JSON.stringify(scheme.float)}`,
    );
    check(weight.codes.length === linear.out * linear.in, `${weight.codes.length} codes`);
    check(
      weight.codes instanceof Int8Array === hasSignedCodes(scheme),
      'codes of the wrong signedness',
    );
    check(weight.scales.length === linear.out * groups, `${weight.scales.length} scales`);
    check(weight.scales.every(Number.isFinite), 'a scale that is not finite');
    check(
      (weight.zeros !== undefined) === !scheme.symmetric,
      `${weight.zeros ? 'zero points' : 'no zero points'}`,
    );
    check(
      Number.isFinite(report.relativeWeightError),
      `a relative weight error of ${report.relativeWeightError}`,
    );
    check(
      weight.zeros?.length === (scheme.symmetric ? undefined : linear.out * groups),
      `${weight.zeros?.length} zero points`,
    );
  });
}
