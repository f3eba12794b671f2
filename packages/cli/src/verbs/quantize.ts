import { resolve } from 'node:path';
import type { Recipe } from '@thinkbits/spec';
import type { Command } from 'commander';
import { findCalibration } from '../calibration/find-calibration.js';
import { calibrationHelp, withCalibration } from '../calibration/with-calibration.js';
import { chooseBackend } from '../choose-backend.js';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { openNamed } from '../load-model.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { text, wholeNumber } from '../options/values.js';
import { summarizeDamping } from '../render/summarize-damping.js';
import { renderFacts } from '../render/table.js';
import { resolvePipeline } from '../resolve/quantizer.js';
import { resolveRecipe } from '../resolve/recipe.js';
import { openSession } from '../session.js';

interface QuantizeOptions extends SharedOptions {
  readonly recipe: string;
  readonly output: string;
  readonly calibration?: string;
  readonly activationMemory?: number;
  readonly ignoreMemory?: true;
}

/** `thinkbits quantize MODEL -r RECIPE -o DIR`: from checkpoint to checkpoint, a layer at a time. */
export function quantizeVerb(host: Host): Command {
  const command = defineVerb({
    name: 'quantize',
    summary: 'write a quantized checkpoint',
    detail:
      'A layer at a time; Ctrl-C is safe and the same command goes on. The directory opens like any model. --seed is the seed of the recipe.',
    examples: [
      'thinkbits quantize tiny-reasoner-micro -r rtn:w4g128 -o micro-w4',
      'thinkbits quantize tiny-reasoner-micro -r gptq:w4g32 --calibration chain-traces -o micro-gptq',
      'thinkbits quantize Qwen/Qwen2.5-0.5B-Instruct -r recipe.json -o qwen-w4',
    ],
  }).argument('<model>', 'a directory, hub id or shipped model');
  addOption(command, '-r, --recipe <recipe>', 'short form, preset or JSON file', text, {
    required: true,
  });
  addOption(command, '--calibration <source>', calibrationHelp, text);
  addOption(
    command,
    '--activation-memory <MiB>',
    'activations that stay in memory; the rest goes to a temporary file (default: a quarter of what is free, 1024 at least)',
    wholeNumber,
  );
  command.option('--ignore-memory', 'begin although the plan takes more memory than is free');
  addOption(command, '-o, --output <dir>', 'the directory to make', text, { required: true });
  return command.action(async (modelText: string, options: QuantizeOptions) => {
    const session = openSession(host, options);
    const { signal } = host;
    const named = await resolveRecipe(options.recipe, host.directory);
    const recipe = await withOverrides(named.recipe, options);
    const pipeline = await resolvePipeline(recipe, host.directory);
    const { name, checkpoint } = await openNamed(modelText, session);
    try {
      await chooseBackend(session);
      const { quantizeCheckpoint } = await import('@thinkbits/quantize');
      const output = resolve(host.directory, options.output);
      const run = quantizeCheckpoint(checkpoint, {
        recipe,
        pipeline,
        output,
        signal,
        ...(options.activationMemory !== undefined && {
          activationBytes: options.activationMemory * 2 ** 20,
        }),
        ...(options.ignoreMemory && { ignoreMemory: true }),
        calibrationSource: findCalibration(host.directory),
      });
      const { directory, reports, status } = await session.follow(run, `quantize ${name}`);
      const mean = (pick: (report: (typeof reports)[number]) => number) =>
        reports.length > 0 ? reports.reduce((sum, r) => sum + pick(r), 0) / reports.length : 0;
      const error = mean((report) => report.relativeWeightError);
      const measured = reports.filter((report) => report.relativeOutputError !== undefined);
      const outputError =
        measured.reduce((sum, report) => sum + (report.relativeOutputError ?? 0), 0) /
        measured.length;
      const damped = summarizeDamping(reports, pipeline);
      const fallen = reports.filter(({ fallback }) => fallback);
      const json = { directory, status, mean_relative_weight_error: error, linears: reports };
      session.result(
        json,
        renderFacts([
          ['directory', directory],
          ['status', status],
          ['linears', String(reports.length)],
          ['weight error', `${error.toExponential(2)} (mean of ‖W - Ŵ‖² / ‖W‖²)`],
          ...(measured.length > 0
            ? [
                [
                  'output error',
                  `${outputError.toExponential(2)} (mean of ‖X(W - Ŵ)ᵀ‖² / ‖XWᵀ‖²)`,
                ] as const,
              ]
            : []),
          ...(damped ? [['damping', damped] as const] : []),
          ...fallen.map(
            ({ name: linear, fallback }) =>
              ['fell back', `${linear} to ${fallback?.to}: ${fallback?.reason}`] as const,
          ),
        ]),
      );
    } finally {
      await checkpoint.close();
    }
  });
}

/** The recipe with what the command line says of its seed and its calibration text. */
async function withOverrides(
  recipe: Recipe,
  { seed, calibration }: QuantizeOptions,
): Promise<Recipe> {
  return { ...(await withCalibration(recipe, calibration)), ...(seed !== undefined && { seed }) };
}
