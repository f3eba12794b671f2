import { ThinkbitsError } from '@thinkbits/spec';
import { CommanderError } from 'commander';
import { codedError } from './errors/coded-error.js';
import { exitCodes } from './errors/exit-codes.js';
import { renderError } from './errors/render-error.js';
import type { Host } from './host.js';
import { createProgram } from './program.js';
import { fromCommander } from './usage-errors.js';
import { version } from './versions.js';
import { welcome } from './welcome.js';

/** An argument as a shell takes it. */
const quote = (argument: string) =>
  /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`;

function interrupted(argv: readonly string[], cause: unknown): ThinkbitsError {
  return new ThinkbitsError({
    code: 'run/interrupted',
    category: 'interrupted',
    message: 'Interrupted; finished work is kept.',
    help: `To go on, run the same command again: thinkbits ${argv.map(quote).join(' ')}`,
    cause,
  });
}

/**
 * Runs one command line in-process.
 * @param argv without the names of Node and the script
 * @returns the exit code: 0 done, 1 the answer is no, 2 wrong use, 3 bad input, 4 the machine lacks something, 130 interrupted
 */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  if (argv.length === 0) {
    host.stdout.write(welcome);
    return 0;
  }
  const program = createProgram(host, version);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
    const error = host.signal.aborted
      ? interrupted(argv, thrown)
      : thrown instanceof CommanderError
        ? fromCommander(thrown, verbOf(program, argv), program)
        : codedError(thrown);
    host.stderr.write(renderError(error, argv.includes('--verbose')));
    return exitCodes[error.category];
  }
}

/** The command that the arguments name, the program itself where they name none. */
function verbOf(program: ReturnType<typeof createProgram>, argv: readonly string[]) {
  return program.commands.find((verb) => verb.name() === argv[0]) ?? program;
}
