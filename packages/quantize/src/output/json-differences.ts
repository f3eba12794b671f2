import type { Json } from '@thinkbits/spec';

const isObject = (
  value: Json | undefined,
): value is { readonly [key: string]: Json } | readonly Json[] =>
  typeof value === 'object' && value !== null;

const show = (value: Json | undefined): string =>
  value === undefined ? 'absent' : JSON.stringify(value);

/**
 * Names every place where two JSON values differ: `recipe.weights.bits is 4 there and 3 here`.
 * @param path where the values stand, for messages
 */
export function jsonDifferences(
  there: Json | undefined,
  here: Json | undefined,
  path = '',
): string[] {
  if (isObject(there) && isObject(here) && Array.isArray(there) === Array.isArray(here)) {
    const [a, b] = [there, here] as { readonly [key: string]: Json }[];
    const keys = new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})]);
    return [...keys].flatMap((key) =>
      jsonDifferences(a?.[key], b?.[key], path ? `${path}.${key}` : key),
    );
  }
  return show(there) === show(here)
    ? []
    : [`${path} is ${show(there)} there and ${show(here)} here`];
}
