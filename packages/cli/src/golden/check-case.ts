import { type Json, type JsonObject, ThinkbitsError, throwIfAborted } from '@thinkbits/spec';
import { canonicalJson } from '@thinkbits/validation';
import { findDifference, type Numbers } from './difference.js';
import type { GoldenCase } from './golden-file.js';
import type { GoldenTensor } from './tensor.js';
import { readTolerance } from './tolerance.js';
import type { CaseContext, GoldenCheck } from './topic.js';

/** Where a case's data comes from. */
export interface CaseData {
  tensor(name: string): Promise<GoldenTensor>;
  /** All cases of the topic. */
  readonly cases: readonly GoldenCase[];
  modelDirectory(name: string): string;
  readonly signal: AbortSignal;
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const entryOf = (value: Json | undefined, name: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;

/** A number, or those of a list or of an object's values by sorted name; undefined where something else is among them. */
function numbersOf(value: Json | undefined): number[] | undefined {
  if (typeof value === 'number') return [value];
  if (!Array.isArray(value) && !isObject(value)) return undefined;
  const parts = Array.isArray(value)
    ? value
    : Object.entries(value)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, part]) => part);
  const numbers = parts.map(numbersOf);
  return numbers.every((part) => part !== undefined) ? numbers.flat() : undefined;
}

/** Numbers of an expected value: a tensor, or what stands in `values` (within another value after a dot). */
async function expectedNumbers(
  golden: GoldenCase,
  name: string,
  data: CaseData,
): Promise<Numbers | undefined> {
  const tensor = golden.expected[name];
  if (tensor !== undefined) return (await data.tensor(tensor)).values;
  return numbersOf(
    golden.values?.[name] ??
      name.split('.').reduce<Json | undefined>(entryOf, golden.values as Json),
  );
}

function contextOf(golden: GoldenCase, data: CaseData): CaseContext {
  const named = (names: GoldenCase['inputs'], name: string) => {
    const tensor = names[name];
    if (tensor !== undefined) return data.tensor(tensor);
    throw new ThinkbitsError({
      code: 'golden/no-input',
      message: `The case ${golden.id} has no tensor "${name}".`,
      help: 'Correct cases.json.',
    });
  };
  return {
    settings: golden.settings,
    inputs: Object.keys(golden.inputs),
    input: (name) => named(golden.inputs, name),
    expected: (name) => expectedNumbers(golden, name, data),
    expectedShape: async (name) => (await named(golden.expected, name)).shape,
    expectedValue: (name) => golden.values?.[name],
    expectedOf: async (settings, name) => {
      const wanted = canonicalJson(settings);
      const other = data.cases.find((one) => canonicalJson(one.settings) === wanted);
      return other && expectedNumbers(other, name, data);
    },
    tolerance: golden.tolerance,
    modelDirectory: data.modelDirectory,
    signal: data.signal,
  };
}

/** Says what is wrong with the way in which a case asks to be compared; undefined when everything is understood. */
function misunderstood(golden: GoldenCase, { rules, informative = [] }: GoldenCheck) {
  const keys = Object.keys(golden.tolerance).filter((key) => !Object.hasOwn(rules, key));
  if (keys.length > 0) return `unknown tolerance ${keys.map((key) => `"${key}"`).join(', ')}`;
  const known = new Set([...Object.values(rules).flatMap(({ of }) => of), ...informative]);
  const strange = Object.keys(golden.expected).filter((name) => !known.has(name));
  return strange.length > 0 ? `nothing says how to compare ${strange.join(', ')}` : undefined;
}

/**
 * Computes a case and compares everything it expects.
 * @returns what differs, undefined when nothing does
 */
export async function checkCase(
  golden: GoldenCase,
  check: GoldenCheck,
  data: CaseData,
): Promise<string | undefined> {
  const problem = misunderstood(golden, check);
  if (problem !== undefined) return problem;
  try {
    const results = await check.compute(contextOf(golden, data));
    const failures: string[] = [];
    let compared = 0;
    for (const [key, rule] of Object.entries(check.rules)) {
      for (const name of rule.of) {
        const expected = await expectedNumbers(golden, name, data);
        if (!expected) continue;
        const actual = results[name];
        const closeness = readTolerance(key, golden.tolerance[key], rule);
        compared++;
        if (typeof closeness === 'string') failures.push(closeness);
        else if (!actual) failures.push(`${name} is not computed`);
        else {
          const { alike = (value: number) => value } = rule;
          const [ours, theirs] = [Array.from(actual, alike), Array.from(expected, alike)];
          const difference = findDifference(ours, theirs, closeness);
          if (difference !== undefined) failures.push(`${name}: ${difference}`);
        }
      }
    }
    if (compared === 0) return 'the case expects nothing that could be compared';
    return failures.length > 0 ? [...new Set(failures)].join('; ') : undefined;
  } catch (error) {
    throwIfAborted(data.signal);
    if (ThinkbitsError.isInstance(error)) return `${error.code}: ${error.message}`;
    return `internal/defect: ${error instanceof Error ? error.message : String(error)}`;
  }
}
