import { type Command, Option } from 'commander';
import { usageError } from '../errors/usage-error.js';
import type { ParseValue } from './values.js';

/**
 * Adds an option with a value. It may be given once: a second value would silently overrule the first.
 * @param flags as commander writes them, for example `-r, --recipe <recipe>`
 */
export function addOption<T>(
  command: Command,
  flags: string,
  description: string,
  parse: ParseValue<T>,
  settings: { readonly default?: T; readonly shown?: string; readonly required?: boolean } = {},
): Command {
  const option = new Option(flags, description);
  const flag = option.long ?? flags;
  let seen: string | undefined;
  option.argParser((value: string) => {
    if (seen !== undefined) {
      throw usageError(
        'usage/option-twice',
        `${flag} is given twice: "${seen}" and "${value}".`,
        `Give ${flag} once.`,
        { option: flag, values: [seen, value] },
      );
    }
    if (/^--[a-z]/.test(value)) {
      throw usageError(
        'usage/missing-value',
        `${flag} needs a value, and "${value}" follows.`,
        `Write ${flag} VALUE; see ${command.name()} --help.`,
        { option: flag },
      );
    }
    seen = value;
    return parse(value, flag);
  });
  if (settings.default !== undefined) option.default(settings.default, settings.shown);
  if (settings.required) option.makeOptionMandatory();
  return command.addOption(option);
}
