import { createInterface } from 'node:readline';
import type { Model } from '@thinkbits/inference';
import type { Message } from '@thinkbits/spec';
import type { Command } from 'commander';
import { answer } from '../answer.js';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { closeModel, openNamed, prepareModel } from '../load-model.js';
import { samplingOf } from '../options/sampling-options.js';
import { answerWriter } from '../render/answer-writer.js';
import { styleOf } from '../render/style.js';
import { openSession } from '../session.js';
import { addGenerationOptions, type GenerationOptions, generationRecipe } from './generate.js';

/** One answer of the conversation; Ctrl-C ends it where it stands. */
async function reply(
  model: Model,
  messages: readonly Message[],
  options: GenerationOptions,
  host: Host,
): Promise<string> {
  const controller = new AbortController();
  const release = host.onInterrupt?.(() => controller.abort());
  const writer = answerWriter(host.stdout, styleOf(host.stdout, host.environment));
  let text = '';
  try {
    const result = await answer(
      model.engine({ batch: 1 }),
      {
        id: String(messages.length),
        // Here alone the day is the reader's own: a conversation is no measurement.
        prompt: { messages, date: new Date().toISOString().slice(0, 10) },
        sampling: samplingOf(options),
        maxTokens: options.maxTokens ?? model.info.maxPositions,
        seed: options.seed ?? 0,
        ...(options.thinkingBudget !== undefined && { thinkingBudget: options.thinkingBudget }),
      },
      {
        signal: AbortSignal.any([controller.signal, host.signal]),
        onDelta: (delta) => {
          if (delta.kind === 'text') text += delta.delta;
          if (!options.json) writer.write(delta);
        },
      },
    );
    text = result.text;
  } catch (error) {
    if (!controller.signal.aborted || host.signal.aborted) throw error;
  } finally {
    release?.();
    if (!options.json) writer.close();
  }
  return text.trim();
}

/** `thinkbits chat MODEL`: a conversation in the terminal. */
export function chatVerb(host: Host): Command {
  const command = defineVerb({
    name: 'chat',
    summary: 'talk to a model in the terminal, thinking dimmed',
    detail:
      'Ctrl-C ends an answer, at the prompt it leaves; /exit leaves too. With --json the conversation is printed at the end.',
    examples: ['thinkbits chat tiny-reasoner-micro', 'thinkbits chat tiny-reasoner-micro --kv 4'],
  }).argument('<model>', 'a directory, hub id or shipped model');
  addGenerationOptions(command);
  return command.action(async (modelText: string, options: GenerationOptions) => {
    const session = openSession(host, options);
    const recipe = await generationRecipe(options, host.directory);
    const named = await openNamed(modelText, session);
    const model = await prepareModel(named, recipe, session);
    const lines = createInterface({ input: host.stdin, terminal: false });
    const leave = () => lines.close();
    host.signal.addEventListener('abort', leave);
    const prompt = () => {
      if (host.stdin.isTTY && !options.quiet) host.stderr.write('> ');
    };
    const messages: Message[] = [];
    try {
      session.note(`${named.name}; /exit leaves`);
      prompt();
      for await (const line of lines) {
        const content = line.trim();
        if (content === '/exit' || content === '/quit') break;
        if (content !== '') {
          messages.push({ role: 'user', content });
          messages.push({
            role: 'assistant',
            content: await reply(model, messages, options, host),
          });
        }
        prompt();
      }
      if (options.json) session.result({ model: named.name, messages }, '');
    } finally {
      host.signal.removeEventListener('abort', leave);
      lines.close();
      await closeModel(model);
    }
  });
}
