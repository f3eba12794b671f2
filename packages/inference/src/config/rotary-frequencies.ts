import type { RotaryConfig } from './rotary-config.js';

/** Angles per position, `[headDim / 2]`, and the factor on cosines and sines. */
export interface RotaryFrequencies {
  readonly inverse: Float64Array;
  readonly attentionFactor: number;
}

/** Llama 3: long wavelengths are stretched by `factor`, short ones kept, those between blended. */
function llama3(inverse: number, s: Extract<RotaryConfig['scaling'], { type: 'llama3' }>): number {
  const wavelength = (2 * Math.PI) / inverse;
  if (wavelength > s.originalPositions / s.lowFrequencyFactor) return inverse / s.factor;
  if (wavelength < s.originalPositions / s.highFrequencyFactor) return inverse;
  const smooth =
    (s.originalPositions / wavelength - s.lowFrequencyFactor) /
    (s.highFrequencyFactor - s.lowFrequencyFactor);
  return ((1 - smooth) * inverse) / s.factor + smooth * inverse;
}

/** YaRN (Peng et al. 2023): interpolate slow dimensions, keep fast ones, ramp between. */
function yarn(
  inverse: Float64Array,
  headDim: number,
  theta: number,
  s: Extract<RotaryConfig['scaling'], { type: 'yarn' }>,
): Float64Array {
  const dimension = (rotations: number) =>
    (headDim * Math.log(s.originalPositions / (rotations * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(Math.floor(dimension(s.betaFast)), 0);
  let high = Math.min(Math.ceil(dimension(s.betaSlow)), headDim - 1);
  if (low === high) high += 0.001;
  return inverse.map((value, i) => {
    const interpolated = Math.min(Math.max((i - low) / (high - low), 0), 1);
    return (value / s.factor) * interpolated + value * (1 - interpolated);
  });
}

/** Rotary frequencies in float64 for every kind of scaling. */
export function rotaryFrequencies({ theta, headDim, scaling }: RotaryConfig): RotaryFrequencies {
  const inverse = Float64Array.from(
    { length: headDim / 2 },
    (_, i) => theta ** (-(2 * i) / headDim),
  );
  switch (scaling.type) {
    case 'default':
      return { inverse, attentionFactor: 1 };
    case 'linear':
      return { inverse: inverse.map((value) => value / scaling.factor), attentionFactor: 1 };
    case 'llama3':
      return { inverse: inverse.map((value) => llama3(value, scaling)), attentionFactor: 1 };
    case 'yarn':
      return {
        inverse: yarn(inverse, headDim, theta, scaling),
        attentionFactor: scaling.attentionFactor,
      };
  }
}
