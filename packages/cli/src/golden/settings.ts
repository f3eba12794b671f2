import { type Json, ThinkbitsError } from '@thinkbits/spec';

type Settings = { readonly [name: string]: Json };

function refuse(settings: Settings, name: string, wanted: string): never {
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
