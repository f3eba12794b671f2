import { nearestName, type ThinkbitsError } from '@thinkbits/spec';
import type { Command, CommanderError } from 'commander';
import { usageError } from './errors/usage-error.js';

const quoted = (message: string) => /'([^']*)'/.exec(message)?.[1] ?? '';
/** Without the `error: ` that commander puts before everything. */
const plain = (message: string) => {
  const text = message.replace(/^error: /, '').split('\n')[0] as string;
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
};
const flagsOf = (command: Command) =>
  command.options.flatMap(({ short, long }) => [short, long].filter((flag) => flag !== undefined));

function unknownOption(flag: string, command: Command, program: Command): ThinkbitsError {
  const owners = program.commands
    .filter((other) => other !== command && flagsOf(other).includes(flag))
    .map((other) => other.name());
  const own = [...flagsOf(command), '--help'];
  const near = nearestName(
    flag,
    own.filter((name) => name.startsWith('--')),
  );
  const message = `${command === program ? 'thinkbits' : command.name()} has no option ${flag}.`;
  const code = 'usage/unknown-option';
  if (command === program && owners.length > 0) {
    return usageError(code, message, 'Options follow the verb: thinkbits VERB [OPTIONS].', {
      flag,
    });
  }
  const help = [
    near ? `Did you mean ${near}?` : undefined,
    owners.length > 0 ? `${flag} is an option of ${owners.join(', ')}.` : undefined,
    `See thinkbits ${command === program ? '' : `${command.name()} `}--help.`,
  ];
  return usageError(code, message, help.filter(Boolean).join(' '), { option: flag });
}

/** What commander refuses, as a coded usage error that suggests the near name. */
export function fromCommander(
  error: CommanderError,
  command: Command,
  program: Command,
): ThinkbitsError {
  const help = `See thinkbits ${command === program ? '' : `${command.name()} `}--help.`;
  switch (error.code) {
    case 'commander.unknownOption':
      return unknownOption(quoted(error.message), command, program);
    case 'commander.unknownCommand': {
      const name = quoted(error.message);
      const verbs = program.commands.map((verb) => verb.name());
      const near = nearestName(name, verbs);
      return usageError(
        'usage/unknown-verb',
        `There is no verb "${name}".`,
        `${near ? `Did you mean "${near}"? ` : ''}Verbs: ${verbs.join(', ')}.`,
        { verb: name },
      );
    }
    case 'commander.missingArgument':
      return usageError('usage/missing-argument', plain(error.message), help);
    case 'commander.excessArguments':
      return usageError('usage/too-many-arguments', plain(error.message), help);
    case 'commander.optionMissingArgument':
      return usageError('usage/missing-value', plain(error.message), help);
    case 'commander.missingMandatoryOptionValue':
      return usageError('usage/missing-option', plain(error.message), help);
    default:
      return usageError('usage/bad-command-line', plain(error.message), help);
  }
}
