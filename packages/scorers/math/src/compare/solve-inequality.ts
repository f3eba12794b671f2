import {
  add,
  approximateReal,
  divide,
  type Fraction,
  fromInteger,
  fromSum,
  multiply,
  negate,
  rationalOf,
  subtract,
} from '../algebra/fraction.js';
import { squareRoot } from '../algebra/power.js';
import { atomsOf, constantOf, factorsKey, type Sum, type Term } from '../algebra/sum.js';
import type { RelationOperator, Value } from '../parse/value.js';
import type { Context } from './context.js';
import {
  everything,
  type Interval,
  intersect,
  minusInfinity,
  plusInfinity,
  type RealSet,
} from './intervals.js';

/** An inequality, or ≠. */
type Order = Exclude<RelationOperator, '=' | '∈'>;

/**
 * Solves `left operator right` for the only symbol in it: where it is linear or quadratic in the symbol, or linear in an
 * absolute value; undefined where it is not.
 */
export function solveInequality(
  context: Context,
  left: Value,
  operator: RelationOperator,
  right: Value,
): RealSet | undefined {
  if (left.kind !== 'expression' || right.kind !== 'expression') return undefined;
  if (operator === '=' || operator === '∈') return undefined;
  const { numerator, denominator } = subtract(context.budget, left.value, right.value);
  return constantOf(denominator) ? solve(context, numerator, operator) : undefined;
}

/** The numbers for which a sum relates to zero in this way. */
function solve(context: Context, sum: Sum, operator: Order): RealSet | undefined {
  const [atom, ...others] = atomsOf(sum).filter(({ symbolic }) => symbolic);
  if (!atom || others.length > 0) return undefined;
  // sum = c + b · atom + a · atom²
  const coefficients = [new Map<string, Term>(), new Map<string, Term>(), new Map<string, Term>()];
  for (const { coefficient, factors } of sum.values()) {
    const own = factors.find(([other]) => other.key === atom.key)?.[1];
    const left = factors.filter(([other]) => other.key !== atom.key);
    const degree = own === undefined ? 0 : own.denominator === 1n ? Number(own.numerator) : -1;
    const coefficientsOf = coefficients[degree];
    if (!coefficientsOf) return undefined;
    coefficientsOf.set(factorsKey(left), { coefficient, factors: left });
  }
  const [c, b, a] = coefficients.map(fromSum) as [Fraction, Fraction, Fraction];
  const linear = a.numerator.size === 0;
  if (atom.applied?.name === 'abs' && linear) {
    return ofAbsolute(context, atom.applied.value, b, c, operator);
  }
  if (!atom.independent) return undefined;
  return linear ? halfLines(context, b, c, operator) : ofQuadratic(context, { a, b, c }, operator);
}

const turned = { '<': '>', '≤': '≥', '>': '<', '≥': '≤', '≠': '≠' } as const;

/** The x for which b · x + c relates to zero in this way. */
function halfLines(
  { budget }: Context,
  b: Fraction,
  c: Fraction,
  operator: Order,
): RealSet | undefined {
  const slope = approximateReal(b);
  if (!(Math.abs(slope) > 1e-9)) return undefined;
  const end = negate(divide(budget, c, b));
  return split([end], slope > 0 ? operator : turned[operator]);
}

/** The x for which a · x² + b · x + c relates to zero in this way, all of them rational. */
function ofQuadratic(
  { budget }: Context,
  { a, b, c }: { readonly a: Fraction; readonly b: Fraction; readonly c: Fraction },
  operator: Order,
): RealSet | undefined {
  if (![a, b, c].every(rationalOf)) return undefined;
  const four = multiply(budget, fromInteger(4), multiply(budget, a, c));
  const discriminant = subtract(budget, multiply(budget, b, b), four);
  const own = approximateReal(a) > 0 ? operator : turned[operator];
  const size = rationalOf(discriminant)?.numerator ?? 0n;
  if (size < 0n) return own === '<' || own === '≤' ? [] : everything;
  const twice = multiply(budget, fromInteger(2), a);
  const root = squareRoot(budget, discriminant);
  const ends = [negate(root), root].map((part) => divide(budget, subtract(budget, part, b), twice));
  if (size === 0n) return atDoubleRoot(ends[0] as Fraction, own);
  ends.sort((x, y) => approximateReal(x) - approximateReal(y));
  return split(ends, own);
}

/** Where (x - root)² relates to zero in this way. */
function atDoubleRoot(root: Fraction, operator: Order): RealSet {
  if (operator === '<') return [];
  if (operator === '≤') return [{ low: root, high: root, lowClosed: true, highClosed: true }];
  return operator === '≥' ? everything : split([root], '≠');
}

/** Where a polynomial with these one or two simple roots, ascending, relates to zero in this way; positive at the far right. */
function split(roots: readonly Fraction[], operator: Order): RealSet {
  const closed = operator === '≤' || operator === '≥';
  const [first, last] = [roots[0] as Fraction, roots.at(-1) as Fraction];
  const below: Interval = { low: minusInfinity, high: first, lowClosed: false, highClosed: closed };
  const above: Interval = { low: last, high: plusInfinity, lowClosed: closed, highClosed: false };
  const within: Interval = { low: first, high: last, lowClosed: closed, highClosed: closed };
  const between = roots.length > 1 ? [within] : [];
  if (operator === '≠') return [below, ...between, above];
  const less = operator === '<' || operator === '≤';
  if (roots.length > 1) return less ? between : [below, above];
  return less ? [below] : [above];
}

/** The x for which b · |u| + c relates to zero in this way. */
function ofAbsolute(
  context: Context,
  u: Fraction,
  b: Fraction,
  c: Fraction,
  operator: Order,
): RealSet | undefined {
  const { budget } = context;
  const slope = approximateReal(b);
  if (!(Math.abs(slope) > 1e-9) || !constantOf(u.denominator)) return undefined;
  const bound = negate(divide(budget, c, b));
  const own = slope > 0 ? operator : turned[operator];
  const [right, left] = [subtract(budget, u, bound), add(budget, u, bound)];
  const upper = solve(context, right.numerator, own);
  const lower = solve(context, left.numerator, turned[own]);
  if (!upper || !lower) return undefined;
  // |u| < c means -c < u < c; |u| > c means u > c or u < -c.
  const both = own === '<' || own === '≤' || own === '≠';
  const negative = approximateReal(bound) < 0;
  if (negative) return own === '<' || own === '≤' ? [] : everything;
  return both ? intersect(context, upper, lower) : [...upper, ...lower];
}
