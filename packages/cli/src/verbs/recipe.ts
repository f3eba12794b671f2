import type { Command } from 'commander';
import { defineVerb } from '../define-verb.js';
import type { Host } from '../host.js';
import type { SharedOptions } from '../options/shared-options.js';
import { resolveRecipe } from '../resolve/recipe.js';
import { openSession } from '../session.js';

/** `thinkbits recipe RECIPE`: prints the complete JSON. */
export function recipeVerb(host: Host): Command {
  return defineVerb({
    name: 'recipe',
    summary: 'print the full JSON that a short form or preset stands for',
    examples: [
      'thinkbits recipe rtn:w4g128kv4',
      'thinkbits recipe paper/quarot-w4a4kv4 > recipe.json',
    ],
  })
    .argument('<recipe>', 'short form, preset or JSON file')
    .action(async (text: string, options: SharedOptions) => {
      const session = openSession(host, options);
      const { recipe } = await resolveRecipe(text, host.directory);
      session.result(recipe, `${JSON.stringify(recipe, null, 2)}\n`);
    });
}
