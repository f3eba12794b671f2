import { defaultTemplateDate, type JsonObject, type Sampling } from '@thinkbits/spec';
import type { Command } from 'commander';
import { addOption } from './add-option.js';
import { addSamplingOptions, type SamplingOptions } from './sampling-options.js';
import { day, jsonObject, listOf, positiveInteger, text } from './values.js';

/** How a benchmark's problems are asked, and with how much of the machine. */
export interface AskingOptions extends SamplingOptions {
  readonly data?: readonly string[];
  readonly benchmarkOptions?: JsonObject;
  readonly scorerOptions?: JsonObject;
  readonly limit?: number;
  readonly repeats?: number;
  readonly thinkingBudget?: number;
  readonly templateDate?: string;
  readonly batch?: number;
  readonly workers?: number;
  readonly unsandboxed?: boolean;
}

/** What `--benchmark` says it takes. */
export const benchmarkHelp =
  'chain, gsm8k, math-500, aime-120, gpqa-diamond, livecodebench, mr-ben, jsonl (rows of your own), … or installed';

/** Adds the options of asking. @param limit what `--limit` says where it is absent */
export function addAskingOptions(command: Command, limit: string): Command {
  addOption(
    command,
    '--data <a,b>',
    'files of rows (.jsonl, .json, .csv, .parquet) or OWNER/NAME:FILE of a hub data set, in place of the benchmark’s data',
    listOf(text),
  );
  addOption(
    command,
    '--benchmark-options <json>',
    'options of the benchmark, for example \'{"optionOrder": "lighteval"}\'',
    jsonObject,
  );
  addOption(
    command,
    '--scorer-options <json>',
    'rules of the scorer, recorded, for example \'{"compatibility": "paper"}\'; others judge stored answers again, and ask nothing',
    jsonObject,
  );
  addOption(command, '--limit <n>', `only the first n problems${limit}`, positiveInteger);
  addOption(
    command,
    '--repeats <k>',
    'answers a problem, each with a seed of its own',
    positiveInteger,
  );
  addSamplingOptions(command, 'the benchmark’s');
  addOption(
    command,
    '--thinking-budget <n>',
    'end thinking after this many tokens',
    positiveInteger,
  );
  addOption(
    command,
    '--template-date <day>',
    `the day that a chat template is told which prints it, recorded (default: ${defaultTemplateDate})`,
    day,
  );
  addOption(command, '--batch <n>', 'rows decoded together (default: 32)', positiveInteger);
  command.option('--unsandboxed', 'run what the model writes without a sandbox');
  return addOption(
    command,
    '--workers <n>',
    'threads with a model each (default: by cores, memory and job)',
    positiveInteger,
  );
}

/** What the command line says of asking, in the words of `evaluate`: the benchmark's defaults stand for the rest. */
export function givenAsking(options: AskingOptions): {
  readonly sampling: Partial<Sampling>;
  readonly maxTokens?: number;
  readonly thinkingBudget?: number;
  readonly templateDate?: string;
  readonly limit?: number;
} {
  const { temperature, topP, topK, minP, maxTokens, thinkingBudget, limit } = options;
  return {
    sampling: {
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(topK !== undefined && { topK }),
      ...(minP !== undefined && { minP }),
    },
    ...(maxTokens !== undefined && { maxTokens }),
    ...(thinkingBudget !== undefined && { thinkingBudget }),
    ...(options.templateDate !== undefined && { templateDate: options.templateDate }),
    ...(limit !== undefined && { limit }),
  };
}
