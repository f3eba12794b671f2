import type { Command } from 'commander';
import type { Host } from '../host.js';
import { chatVerb } from './chat.js';
import { doctorVerb } from './doctor.js';
import { generateVerb } from './generate.js';
import { goldenVerb } from './golden.js';
import { inspectVerb } from './inspect.js';
import { planVerb } from './plan.js';
import { quantizeVerb } from './quantize.js';
import { recipeVerb } from './recipe.js';
import { scoreVerb } from './score.js';

/** Every verb, in the order of help. */
export const verbs: readonly ((host: Host) => Command)[] = [
  doctorVerb,
  inspectVerb,
  planVerb,
  quantizeVerb,
  generateVerb,
  chatVerb,
  scoreVerb,
  recipeVerb,
  goldenVerb,
];
