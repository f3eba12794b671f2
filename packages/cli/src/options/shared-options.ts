import type { ComputeType } from '@thinkbits/spec';
import type { Command } from 'commander';
import { addOption } from './add-option.js';
import { oneOf, positiveInteger, wholeNumber } from './values.js';

/** Backends by the names that `selectBackend` of `@thinkbits/inference` takes. */
export const backendNames = ['tensorflow', 'native', 'wasm', 'cpu'] as const;

/** What every verb understands. */
export interface SharedOptions {
  readonly backend?: (typeof backendNames)[number];
  readonly threads?: number;
  readonly compute: ComputeType;
  readonly seed?: number;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Adds the options that mean the same with every verb. */
export function addSharedOptions(command: Command): Command {
  addOption(command, '--backend <name>', 'compute with this backend', oneOf(backendNames));
  addOption(command, '--threads <n>', 'threads of the backend', positiveInteger);
  addOption(command, '--compute <type>', 'arithmetic type', oneOf(['f32', 'bf16']), {
    default: 'f32',
  });
  addOption(command, '--seed <n>', 'base seed of random draws', wholeNumber);
  return command
    .option('--quiet', 'no progress, no notes')
    .option('--verbose', 'more notes; stack traces with errors')
    .option('--json', 'the result as one JSON value');
}
