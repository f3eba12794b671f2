import {
  floatFormatName,
  type LinearScheme,
  type Recipe,
  type WeightScheme,
} from '@thinkbits/spec';

function describeWeight({ bits, group, symmetric, range, float }: WeightScheme): string {
  const size = typeof group === 'number' ? `g${group}` : group;
  if (float) return `${floatFormatName(float)} ${size}`;
  return `w${bits} ${size} ${symmetric ? 'sym' : 'asym'}${range === 'min-max' ? ' min-max' : ''}`;
}

/** `w4 g128 asym`, `w8 channel sym, a8`, `mxfp4 g32, amxfp4`. */
export function describeScheme({ weight, activation }: LinearScheme): string {
  const parts = [
    weight && describeWeight(weight),
    activation && `a${activation.float ? floatFormatName(activation.float) : activation.bits}`,
  ];
  return parts.filter(Boolean).join(', ') || 'float';
}

/** The paper's notation for what a recipe does: `W4A16KV16`. */
export function describeBits({ weights, activations, kv }: Recipe): string {
  const [key, value] = [kv?.key?.bits ?? 16, kv?.value?.bits ?? 16];
  const cache = key === value ? `KV${key}` : `K${key}V${value}`;
  return `W${weights?.bits ?? 16}A${activations?.bits ?? 16}${cache}`;
}
