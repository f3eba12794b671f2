import { type Json, ThinkbitsError } from '@thinkbits/spec';

type Settings = { readonly [name: string]: Json };

/** @throws ThinkbitsError `golden/bad-setting`, always */
export function refuse(settings: Settings, name: string, wanted: string): never {
  throw new ThinkbitsError({
    code: 'golden/bad-setting',
    message: `The setting "${name}" is ${JSON.stringify(settings[name])}, not ${wanted}.`,
    help: 'Correct cases.json.',
    details: { setting: name },
  });
}

/** A numeric setting. */
export function numberOf(settings: Settings, name: string): number {
  const value = settings[name];
  return typeof value === 'number' ? value : refuse(settings, name, 'a number');
}

/** A boolean setting. */
export function booleanOf(settings: Settings, name: string): boolean {
  const value = settings[name];
  return typeof value === 'boolean' ? value : refuse(settings, name, 'true or false');
}

/** A text setting. */
export function textOf(settings: Settings, name: string): string {
  const value = settings[name];
  return typeof value === 'string' ? value : refuse(settings, name, 'a text');
}

/** A group as golden files write it: -1 stands for the whole row. */
export function groupOf<Whole>(settings: Settings, whole: Whole): number | Whole {
  const group = numberOf(settings, 'group');
  return group === -1 ? whole : group;
}

/** A setting that is an object of settings. */
export function objectOf(settings: Settings, name: string): Settings {
  const value = settings[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Settings)
    : refuse(settings, name, 'an object');
}

/** A text setting that must be one of these. */
export function oneOf<Text extends string>(
  settings: Settings,
  name: string,
  known: readonly Text[],
): Text {
  const value = settings[name];
  const found = known.find((text) => text === value);
  return found ?? refuse(settings, name, known.map((text) => JSON.stringify(text)).join(' or '));
}

/**
 * Fails on settings that nothing here looks at, so that a case is never computed without one of them.
 * @throws ThinkbitsError `golden/unknown-setting`
 */
export function onlySettings(settings: Settings, known: readonly string[], where = ''): void {
  const strange = Object.keys(settings).filter((name) => !known.includes(name));
  if (strange.length === 0) return;
  throw new ThinkbitsError({
    code: 'golden/unknown-setting',
    message: `Not implemented: ${strange.map((name) => `"${where}${name}"`).join(', ')}.`,
    help: `Known are ${known.join(', ')}.`,
    details: { settings: strange },
  });
}
