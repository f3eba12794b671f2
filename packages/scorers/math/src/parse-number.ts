/** An exact rational multiple of √radicand, times π or not: coefficient · √radicand · π^pi. */
export interface ExactNumber {
  readonly numerator: bigint;
  readonly denominator: bigint;
  /** Square-free, at least 1. */
  readonly radicand: bigint;
  readonly pi: 0 | 1;
}

/** Digits beyond which a number is not read. */
const mostDigits = 400;
/** Largest trial divisor when squares are taken out of a root. */
const mostTrials = 10_000n;

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** Lowest terms, positive denominator. */
export function rational(numerator: bigint, denominator = 1n): ExactNumber | undefined {
  if (denominator === 0n) return undefined;
  const divisor = greatestCommonDivisor(numerator, denominator) || 1n;
  const sign = denominator < 0n ? -1n : 1n;
  return {
    numerator: (sign * numerator) / divisor,
    denominator: (sign * denominator) / divisor,
    radicand: 1n,
    pi: 0,
  };
}

/** √n as coefficient and square-free radicand; undefined when that would take too many steps. */
function squareRoot(n: bigint): ExactNumber | undefined {
  let rest = n;
  let coefficient = 1n;
  for (let factor = 2n; factor * factor <= rest; factor++) {
    if (factor > mostTrials) return undefined;
    while (rest % (factor * factor) === 0n) {
      rest /= factor * factor;
      coefficient *= factor;
    }
  }
  return { numerator: coefficient, denominator: 1n, radicand: rest, pi: 0 };
}

/** a · b; undefined where π would be squared. */
export function multiply(a: ExactNumber, b: ExactNumber): ExactNumber | undefined {
  if (a.pi + b.pi > 1) return undefined;
  const root = squareRoot(a.radicand * b.radicand);
  if (!root) return undefined;
  const product = rational(
    a.numerator * b.numerator * root.numerator,
    a.denominator * b.denominator,
  );
  return product && { ...product, radicand: root.radicand, pi: (a.pi + b.pi) as 0 | 1 };
}

/** a / b for rational multiples of roots: 1/√r = √r / r. */
export function divide(a: ExactNumber, b: ExactNumber): ExactNumber | undefined {
  if (b.numerator === 0n || (b.pi === 1 && a.pi === 0)) return undefined;
  const inverse = rational(b.denominator, b.numerator * b.radicand);
  if (!inverse) return undefined;
  const product = multiply({ ...a, pi: 0 }, { ...inverse, radicand: b.radicand });
  return product && { ...product, pi: (a.pi - b.pi) as 0 | 1 };
}

function decimal(text: string): ExactNumber | undefined {
  const match = /^(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i.exec(text);
  const digits = match ? `${match[1]}${match[2]}` : '';
  if (!match || digits === '' || digits.length > mostDigits) return undefined;
  const exponent = Number(match[3] ?? 0) - (match[2] as string).length;
  if (Math.abs(exponent) > mostDigits) return undefined;
  const power = 10n ** BigInt(Math.abs(exponent));
  return exponent >= 0 ? rational(BigInt(digits) * power) : rational(BigInt(digits), power);
}

/** Reads one number from normalized text by recursive descent; undefined when it is anything else. */
class Reader {
  private readonly text: string;
  private at = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text.replaceAll(' ', '');
  }

  whole(): ExactNumber | undefined {
    const value = this.product();
    if (!value || this.at < this.text.length) return undefined;
    return value;
  }

  private product(): ExactNumber | undefined {
    if (++this.depth > 40) return undefined;
    const sign = this.take(/[+-]/y) === '-' ? -1n : 1n;
    let value = this.factor();
    while (value && this.at < this.text.length) {
      const operator =
        this.take(/[*/]/y) ?? (/[\d\\π(]/.test(this.text[this.at] as string) ? '*' : undefined);
      if (operator === undefined) break;
      const next = this.factor();
      value = next && (operator === '/' ? divide(value, next) : multiply(value, next));
    }
    this.depth--;
    return value && { ...value, numerator: sign * value.numerator };
  }

  private factor(): ExactNumber | undefined {
    const base = this.base();
    if (!base || this.text[this.at] !== '^') return base;
    this.at++;
    const exponent = Number(
      this.take(/\d{1,3}/y) ?? /^\{(\d{1,3})\}$/.exec(this.take(/\{\d{1,3}\}/y) ?? '')?.[1],
    );
    if (!Number.isInteger(exponent) || exponent > 300) return undefined;
    let power = rational(1n);
    for (let i = 0; i < exponent && power; i++) {
      power = multiply(power, base);
      if (power && power.numerator.toString().length > mostDigits) return undefined;
    }
    return power;
  }

  private base(): ExactNumber | undefined {
    const digits = this.take(/\d+\.?\d*(?:e[+-]?\d+)?|\.\d+/iy);
    if (digits !== undefined) {
      const value = decimal(digits);
      // A mixed number: 9\frac{3}{4}
      if (/^\d+$/.test(digits) && this.text.startsWith('\\frac', this.at)) {
        const part = this.base();
        const sum =
          value &&
          part &&
          rational(value.numerator * part.denominator + part.numerator, part.denominator);
        return part?.radicand === 1n && part.pi === 0
          ? sum
          : value && part && multiply(value, part);
      }
      return value;
    }
    if (this.take(/π/y)) return { numerator: 1n, denominator: 1n, radicand: 1n, pi: 1 };
    if (this.take(/\\frac/y)) {
      const top = this.argument();
      const bottom = this.argument();
      return top && bottom && divide(top, bottom);
    }
    if (this.take(/\\sqrt/y)) {
      const inside = this.argument();
      if (inside?.radicand !== 1n || inside.pi === 1 || inside.numerator < 0n) return undefined;
      const root = squareRoot(inside.numerator * inside.denominator);
      return (
        root &&
        divide(root, { numerator: inside.denominator, denominator: 1n, radicand: 1n, pi: 0 })
      );
    }
    return this.take(/\(/y) ? this.until(')') : this.take(/\{/y) ? this.until('}') : undefined;
  }

  /** What a LaTeX command takes: braces, or a single digit. */
  private argument(): ExactNumber | undefined {
    if (this.take(/\{/y)) return this.until('}');
    const digit = this.take(/\d/y);
    return digit === undefined ? undefined : rational(BigInt(digit));
  }

  private until(close: string): ExactNumber | undefined {
    const value = this.product();
    if (!value || this.text[this.at] !== close) return undefined;
    this.at++;
    return value;
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.text)?.[0];
    if (match !== undefined) this.at += match.length;
    return match;
  }
}

/** An integer, decimal, fraction, mixed number, root or multiple of π, exactly; undefined for anything else. */
export function parseNumber(normalized: string): ExactNumber | undefined {
  // "7 3/4" is a mixed number; without its space it would be 73/4.
  const mixed = /^(-?)(\d{1,9}) (\d{1,9})\/(\d{1,9})$/.exec(normalized);
  if (mixed) {
    const [, sign, whole, top, bottom] = mixed as unknown as [
      string,
      string,
      string,
      string,
      string,
    ];
    const value = BigInt(whole) * BigInt(bottom) + BigInt(top);
    return rational(sign === '-' ? -value : value, BigInt(bottom));
  }
  if (/\d \d/.test(normalized)) return undefined;
  return new Reader(normalized).whole();
}

/** Whether two exact numbers are the same. */
export function sameNumber(a: ExactNumber, b: ExactNumber): boolean {
  if (a.numerator === 0n && b.numerator === 0n) return true;
  return (
    a.numerator === b.numerator &&
    a.denominator === b.denominator &&
    a.radicand === b.radicand &&
    a.pi === b.pi
  );
}
