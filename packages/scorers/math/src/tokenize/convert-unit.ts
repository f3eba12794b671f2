import { multiplyRationals, type Rational, rational } from '../algebra/rational.js';

/** How many of the first unit of its line each unit is; the inch is 0.0254 m, the pound 0.45359237 kg by definition. */
const scales: readonly { readonly [unit: string]: readonly [bigint, bigint] }[] = [
  {
    m: [1n, 1n],
    mm: [1n, 1000n],
    cm: [1n, 100n],
    km: [1000n, 1n],
    in: [127n, 5000n],
    ft: [381n, 1250n],
    yd: [1143n, 1250n],
    mi: [201168n, 125n],
  },
  {
    kg: [1n, 1n],
    g: [1n, 1000n],
    mg: [1n, 1000000n],
    lb: [45359237n, 100000000n],
    oz: [45359237n, 1600000000n],
  },
  { l: [1n, 1n], ml: [1n, 1000n] },
  { s: [1n, 1n], min: [60n, 1n], h: [3600n, 1n], day: [86400n, 1n], week: [604800n, 1n] },
  { month: [1n, 1n], year: [12n, 1n] },
  { dollar: [1n, 1n], cent: [1n, 100n] },
];

/** The number by which amounts in `from` are multiplied to be amounts in `to`: `cm^2` → `m^2` is 1/10000. */
export function conversionFactor(from: string, to: string): Rational | undefined {
  const [parts, others] = [from, to].map((unit) => unit.split('/'));
  if (!parts || !others || parts.length !== others.length || parts.length > 2) return undefined;
  let factor = rational(1n);
  for (const [index, part] of parts.entries()) {
    const own = powerFactor(part, others[index] as string);
    if (own === undefined) return undefined;
    factor = multiplyRationals(
      factor,
      index === 0 ? own : rational(own.denominator, own.numerator),
    );
  }
  return factor;
}

/** `ft^3` → `m^3`, between units of one kind and the same power. */
function powerFactor(from: string, to: string): Rational | undefined {
  const [unit = '', power = '1'] = from.split('^');
  const [other = '', same = '1'] = to.split('^');
  if (power !== same || !/^[1-9]$/.test(power)) return undefined;
  for (const scale of scales) {
    if (!Object.hasOwn(scale, unit) || !Object.hasOwn(scale, other)) continue;
    const [a, b] = scale[unit] as readonly [bigint, bigint];
    const [c, d] = scale[other] as readonly [bigint, bigint];
    const times = BigInt(power);
    return rational((a * d) ** times, (b * c) ** times);
  }
  return undefined;
}
