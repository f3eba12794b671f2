import { roundToNearest } from '@thinkbits/numerics';
import { allLinears } from '@thinkbits/spec';

/** Codes of all linears but the head, rounded to nearest, by name. */
export async function quantizedLinears(checkpoint, info, { bits, group }) {
  const scheme = { bits, group, symmetric: false, range: 'zero-inclusive' };
  const codes = new Map();
  for (const linear of allLinears(info)) {
    if (linear.name === info.head.name) continue;
    const { values } = await checkpoint.readFloat(`${linear.name}.weight`);
    codes.set(linear.name, roundToNearest(values, linear.out, linear.in, scheme));
  }
  return codes;
}
