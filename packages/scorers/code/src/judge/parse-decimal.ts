const finite = /^([-+]?)(\d[\d_]*)?(?:\.(\d[\d_]*)?)?(?:[eE]([-+]?\d+))?$/;
const infinite = /^([-+]?)inf(?:inity)?$/i;

/** The exponents of Python's Decimal go no further. */
const largestExponent = 10n ** 18n;

/**
 * A decimal number in a form that is equal for equal values, as exact as Python's `Decimal`: 0.10 and 1e-1 are the same, 3.1416
 * and 3.14159 are not, there is no tolerance. Undefined for what is no number; a NaN equals nothing, and is none here.
 */
export function parseDecimal(text: string): string | undefined {
  const [, infiniteSign] = infinite.exec(text) ?? [];
  if (infiniteSign !== undefined) return infiniteSign === '-' ? '-inf' : 'inf';
  const match = finite.exec(text);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (!match || whole + fraction === '') return undefined;
  const decimals = fraction.replaceAll('_', '');
  const digits = (whole.replaceAll('_', '') + decimals).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  if (exponent.length > 20) return undefined;
  const power = BigInt(exponent) - BigInt(decimals.length - digits.length + significant.length);
  if (power > largestExponent || power < -largestExponent) return undefined;
  return `${sign === '-' ? '-' : ''}${significant}e${power}`;
}
