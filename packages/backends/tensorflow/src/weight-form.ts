import { chooseWord } from './choose-word.js';

/** How quantized weights are held on the device: as packed codes, or expanded to float32 once. */
export type WeightForm = 'packed' | 'expanded';

/** The environment variable that decides where no option does. */
export const weightFormVariable = 'THINKBITS_TENSORFLOW_WEIGHTS';

const choice = {
  words: ['packed', 'expanded'],
  what: 'form of weights',
  detail: 'forms',
  variable: weightFormVariable,
  code: 'tensorflow/weight-form',
} as const;

/**
 * How weights are held: as asked for, else as the environment says, else packed on a GPU, whose memory is what lacks, and
 * expanded on a CPU, where unpacking at every step costs several times the product itself (tfjs.md §13.4).
 *
 * @throws ThinkbitsError `tensorflow/weight-form` (usage) for a word that is neither
 */
export function weightForm(
  gpu: boolean,
  asked?: WeightForm,
  environment: NodeJS.ProcessEnv = process.env,
): WeightForm {
  return chooseWord<WeightForm>(choice, asked, environment) ?? (gpu ? 'packed' : 'expanded');
}
