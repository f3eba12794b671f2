import { text as readAll } from 'node:stream/consumers';
import { completeKvScheme, type GenerationResult, type KvBits, type Recipe } from '@thinkbits/spec';
import type { Command } from 'commander';
import { answer } from '../answer.js';
import { defineVerb } from '../define-verb.js';
import { usageError } from '../errors/usage-error.js';
import type { Host } from '../host.js';
import { closeModel, openNamed, prepareModel } from '../load-model.js';
import { addOption } from '../options/add-option.js';
import {
  addSamplingOptions,
  type SamplingOptions,
  samplingOf,
} from '../options/sampling-options.js';
import type { SharedOptions } from '../options/shared-options.js';
import { positiveInteger, text } from '../options/values.js';
import { answerWriter } from '../render/answer-writer.js';
import { styleOf } from '../render/style.js';
import { resolveRecipe } from '../resolve/recipe.js';
import { openSession } from '../session.js';

/** Options of {@link addGenerationOptions}. */
export interface GenerationOptions extends SharedOptions, SamplingOptions {
  readonly recipe?: string;
  readonly kv?: KvBits;
  readonly thinkingBudget?: number;
}

interface GenerateOptions extends GenerationOptions {
  readonly raw?: boolean;
}

/** Options that `generate` and `chat` share. */
export function addGenerationOptions(command: Command): Command {
  addOption(command, '-r, --recipe <recipe>', 'quantize in memory first', text);
  addOption(
    command,
    '--kv <bits>',
    'bits of cached keys and values: 2, 3, 4 or 8',
    (value, flag) => {
      const bits = [2, 3, 4, 8].find((width) => String(width) === value);
      if (bits !== undefined) return bits as KvBits;
      throw usageError(
        'usage/bad-value',
        `${flag} takes 2, 3, 4 or 8, not "${value}".`,
        `Leave ${flag} out to keep the cache in float.`,
        { option: flag, value },
      );
    },
  );
  addSamplingOptions(command, '0');
  return addOption(
    command,
    '--thinking-budget <n>',
    'end the thinking after this many tokens',
    positiveInteger,
  );
}

/** The recipe of `--recipe` with the cache of `--kv`. */
export async function generationRecipe(
  { recipe: name, kv }: GenerationOptions,
  directory: string,
): Promise<Recipe> {
  const { recipe } = await resolveRecipe(name ?? 'none', directory);
  if (kv === undefined) return recipe;
  if (recipe.kv) {
    throw usageError(
      'usage/kv-twice',
      `--kv ${kv} and the recipe "${name}" both speak of the cache.`,
      'Leave --kv out, or use a recipe without a KV scheme.',
      { kv, recipe: name ?? null },
    );
  }
  return { ...recipe, kv: completeKvScheme({ bits: kv }) };
}

async function readPrompt(argument: string | undefined, host: Host): Promise<string> {
  if (argument !== undefined) return argument;
  if (!host.stdin.isTTY) return (await readAll(host.stdin)).trimEnd();
  throw usageError(
    'usage/missing-argument',
    'There is no prompt.',
    'Give it after the model, or pipe it in.',
  );
}

/** What `generate --json` prints. */
function toJson(result: GenerationResult, model: string) {
  return {
    model,
    thinking: result.thinking,
    text: result.text,
    finish_reason: result.finishReason,
    prompt_tokens: result.promptTokens,
    completion_tokens: result.completionTokens,
    seconds: result.seconds,
    tokens: result.tokens ?? [],
  };
}

/** `thinkbits generate MODEL [PROMPT]`: one answer, streamed. */
export function generateVerb(host: Host): Command {
  const command = defineVerb({
    name: 'generate',
    summary: 'answer one prompt, streamed',
    detail:
      'The prompt is put into the chat template of the model unless --raw. Without PROMPT it is read from standard input.',
    examples: [
      'thinkbits generate tiny-reasoner-micro "Mia has 37 apples. She buys 58 more apples. How many apples does Mia have now?"',
      'thinkbits generate tiny-reasoner-nano --raw --kv 4 --max-tokens 50 < prompt.txt',
    ],
  })
    .argument('<model>', 'a directory, hub id or shipped model')
    .argument('[prompt]', 'the question')
    .option('--raw', 'take the prompt as it is, without chat template');
  addGenerationOptions(command);
  return command.action(
    async (modelText: string, promptText: string | undefined, options: GenerateOptions) => {
      const session = openSession(host, options);
      const { signal } = host;
      const recipe = await generationRecipe(options, host.directory);
      const prompt = await readPrompt(promptText, host);
      const named = await openNamed(modelText, session);
      const model = await prepareModel(named, recipe, session);
      const writer = answerWriter(host.stdout, styleOf(host.stdout, host.environment));
      try {
        const result = await answer(
          model.engine({ batch: 1 }),
          {
            id: 'answer',
            prompt: options.raw
              ? { text: prompt }
              : { messages: [{ role: 'user', content: prompt }] },
            sampling: samplingOf(options),
            maxTokens: options.maxTokens ?? model.info.maxPositions,
            seed: options.seed ?? 0,
            ...(options.thinkingBudget !== undefined && { thinkingBudget: options.thinkingBudget }),
          },
          { signal, ...(!options.json && { onDelta: writer.write }) },
        );
        if (options.json) session.result(toJson(result, named.name), '');
        else writer.close();
        const { completionTokens: tokens, seconds, finishReason } = result;
        const end = finishReason === 'length' ? ', cut off at the limit' : '';
        session.note(`${tokens} tokens in ${seconds.toFixed(1)} s${end}`);
      } finally {
        await closeModel(model);
      }
    },
  );
}
