import type {
  BlockView,
  Edit,
  Proposal,
  RoundingHints,
  StageContext,
  Transform,
} from '@thinkbits/spec';
import type { ClipSearchResult } from './clip-search.js';
import { type AwqOptions, completeOptions } from './options.js';
import { plan } from './plan.js';
import { type ScaleSearch, searchScales } from './scale-search.js';
import { searchClips } from './search-clips.js';

/** A transform whose two searches can also be asked one by one. */
export interface Awq extends Transform {
  /**
   * What every ratio would cost, and the scales that are best.
   * @throws ThinkbitsError `awq/no-inputs`, `awq/not-finite`, `run/aborted`
   */
  searchScales(block: BlockView, context: Pick<StageContext, 'signal'>): Promise<ScaleSearch[]>;
  /**
   * The bounds of the weights, by linear, once these scales are applied.
   * @throws ThinkbitsError `run/aborted`
   */
  searchClips(
    block: BlockView,
    scaled: readonly Pick<ScaleSearch, 'fold' | 'scales'>[],
    context: Pick<StageContext, 'signal'>,
  ): Promise<Map<string, ClipSearchResult>>;
}

/**
 * AWQ (arXiv 2306.00978; methods.md §1.2): input channels of a linear are multiplied by s before rounding, and what comes
 * before them is divided by it, so that channels that carry much lose less; then the weights of each group are clipped
 * where that helps the output. Scales are edits that keep the float model; bounds are hints for whatever rounds.
 *
 * Proposing throws `awq/no-inputs`, `awq/not-finite`.
 * @throws ThinkbitsError `awq/options`
 */
export function awq(options: AwqOptions = {}): Awq {
  const complete = completeOptions(options);
  const stage: Awq = {
    specificationVersion: 'v1',
    role: 'transform',
    id: 'awq',
    options: { ...complete },
    needs: { calibration: 'inputs' },
    claims: { folds: ['qkv-input', 'gate-up-input'] },
    plan: (model, schemes, budget) => plan(model, schemes, budget, complete),
    searchScales: (block, { signal }) => searchScales(block, complete, signal),
    searchClips: (block, scaled, { signal }) => searchClips(block, scaled, complete, signal),
    async propose(block, context): Promise<Proposal> {
      const scaled = await stage.searchScales(block, context);
      const clips = complete.clip ? await stage.searchClips(block, scaled, context) : new Map();
      return proposalOf(scaled, clips);
    },
  };
  return stage;
}

/** Scales as edits, for all that reads the channels, and bounds ±m as hints. */
export function proposalOf(
  scaled: readonly Pick<ScaleSearch, 'fold' | 'scales'>[],
  clips: ReadonlyMap<string, ClipSearchResult>,
): Proposal {
  const edits = scaled.map(
    ({ fold, scales }): Edit => ({
      op: 'scale',
      producer: fold.from,
      consumers: fold.into,
      factors: scales,
    }),
  );
  const hints = new Map<string, RoundingHints>();
  for (const [name, { bounds }] of clips) {
    hints.set(name, { clip: { low: bounds.map((bound) => -bound), high: bounds } });
  }
  return { edits, hints };
}
