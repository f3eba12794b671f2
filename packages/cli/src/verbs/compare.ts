import { resolve } from 'node:path';
import { ThinkbitsError } from '@thinkbits/spec';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { openShare } from '../options/values.js';
import { renderComparison } from '../render/comparison.js';
import { resolveScorer } from '../resolve/scorer.js';
import { openSession } from '../session.js';

interface CompareOptions extends SharedOptions {
  readonly requireEquivalent?: number;
}

/** `thinkbits compare RUN_A RUN_B`: paired by problem. */
export function compareVerb(host: Host): Command {
  const command = defineVerb({
    name: 'compare',
    summary: 'compare two runs, paired by problem; the first is the reference',
    detail:
      'Accuracy difference with interval, McNemar’s test, flips both ways, length ratio, truncation. --require-equivalent ends with exit code 1 unless the 90 % interval of every difference lies within ±MARGIN.',
    examples: [
      'thinkbits compare runs/nano runs/nano-w4',
      'thinkbits compare runs/nano runs/nano-w4 --require-equivalent 0.03',
    ],
  })
    .argument('<run-a>', 'a run directory, as a rule the float model’s')
    .argument('<run-b>', 'a run directory of the same benchmark');
  addOption(command, '--require-equivalent <margin>', 'a share; 0.03 = 3 points', openShare);
  return command.action(async (a: string, b: string, options: CompareOptions) => {
    const session = openSession(host, options);
    const { compareRuns } = await import('@thinkbits/evaluate');
    const margin = options.requireEquivalent;
    const findScorer = (id: string) =>
      resolveScorer(id, host.directory).catch((error) => {
        if (!ThinkbitsError.isInstance(error) || error.code !== 'scorer/not-found') throw error;
        session.note(`warning compare/no-scorer: ${error.message} Its scores are left out.`);
        return undefined;
      });
    const comparison = await compareRuns(resolve(host.directory, a), resolve(host.directory, b), {
      findScorer,
      ...(margin !== undefined && { margin }),
    });
    session.result(comparison, renderComparison(comparison));
    for (const difference of comparison.also_differs) {
      session.note(`warning compare/also-differs: ${difference}`);
    }
    if (margin === undefined) return;
    const failed = Object.entries(comparison.benchmarks).filter(
      ([, { equivalence }]) => !equivalence.equivalent,
    );
    if (failed.length === 0) return;
    const [benchmark, { equivalence }] = failed[0] as (typeof failed)[number];
    const [low, high] = equivalence.interval90.map((x) => (100 * x).toFixed(1));
    throw new ThinkbitsError({
      code: 'compare/not-equivalent',
      category: 'negative',
      message: `On ${benchmark} the difference lies between ${low} and ${high} points (90 %), not within ±${(100 * margin).toFixed(1)}.`,
      help: 'More problems or repeats narrow the interval; a real difference stays.',
    });
  });
}
