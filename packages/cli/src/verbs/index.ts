import type { Command } from 'commander';
import type { Host } from '../host.js';
import { goldenVerb } from './golden.js';
import { recipeVerb } from './recipe.js';

/** Every verb, in the order of help. */
export const verbs: readonly ((host: Host) => Command)[] = [recipeVerb, goldenVerb];
