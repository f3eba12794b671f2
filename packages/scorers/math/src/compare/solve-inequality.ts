import { approximateReal, divide, fromSum, negate, subtract } from '../algebra/fraction.js';
import { atomsOf, constantOf, factorsKey, type Sum, type Term } from '../algebra/sum.js';
import type { RelationOperator, Value } from '../parse/value.js';
import type { Context } from './context.js';
import { type Interval, minusInfinity, plusInfinity, type RealSet } from './real-set.js';

/** Solves `left operator right` for the only symbol in it, where it is linear; undefined where it is not. */
export function solveInequality(
  context: Context,
  left: Value,
  operator: RelationOperator,
  right: Value,
): RealSet | undefined {
  if (left.kind !== 'expression' || right.kind !== 'expression' || operator === '=') {
    return undefined;
  }
  const { numerator, denominator } = subtract(context.budget, left.value, right.value);
  if (!constantOf(denominator)) return undefined;
  const [symbol, ...others] = atomsOf(numerator).filter((atom) => atom.symbolic);
  if (!symbol || others.length > 0) return undefined;
  // numerator = slope · symbol + rest
  const slope = new Map<string, Term>();
  const rest = new Map<string, Term>();
  for (const [key, { coefficient, factors }] of numerator) {
    const own = factors.find(([atom]) => atom.key === symbol.key);
    const left = factors.filter((factor) => factor !== own);
    if (!own) rest.set(key, { coefficient, factors });
    else if (own[1].numerator === 1n && own[1].denominator === 1n) {
      slope.set(factorsKey(left), { coefficient, factors: left });
    } else return undefined;
  }
  return halfLines(context, slope, rest, operator);
}

/** The symbols for which slope · symbol + rest relates to zero in this way. */
function halfLines(
  context: Context,
  slope: Sum,
  rest: Sum,
  operator: RelationOperator,
): RealSet | undefined {
  const steepness = approximateReal(fromSum(slope));
  if (!(Math.abs(steepness) > 1e-9)) return undefined;
  const end = negate(divide(context.budget, fromSum(rest), fromSum(slope)));
  const closed = operator === '≤' || operator === '≥';
  const below: Interval = { low: minusInfinity, high: end, lowClosed: false, highClosed: closed };
  const above: Interval = { low: end, high: plusInfinity, lowClosed: closed, highClosed: false };
  if (operator === '≠') return [below, above];
  const less = operator === '<' || operator === '≤';
  return [less === steepness > 0 ? below : above];
}
