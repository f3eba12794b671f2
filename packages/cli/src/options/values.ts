import { type Json, type JsonObject, nearestName } from '@thinkbits/spec';
import { usageError } from '../errors/usage-error.js';

/** Reads the value of an option, or throws a usage error that names it. */
export type ParseValue<T> = (value: string, flag: string) => T;

function refuse(flag: string, value: string, wanted: string): never {
  throw usageError(
    'usage/bad-value',
    `${flag} takes ${wanted}, not "${value}".`,
    `Give ${flag} ${wanted}.`,
    { option: flag, value },
  );
}

function number(
  value: string,
  flag: string,
  wanted: string,
  accept: (x: number) => boolean,
): number {
  const parsed = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : Number.NaN;
  return Number.isFinite(parsed) && accept(parsed) ? parsed : refuse(flag, value, wanted);
}

const isInteger = Number.isSafeInteger;

/** 1, 2, 3, … */
export const positiveInteger: ParseValue<number> = (value, flag) =>
  number(value, flag, 'a positive whole number', (x) => isInteger(x) && x > 0);

/** 0, 1, 2, … */
export const wholeNumber: ParseValue<number> = (value, flag) =>
  number(value, flag, 'a whole number of at least 0', (x) => isInteger(x) && x >= 0);

/** A number of at least 0. */
export const nonNegative: ParseValue<number> = (value, flag) =>
  number(value, flag, 'a number of at least 0', (x) => x >= 0);

/** A number in (0, 1]. */
export const share: ParseValue<number> = (value, flag) =>
  number(value, flag, 'a number above 0 and at most 1', (x) => x > 0 && x <= 1);

/** A number in [0, 1). */
export const shareBelowOne: ParseValue<number> = (value, flag) =>
  number(value, flag, 'a number of at least 0 and below 1', (x) => x >= 0 && x < 1);

/** Any text that is not empty. */
export const text: ParseValue<string> = (value, flag) =>
  value === '' ? refuse(flag, value, 'a text that is not empty') : value;

/** One of a few words. */
export function oneOf<const Word extends string>(words: readonly Word[]): ParseValue<Word> {
  return (value, flag) => {
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    const near = nearestName(value, words);
    throw usageError(
      'usage/bad-value',
      `${flag} takes ${words.join(', ')}, not "${value}".`,
      near ? `Did you mean "${near}"?` : `Give ${flag} one of ${words.join(', ')}.`,
      { option: flag, value },
    );
  };
}

/** `a,b,c`: at least one, none empty, none twice. */
export function listOf<T>(item: ParseValue<T>): ParseValue<T[]> {
  return (value, flag) => {
    const items = value.split(',').map((part) => item(part.trim(), flag));
    if (new Set(items).size < items.length) {
      refuse(flag, value, 'a list without repetitions, separated by commas');
    }
    return items;
  };
}

/** A number in (0, 1). */
export const openShare: ParseValue<number> = (value, flag) =>
  number(value, flag, 'a number between 0 and 1', (x) => x > 0 && x < 1);

/** A day of the calendar, `YYYY-MM-DD`. */
export const day: ParseValue<string> = (value, flag) => {
  const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
  const exists = Number.isFinite(time) && new Date(time).toISOString().startsWith(value);
  return exists ? value : refuse(flag, value, 'a day as YYYY-MM-DD');
};

/** `{"name": "value"}`. */
export const jsonObject: ParseValue<JsonObject> = (value, flag) => {
  let parsed: Json | undefined;
  try {
    parsed = JSON.parse(value);
  } catch {
    // Said below.
  }
  if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) {
    return parsed as JsonObject;
  }
  return refuse(flag, value, 'a JSON object');
};
