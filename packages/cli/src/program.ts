import { Command } from 'commander';
import type { Host } from './host.js';
import { verbs } from './verbs/index.js';

/** The whole command line; verbs print to the host and throw coded errors. */
export function createProgram(host: Host, version: string): Command {
  const program = new Command('thinkbits')
    .description('Quantize reasoning models and measure what it does to their reasoning.')
    .version(version, '--version', 'print the version')
    .helpOption('--help', 'show help')
    .helpCommand('help [verb]', 'show help of a verb')
    .configureHelp({ showGlobalOptions: false })
    .addHelpText('after', '\nthinkbits VERB --help explains a verb with an example.')
    .usage('VERB [ARGUMENTS] [OPTIONS]');
  for (const create of verbs) program.addCommand(create(host));
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .allowExcessArguments(false)
      .showSuggestionAfterError(false)
      .configureOutput({
        writeOut: (text) => void host.stdout.write(text),
        // What commander has to complain about becomes a coded error.
        writeErr: () => {},
        outputError: () => {},
        getOutHelpWidth: () => host.stdout.columns ?? 100,
      });
    if (command !== program) command.helpOption('--help', 'show help with an example');
  }
  return program;
}
