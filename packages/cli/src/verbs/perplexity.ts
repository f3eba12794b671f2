import { ThinkbitsError } from '@thinkbits/spec';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { closeModel, loadNamed } from '../load-model.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { oneOf, positiveInteger, text } from '../options/values.js';
import { formatNumber } from '../render/format.js';
import { renderFacts } from '../render/table.js';
import { readText } from '../resolve/read-text.js';
import { openSession } from '../session.js';

interface PerplexityOptions extends SharedOptions {
  readonly recipe?: string;
  readonly text: string;
  readonly textForm: 'raw' | 'wikitext-rows';
  readonly window?: number;
  readonly stride?: number;
  readonly limit?: number;
}

/** `thinkbits perplexity MODEL --text FILE`. */
export function perplexityVerb(host: Host): Command {
  const command = defineVerb({
    name: 'perplexity',
    summary: 'measure perplexity over a text',
    detail:
      'Disjoint windows, nothing scored across them, a shorter last one dropped; with --stride windows overlap and each id is scored once. --text-form wikitext-rows joins the lines of wiki.test.raw as GPTQ-style evaluations do.',
    examples: [
      'thinkbits perplexity Qwen/Qwen2.5-0.5B --text wiki.test.raw --text-form wikitext-rows --limit 16',
      'thinkbits perplexity tiny-reasoner-nano -r rtn:w4g64 --text README.md --window 256',
    ],
  }).argument('<model>', 'a directory, hub id or shipped model');
  addOption(command, '-r, --recipe <recipe>', 'quantize in memory first', text);
  addOption(command, '--text <path>', 'a text file', text, { required: true });
  addOption(
    command,
    '--text-form <form>',
    'raw or wikitext-rows',
    oneOf(['raw', 'wikitext-rows']),
    {
      default: 'raw',
    },
  );
  addOption(
    command,
    '--window <n>',
    'ids in a window (default: 2048, or all positions of a shorter model)',
    positiveInteger,
  );
  addOption(command, '--stride <n>', 'ids from window to window', positiveInteger);
  addOption(command, '--limit <n>', 'only the first n windows', positiveInteger);
  return command.action(async (modelText: string, options: PerplexityOptions) => {
    const session = openSession(host, options);
    const { stride, limit, textForm } = options;
    const content = await readText(options.text, host.directory, {
      code: 'text/not-found',
      what: 'text file',
      help: 'Check the path.',
    });
    const { hashText, perplexity, wikitextRows } = await import('@thinkbits/evaluate');
    const asked = textForm === 'raw' ? content : wikitextRows(content);
    const { model, name } = await loadNamed(modelText, options.recipe, session);
    try {
      if (!model.tokenizer) {
        throw new ThinkbitsError({
          code: 'tokenizer/missing',
          message: `${name} has no tokenizer.json.`,
          help: 'Put tokenizer.json and tokenizer_config.json beside the weights.',
        });
      }
      const { maxPositions } = model.info;
      const window = options.window ?? Math.min(2048, maxPositions);
      if (window > maxPositions) {
        throw new ThinkbitsError({
          code: 'perplexity/window-too-long',
          message: `A window of ${window} is longer than the ${maxPositions} positions of ${name}.`,
          help: `Give --window ${maxPositions} or less.`,
        });
      }
      const ids = Int32Array.from(model.tokenizer.encode(asked));
      const run = perplexity(model, ids, {
        window,
        textHash: hashText(asked),
        signal: host.signal,
        ...(stride !== undefined && { stride }),
        ...(limit !== undefined && { limit }),
      });
      const result = await session.follow(run, `perplexity ${name}`);
      session.result(
        result,
        renderFacts([
          ['perplexity', result.perplexity.toFixed(4)],
          ['nll per token', result.nll_per_token.toFixed(5)],
          ['windows', `${result.windows} of ${result.window}${stride ? `, stride ${stride}` : ''}`],
          ['tokens scored', formatNumber(result.tokens)],
          ['text', `${options.text}, ${textForm}, sha256 ${result.text_hash}`],
        ]),
      );
    } finally {
      await closeModel(model);
    }
  });
}
