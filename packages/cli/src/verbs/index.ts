import type { Command } from 'commander';
import type { Host } from '../host.js';
import { benchVerb } from './bench.js';
import { calibrateVerb } from './calibrate.js';
import { chatVerb } from './chat.js';
import { compareVerb } from './compare.js';
import { doctorVerb } from './doctor.js';
import { evaluateVerb } from './evaluate.js';
import { generateVerb } from './generate.js';
import { goldenVerb } from './golden.js';
import { inspectVerb } from './inspect.js';
import { perplexityVerb } from './perplexity.js';
import { planVerb } from './plan.js';
import { quantizeVerb } from './quantize.js';
import { recipeVerb } from './recipe.js';
import { reportVerb } from './report.js';
import { samplesVerb } from './samples.js';
import { scoreVerb } from './score.js';
import { setupVerb } from './setup.js';
import { studyVerb } from './study.js';

/** Every verb, in the order of help. */
export const verbs: readonly ((host: Host) => Command)[] = [
  doctorVerb,
  setupVerb,
  inspectVerb,
  planVerb,
  quantizeVerb,
  calibrateVerb,
  generateVerb,
  chatVerb,
  evaluateVerb,
  compareVerb,
  samplesVerb,
  studyVerb,
  reportVerb,
  perplexityVerb,
  benchVerb,
  scoreVerb,
  recipeVerb,
  goldenVerb,
];
