import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import {
  measurePerplexity,
  type PerplexityForm,
  type PerplexityText,
  perplexityForms,
  readPerplexityText,
} from '../evaluation/measure-perplexity.js';
import type { Host } from '../host.js';
import { closeModel, loadNamed } from '../load-model.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { oneOf, positiveInteger, text } from '../options/values.js';
import { formatNumber } from '../render/format.js';
import { renderFacts } from '../render/table.js';
import { openSession } from '../session.js';

interface PerplexityOptions extends SharedOptions {
  readonly recipe?: string;
  readonly text: string;
  readonly textForm: PerplexityForm;
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
      'Disjoint windows, nothing scored across them, a shorter last one dropped; with --stride windows overlap and each id is scored once. --text-form wikitext-rows joins the lines of wiki.test.raw as GPTQ-style evaluations do; --text-form traces takes JSON lines of thinkbits calibrate, each alone, and scores the answers.',
    examples: [
      'thinkbits perplexity Qwen/Qwen2.5-0.5B --text wiki.test.raw --text-form wikitext-rows --limit 16',
      'thinkbits perplexity tiny-reasoner-nano -r rtn:w4g64 --text README.md --window 256',
    ],
  }).argument('<model>', 'a directory, hub id or shipped model');
  addOption(command, '-r, --recipe <recipe>', 'quantize in memory first', text);
  addOption(command, '--text <path>', 'a text file', text, { required: true });
  addOption(command, '--text-form <form>', 'raw, wikitext-rows or traces', oneOf(perplexityForms), {
    default: 'raw',
  });
  addOption(
    command,
    '--window <n>',
    'ids in a window (default: 2048, or all positions of a shorter model)',
    positiveInteger,
  );
  addOption(command, '--stride <n>', 'ids from window to window', positiveInteger);
  addOption(command, '--limit <n>', 'only the first n windows or traces', positiveInteger);
  return command.action(async (modelText: string, options: PerplexityOptions) => {
    const session = openSession(host, options);
    const { stride, limit, textForm } = options;
    const text: PerplexityText = {
      file: options.text,
      form: textForm,
      ...(options.window !== undefined && { window: options.window }),
      ...(stride !== undefined && { stride }),
      ...(limit !== undefined && { limit }),
    };
    const loaded = await readPerplexityText(text, host.directory);
    const { model, name } = await loadNamed(modelText, options.recipe, session);
    try {
      const result = await measurePerplexity(model, name, loaded, text, session);
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
