import { greedy, type Sampling } from '@thinkbits/spec';
import type { Command } from 'commander';
import { addOption } from './add-option.js';
import { nonNegative, positiveInteger, share, shareBelowOne, wholeNumber } from './values.js';

/** How tokens are chosen and how many. */
export interface SamplingOptions {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly maxTokens?: number;
}

/** Adds the options of sampling; what stands where one is absent is the verb's to say. */
export function addSamplingOptions(command: Command, fallback: string): Command {
  addOption(
    command,
    '--temperature <t>',
    `0 = the likeliest token (default: ${fallback})`,
    nonNegative,
  );
  addOption(command, '--top-p <share>', 'likeliest tokens that make up this share; 1 = off', share);
  addOption(command, '--top-k <n>', 'this many likeliest tokens; 0 = off', wholeNumber);
  addOption(
    command,
    '--min-p <share>',
    'tokens with this share of the likeliest one; 0 = off',
    shareBelowOne,
  );
  return addOption(command, '--max-tokens <n>', 'end an answer after this many', positiveInteger);
}

/** The sampling that options ask for, over a base. */
export function samplingOf(options: SamplingOptions, base: Sampling = greedy): Sampling {
  const { temperature, topP, topK, minP } = options;
  return {
    temperature: temperature ?? base.temperature,
    topP: topP ?? base.topP,
    topK: topK ?? base.topK,
    minP: minP ?? base.minP,
  };
}
