import { availableParallelism } from 'node:os';
import { ThinkbitsError } from '@thinkbits/spec';
import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import { describeNamed } from '../load-model.js';
import { addOption } from '../options/add-option.js';
import type { SharedOptions } from '../options/shared-options.js';
import { text } from '../options/values.js';
import { describeScheme } from '../render/describe-scheme.js';
import { formatBytes, formatDuration } from '../render/format.js';
import { renderFacts, renderTable } from '../render/table.js';
import { resolvePipeline } from '../resolve/quantizer.js';
import { resolveRecipe } from '../resolve/recipe.js';
import { openSession } from '../session.js';

interface PlanOptions extends SharedOptions {
  readonly recipe: string;
}

/** `thinkbits plan MODEL -r RECIPE`: a dry run that reads no weights. */
export function planVerb(host: Host): Command {
  const command = defineVerb({
    name: 'plan',
    summary: 'say what quantizing would need, without reading weights',
    detail:
      'Memory, disk, time (a rough guess), and what does not fit; exit code 3 when the recipe cannot run. Of a hub id only config.json is downloaded.',
    examples: ['thinkbits plan tiny-reasoner-micro -r rtn:w4g128'],
  }).argument('<model>', 'a directory, hub id or shipped model');
  addOption(command, '-r, --recipe <recipe>', 'short form, preset or JSON file', text, {
    required: true,
  });
  return command.action(async (modelText: string, options: PlanOptions) => {
    const session = openSession(host, options);
    const { name: recipeName, recipe } = await resolveRecipe(options.recipe, host.directory);
    const pipeline = await resolvePipeline(recipe, host.directory);
    const { name, description } = await describeNamed(modelText, session);
    const [{ describeModel }, { planQuantization }] = await Promise.all([
      import('@thinkbits/inference'),
      import('@thinkbits/quantize'),
    ]);
    const info = describeModel(description.config, name);
    const plan = planQuantization(info, recipe, pipeline);
    const schemes = new Map<string, number>();
    for (const scheme of plan.schemes.linears.values()) {
      const key = describeScheme(scheme);
      schemes.set(key, (schemes.get(key) ?? 0) + 1);
    }
    const json = {
      model: name,
      recipe: plan.recipe,
      linears: plan.schemes.linears.size,
      float_bytes: plan.floatBytes,
      packed_bytes: plan.packedBytes,
      disk_bytes: plan.diskBytes,
      peak_bytes: plan.peakBytes,
      estimated_seconds: plan.estimatedSeconds,
      issues: plan.issues,
    };
    const facts = renderFacts([
      ['model', name],
      ['recipe', recipeName],
      ['stages', plan.pipeline.map(({ id }) => id).join(' → ') || 'none'],
      ['linears', [...schemes].map(([key, count]) => `${count} × ${key}`).join(', ') || 'none'],
      ['peak memory', formatBytes(plan.peakBytes)],
      ['disk', formatBytes(plan.diskBytes)],
      ['linears now', formatBytes(plan.floatBytes)],
      ['linears packed', formatBytes(plan.packedBytes)],
      [
        'time, about',
        `${formatDuration(plan.estimatedSeconds)} on one of ${availableParallelism()} cores`,
      ],
    ]);
    const issues = renderTable(
      ['severity', 'code', 'what', 'help'].map((title) => ({ title })),
      plan.issues.map(({ severity, code, message, help }) => [severity, code, message, help ?? '']),
    );
    session.result(json, plan.issues.length > 0 ? `${facts}\n${issues}` : `${facts}\nno issues\n`);
    const error = plan.issues.find(({ severity }) => severity === 'error');
    if (error) {
      throw new ThinkbitsError({
        code: error.code,
        message: error.message,
        help: error.help ?? 'Change the recipe or take another model.',
      });
    }
  });
}
