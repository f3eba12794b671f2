import { nearestName } from '@thinkbits/spec';
import type { ErrorObject } from 'ajv/dist/2020.js';

/** One thing that is wrong, for people and for programs. */
export interface Problem {
  /** Where, for example `weights.bits`; empty for the value itself. */
  readonly path: string;
  /** A clause such as `weights.bits is 9; it must be at most 8`. */
  readonly text: string;
}

/** `/rules/0/scheme` → `rules[0].scheme`. */
function readablePath(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => {
      if (/^\d+$/.test(part)) return `${path}[${part}]`;
      return path === '' ? part : `${path}.${part}`;
    }, '');
}

/** A value as JSON, cut to a length that fits a message. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

const typeNames: { readonly [type: string]: string } = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

const named = (types: string | string[]): string =>
  [types]
    .flat()
    .map((type) => typeNames[type] ?? type)
    .join(' or ');

/** What a value must be, so that it reads after "it must be". */
function expectation({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return named(params.type);
    case 'const':
      return shown(params.allowedValue);
    case 'enum':
      return `one of ${params.allowedValues.map(shown).join(', ')}`;
    case 'minimum':
      return `at least ${params.limit}`;
    case 'maximum':
      return `at most ${params.limit}`;
    case 'exclusiveMinimum':
      return `more than ${params.limit}`;
    case 'exclusiveMaximum':
      return `less than ${params.limit}`;
    case 'multipleOf':
      return `a multiple of ${params.multipleOf}`;
    case 'minLength':
      return params.limit === 1
        ? 'a text that is not empty'
        : `a text of ${params.limit} or more characters`;
    case 'maxLength':
      return `a text of at most ${params.limit} characters`;
    case 'minItems':
      return params.limit === 1 ? 'a list that is not empty' : `a list of ${params.limit} or more`;
    case 'maxItems':
      return `a list of at most ${params.limit}`;
    case 'minProperties':
      return `an object with ${params.limit} or more keys`;
    case 'maxProperties':
      return `an object with at most ${params.limit} keys`;
    case 'pattern':
      return `a text like ${params.pattern}`;
    case 'uniqueItems':
      return 'a list without repetitions';
    default:
      return (message ?? keyword).replace(/^must (be )?/, '');
  }
}

const unknownKey = (error: ErrorObject): string | undefined =>
  error.keyword === 'additionalProperties'
    ? error.params.additionalProperty
    : error.keyword === 'unevaluatedProperties'
      ? error.params.unevaluatedProperty
      : undefined;

/** Errors that only say that others happened. */
const summaries = new Set(['anyOf', 'oneOf', 'if', 'not']);

/** How far into the value an error points; a wrong key is a step further than the object that holds it. */
function depth(error: ErrorObject): number {
  const inside = error.keyword === 'required' || unknownKey(error) !== undefined ? 1 : 0;
  return error.instancePath.split('/').length + inside;
}

/** Of the alternatives of an `anyOf`, the errors that come closest to what was meant: those furthest inside. */
function closest(errors: readonly ErrorObject[]): ErrorObject[] {
  let kept = errors.filter((error) => !summaries.has(error.keyword));
  for (const choice of errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf')) {
    const isBranch = ({ schemaPath, instancePath }: ErrorObject) =>
      instancePath.startsWith(choice.instancePath) &&
      schemaPath.startsWith(`${choice.schemaPath}/`);
    const branches = kept.filter(isBranch);
    const deepest = Math.max(...branches.map(depth));
    kept = kept.filter((error) => !isBranch(error) || depth(error) === deepest);
  }
  return kept.length > 0 ? kept : [...errors];
}

/**
 * What is wrong, in the order of the value's paths; alternatives for the same value are joined with "or".
 * @param quote whether the value that is wrong is shown
 */
export function explain(errors: readonly ErrorObject[], whole: string, quote = true): Problem[] {
  const problems = new Map<string, Problem>();
  const expectations = new Map<string, Set<string>>();
  for (const error of closest(errors)) {
    const path = readablePath(error.instancePath);
    const subject = path === '' ? whole : path;
    const unknown = unknownKey(error);
    if (error.keyword === 'required' || error.keyword === 'dependentRequired') {
      const { missingProperty, property } = error.params;
      const missing = readablePath(`${error.instancePath}/${missingProperty}`);
      const reason = property === undefined ? '' : `; it goes with ${property}`;
      problems.set(`${path} lacks ${missing}`, {
        path: missing,
        text: `${missing} is missing${reason}`,
      });
    } else if (unknown !== undefined) {
      const known = Object.keys((error.parentSchema as { properties?: object })?.properties ?? {});
      const near = nearestName(unknown, known);
      const key = readablePath(`${error.instancePath}/${unknown}`);
      const hint = near
        ? `did you mean "${near}"?`
        : known.length > 0
          ? `known are ${known.join(', ')}`
          : 'no keys are expected there';
      problems.set(`unknown ${key}`, { path: key, text: `${key} is not known; ${hint}` });
    } else {
      const must = expectations.get(error.instancePath) ?? new Set();
      expectations.set(error.instancePath, must.add(expectation(error)));
      const wanted = [...must].join(' or ');
      const text = quote
        ? `${subject} is ${shown(error.data)}; it must be ${wanted}`
        : `${subject} must be ${wanted}`;
      problems.set(error.instancePath, { path, text });
    }
  }
  return [...problems.values()];
}
