import { availableParallelism, cpus } from 'node:os';
import type { Model } from '@thinkbits/inference';
import type { Command } from 'commander';
import { chooseBackend } from '../choose-backend.js';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { closeModel } from '../load-model.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { listOf, positiveInteger, text, wholeNumber } from '../options/values.js';
import { formatBytes, formatNumber } from '../render/format.js';
import { renderFacts, renderTable } from '../render/table.js';
import { resolveRecipe } from '../resolve/recipe.js';
import { openSession } from '../session.js';

interface BenchOptions extends SharedOptions {
  readonly recipe?: string;
  readonly prompt: number;
  readonly generate: number;
  readonly batch: readonly number[];
  readonly context: number;
  readonly rounds: number;
}

/** Bytes of weights that a decoded token reads: everything held but the embedding table, of which it looks up one row. */
function weightBytes({ memory, info }: Model): number {
  return memory.heldBytes - 4 * info.vocabulary * info.hidden;
}

/** Threads that a product runs on; null where only the backend knows. */
function threadsOf(backend: string, asked: number | undefined): number | null {
  if (backend === 'native') return asked ?? availableParallelism();
  return backend === 'tensorflow' ? (asked ?? null) : 1;
}

/** `thinkbits bench MODEL`: tokens per second, prefill and decode. */
export function benchVerb(host: Host): Command {
  const command = defineVerb({
    name: 'bench',
    summary: 'measure tokens per second, prefill and decode',
    detail:
      'MODEL may be synthetic:SHAPE (smollm2-135m, qwen2-1.5b, llama-8b): real dimensions, random weights; synthetic:SHAPE:layers=N has N decoder layers. Loading and one warm-up round are not counted; decode counts the tokens of all rows together.',
    examples: [
      'thinkbits bench tiny-reasoner-nano -r rtn:w4g64',
      'thinkbits bench synthetic:smollm2-135m --prompt 128 --generate 16 --batch 1,4 --rounds 3',
    ],
  }).argument('<model>', 'a directory, hub id, shipped model or synthetic:SHAPE');
  addOption(command, '-r, --recipe <recipe>', 'quantize in memory first', text);
  addOption(command, '--prompt <n>', 'ids of a prefill; 0 = none', wholeNumber, { default: 512 });
  addOption(command, '--generate <n>', 'decoded tokens a row; 0 = none', wholeNumber, {
    default: 64,
  });
  addOption(command, '--batch <a,b>', 'rows at once', listOf(positiveInteger), {
    default: [1, 16, 64],
    shown: '1,16,64',
  });
  addOption(command, '--context <n>', 'cache entries filled beforehand', wholeNumber, {
    default: 0,
  });
  addOption(command, '--rounds <n>', 'timed rounds', positiveInteger, { default: 5 });
  return command.action(async (modelText: string, options: BenchOptions) => {
    const session = openSession(host, options);
    const recipe = await resolveRecipe(options.recipe ?? 'none', host.directory);
    const { name: backend } = await chooseBackend(session);
    const [{ measureThroughput }, { benchModel }, { checkCache }, { throughputModel }] =
      await Promise.all([
        import('@thinkbits/evaluate'),
        import('../bench/bench-model.js'),
        import('../bench/check-cache.js'),
        import('../bench/throughput-model.js'),
      ]);
    const { name, model } = await benchModel(modelText, recipe, session);
    try {
      const { prompt, generate, batch: batches, context, rounds } = options;
      const asked = { prompt, generate, batches, context, rounds, signal: host.signal };
      checkCache(asked, model.memory.kvBytesPerToken.packed);
      const timed = throughputModel(model, options.seed ?? 0, host.signal);
      const run = measureThroughput(timed, asked);
      const rows = await session.follow(run, `bench ${name}`);
      const json = {
        processor: cpus()[0]?.model.trim() ?? 'unknown',
        backend,
        threads: threadsOf(backend, options.threads),
        model: name,
        recipe: recipe.name,
        weight_bytes: weightBytes(model),
        kv_bytes_per_token: model.memory.kvBytesPerToken.packed,
        rows,
      };
      const facts = renderFacts([
        ['processor', json.processor],
        ['backend', backend],
        ['model', `${name}, ${recipe.name}`],
        [
          'weights read',
          `${formatBytes(json.weight_bytes)} per decoded token as held; packed ${formatBytes(model.memory.packedBytes)}`,
        ],
        ['cache', `${formatBytes(json.kv_bytes_per_token)} per token`],
      ]);
      const right = 'right' as const;
      const table = renderTable(
        [
          { title: 'test' },
          { title: 'batch', align: right },
          { title: 'tokens', align: right },
          { title: 'tokens/s', align: right },
          { title: 'lowest', align: right },
          { title: 'highest', align: right },
        ],
        rows.map((row) => [
          row.test,
          String(row.batch),
          String(row.tokens),
          formatNumber(row.tokens_per_second),
          formatNumber(Math.min(...row.rounds)),
          formatNumber(Math.max(...row.rounds)),
        ]),
      );
      session.result(json, `${facts}\n${table}`);
    } finally {
      await closeModel(model);
    }
  });
}
