import { ThinkbitsError } from '@thinkbits/spec';

/** How quantized weights are held on the device: as packed codes, or expanded to float32 once. */
export type WeightForm = 'packed' | 'expanded';

const forms: readonly string[] = ['packed', 'expanded'] satisfies WeightForm[];

/** The environment variable that decides where no option does. */
export const weightFormVariable = 'THINKBITS_TENSORFLOW_WEIGHTS';

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
  const wanted = asked ?? (environment[weightFormVariable] || undefined);
  if (wanted === undefined) return gpu ? 'packed' : 'expanded';
  if (forms.includes(wanted)) return wanted as WeightForm;
  throw new ThinkbitsError({
    code: 'tensorflow/weight-form',
    category: 'usage',
    message: `"${wanted}" is not a form of weights.`,
    help: `Set ${weightFormVariable} to packed or expanded, or unset it.`,
    details: { wanted, forms: [...forms] },
  });
}
