import type { LinearScheme, Recipe, WeightScheme } from '@thinkbits/spec';

function describeWeight({ bits, group, symmetric, range }: WeightScheme): string {
  const size = group === 'channel' ? 'channel' : `g${group}`;
  return `w${bits} ${size} ${symmetric ? 'sym' : 'asym'}${range === 'min-max' ? ' min-max' : ''}`;
}

/** `w4 g128 asym`, `w8 channel sym, a8`. */
export function describeScheme({ weight, activation }: LinearScheme): string {
  const parts = [weight && describeWeight(weight), activation && `a${activation.bits}`];
  return parts.filter(Boolean).join(', ') || 'float';
}

/** The paper's notation for what a recipe does: `W4A16KV16`. */
export function describeBits({ weights, activations, kv }: Recipe): string {
  const [key, value] = [kv?.key?.bits ?? 16, kv?.value?.bits ?? 16];
  const cache = key === value ? `KV${key}` : `K${key}V${value}`;
  return `W${weights?.bits ?? 16}A${activations?.bits ?? 16}${cache}`;
}
