import { Command } from 'commander';
import { addSharedOptions } from './options/shared-options.js';

/** A verb as help shows it. */
export interface VerbDescription {
  readonly name: string;
  readonly summary: string;
  /** More than a line, where the summary does not say enough. */
  readonly detail?: string;
  /** At least one command line that works. */
  readonly examples: readonly [string, ...string[]];
}

/** A verb with the options that all verbs share and examples under its help. */
export function defineVerb(description: VerbDescription): Command {
  const { name, summary, detail, examples } = description;
  const plural = examples.length > 1 ? 'Examples' : 'Example';
  return addSharedOptions(new Command(name).summary(summary))
    .description(detail ? `${summary}\n\n${detail}` : summary)
    .addHelpText('after', `\n${plural}:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}
