import { approximateRational } from '../algebra/rational.js';
import { atomsOf, type Sum } from '../algebra/sum.js';
import type { StepBudget } from '../step-budget.js';

/** Where points are looked for: lines through these coordinates, along which a sign changes within ±range. */
const range = 16;
const step = 0.5;
const lines = Array.from({ length: 11 }, (_, i) => 2 * i - 10 + 0.1);

type Point = ReadonlyMap<string, number>;

/**
 * Whether two polynomial equations a = 0 and b = 0 surely have different real solutions: there is a point on one that is
 * clearly not on the other. False says nothing: they may be the same, or have no point that is found.
 */
export function haveDifferentSolutions(budget: StepBudget, a: Sum, b: Sum): boolean {
  const symbols = symbolsOf(a);
  if (!symbols || !symbolsOf(b)) return false;
  return hasPointOff(budget, a, b) || hasPointOff(budget, b, a);
}

/** The symbols of a polynomial in them; undefined for anything else. */
function symbolsOf(sum: Sum): string[] | undefined {
  const atoms = atomsOf(sum).filter(({ symbolic }) => symbolic);
  const polynomial = [...sum.values()].every(({ factors }) =>
    factors.every(([atom, exponent]) => !atom.symbolic || exponent.denominator === 1n),
  );
  if (!polynomial || atoms.length === 0) return undefined;
  return atoms.every(({ independent }) => independent) ? atoms.map(({ key }) => key) : undefined;
}

function hasPointOff(budget: StepBudget, on: Sum, off: Sum): boolean {
  const [variable, ...others] = symbolsOf(on) ?? [];
  if (variable === undefined) return false;
  // The other coordinates of line k, all different; without others there is one line.
  for (const [k] of others.length === 0 ? [[0, 0]] : lines.entries()) {
    const point = new Map(
      others.map((key, i) => [key, lines[(k + 5 * i) % lines.length] as number]),
    );
    const at = (x: number): Point => point.set(variable, x);
    for (let x = -range; x < range; x += step) {
      const root = bisect((t) => evaluate(budget, on, at(t)).value, x, x + step);
      if (root === undefined) continue;
      const { value, size } = evaluate(budget, off, at(root));
      if (Math.abs(value) > 1e-6 * size) return true;
    }
  }
  return false;
}

/** A zero between two arguments at which the function has different signs. */
function bisect(f: (t: number) => number, low: number, high: number): number | undefined {
  let [from, to] = [low, high];
  const sign = Math.sign(f(from));
  if (sign === 0) return from;
  if (!(sign * f(to) < 0)) return undefined;
  for (let i = 0; i < 50; i++) {
    const middle = (from + to) / 2;
    if (Math.sign(f(middle)) === sign) from = middle;
    else to = middle;
  }
  return from;
}

/** The value of a polynomial, and the size of what was added; symbols that the point leaves out are 0.7. */
function evaluate(budget: StepBudget, sum: Sum, point: Point): { value: number; size: number } {
  budget.spend(2 * sum.size);
  let [value, size] = [0, 0];
  for (const { coefficient, factors } of sum.values()) {
    let product = approximateRational(coefficient);
    for (const [atom, exponent] of factors) {
      const base = point.get(atom.key) ?? (atom.symbolic ? 0.7 : atom.approximate().real);
      product *= base ** approximateRational(exponent);
    }
    value += product;
    size += Math.abs(product);
  }
  return { value, size };
}
