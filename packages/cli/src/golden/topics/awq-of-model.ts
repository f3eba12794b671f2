import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel, type Model } from '@thinkbits/inference';
import { quantize } from '@thinkbits/quantize';
import {
  type Awq,
  type AwqOptions,
  awq,
  type ClipSearchResult,
  channelScales,
  proposalOf,
  type ScaleSearch,
} from '@thinkbits/quantizer-awq';
import { rtn } from '@thinkbits/quantizer-rtn';
import type { QuantizedWeight, Quantizer, Rounder, Transform, WeightBits } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf, onlySettings, textOf } from '../settings.js';
import type { CaseContext, GoldenCheck } from '../topic.js';
import { calibrationOf } from './calibration-ids.js';
import { meanSquaredError } from './mean-squared-error.js';

/** How cases name a search, by the first linear that reads the channels. */
const siteNames: { readonly [linear: string]: string } = {
  q_proj: 'qkv',
  o_proj: 'o',
  gate_proj: 'gate_up',
  down_proj: 'down',
};
const sites = Object.values(siteNames);
const siteOf = ({ fold }: ScaleSearch): string =>
  siteNames[fold.into[0]?.split('.').at(-1) as string] as string;

const linears = [
  ...['q', 'k', 'v', 'o'].map((name) => `self_attn.${name}_proj`),
  ...['gate', 'up', 'down'].map((name) => `mlp.${name}_proj`),
];
const norms = ['input_layernorm', 'post_attention_layernorm'];

/** What was found for a decoder layer, and its rounded linears by their name within it. */
interface SeenLayer {
  readonly scales: Map<string, ScaleSearch>;
  readonly clips: Map<string, ClipSearchResult>;
  readonly rounded: Map<string, QuantizedWeight>;
}

const layerOf = (linear: string): [layer: number, within: string] => {
  const [, layer, within] = /^model\.layers\.(\d+)\.(.*)$/.exec(linear) ?? [];
  return [Number(layer), within ?? linear];
};

/**
 * AWQ that remembers what it found in one layer; it goes on with the scales that `settle` makes of those it found.
 */
function watched(
  stage: Awq,
  layer: number,
  seen: SeenLayer,
  settle: (site: string, search: ScaleSearch) => Promise<ScaleSearch>,
): Transform {
  return {
    ...stage,
    async propose(block, context) {
      if (block.info.index !== layer) return stage.propose(block, context);
      const found = await stage.searchScales(block, context);
      const scaled = await Promise.all(found.map((search) => settle(siteOf(search), search)));
      const clips = await stage.searchClips(block, scaled, context);
      for (const search of scaled) seen.scales.set(siteOf(search), search);
      for (const [name, clip] of clips) seen.clips.set(layerOf(name)[1], clip);
      return proposalOf(scaled, clips);
    },
  };
}

/** A rounder that remembers what it made of one layer. */
function remembering(rounder: Rounder, layer: number, { rounded }: SeenLayer): Rounder {
  return {
    ...rounder,
    open(targets, context) {
      const session = rounder.open(targets, context);
      return {
        ...session,
        async finish(weights) {
          const results = await session.finish(weights);
          for (const [i, { weight }] of results.entries()) {
            const [at, within] = layerOf(targets[i]?.linear.name as string);
            if (at === layer) rounded.set(within, weight);
          }
          return results;
        },
      };
    },
  };
}

/** Quantizes the case's model on its calibration ids, and hands the result to `read`. */
async function withQuantized<Result>(
  { settings, input, modelDirectory, signal }: CaseContext,
  pipeline: readonly Quantizer[],
  read: (quantized: Model, float: Model) => Promise<Result>,
): Promise<Result> {
  const calibration = calibrationOf(await input('calibration_ids'));
  const weights = {
    bits: numberOf(settings, 'bits') as WeightBits,
    group: groupOf(settings, 'channel' as const),
    range: 'min-max' as const,
  };
  const float = await loadModel(folderFiles(modelDirectory(textOf(settings, 'model'))), { signal });
  try {
    const quantized = await quantize(float, { pipeline, weights, calibration, signal });
    try {
      return await read(quantized, float);
    } finally {
      quantized.dispose();
    }
  } finally {
    float.dispose();
    await float.checkpoint.close();
  }
}

/** The ratio that is best by a list of losses, and whether the second best is more than one percent worse. */
function winner(losses: ArrayLike<number>): { index: number; clear: boolean } {
  const ordered = Array.from(losses).sort((a, b) => a - b);
  const [least, second = Number.POSITIVE_INFINITY] = ordered as [number, number?];
  return { index: Array.from(losses).indexOf(least), clear: (second - least) / least > 0.01 };
}

/** Where the reference's winner is not clear, what follows from it is compared at the reference's. */
async function settled(
  { expected }: CaseContext,
  prefix: string,
  search: ScaleSearch,
): Promise<ScaleSearch> {
  const losses = await expected(`${prefix}losses`);
  if (!losses) return search;
  const { index, clear } = winner(losses);
  if (clear) return search;
  const ratio = index / losses.length;
  return {
    ...search,
    ratio,
    scales: channelScales(search.activationMean, ratio, search.weightMean),
  };
}

/** What a search gives to compare, each name after `prefix`. */
function resultsOf(prefix: string, search: ScaleSearch) {
  const { activationMean, weightMean, losses, ratio = Number.NaN, scales } = search;
  return {
    [`${prefix}activation_mean`]: activationMean,
    ...(weightMean && { [`${prefix}weight_mean`]: weightMean }),
    [`${prefix}scales`]: scales,
    [`${prefix}losses`]: losses,
    [`${prefix}best_index`]: [ratio * losses.length],
    [`${prefix}best_ratio`]: [ratio],
  };
}

const emptyLayer = (): SeenLayer => ({ scales: new Map(), clips: new Map(), rounded: new Map() });

/** Searches, bounds, codes and folded norms of one layer. */
export const awqLayer: GoldenCheck = {
  rules: {
    losses_relative: { how: 'relative', of: sites.map((site) => `${site}.losses`) },
    best_index: {
      how: 'exact',
      of: sites.flatMap((site) => [`${site}.best_index`, `${site}.best_ratio`]),
    },
    scales_relative: {
      how: 'relative',
      of: [
        ...sites.flatMap((site) => [`${site}.activation_mean`, `${site}.scales`]),
        ...norms.map((norm) => `${norm}.folded`),
      ],
    },
    clip: { how: 'most', of: linears.flatMap((name) => [`${name}.clip`, `${name}.scale`]) },
    codes: { how: 'most', of: linears.flatMap((name) => [`${name}.codes`, `${name}.zero`]) },
  },
  compute: async (context) => {
    const { settings } = context;
    const own = ['ratio_grid', 'clip_grid', 'clip_tokens', 'v_to_o', 'duo_scaling'];
    onlySettings(settings, ['kind', 'model', 'layer', 'bits', 'group', ...own]);
    const layer = numberOf(settings, 'layer');
    const stage = awq({
      duoScaling: booleanOf(settings, 'duo_scaling'),
      ratioGrid: numberOf(settings, 'ratio_grid'),
      clipGrid: numberOf(settings, 'clip_grid'),
      clipTokens: numberOf(settings, 'clip_tokens'),
      valueToOutput: booleanOf(settings, 'v_to_o'),
    });
    const seen = emptyLayer();
    const settle = (site: string, search: ScaleSearch) => settled(context, `${site}.`, search);
    const pipeline = [watched(stage, layer, seen, settle), remembering(rtn(), layer, seen)];
    const folded = await withQuantized(context, pipeline, (quantized) =>
      Promise.all(
        norms.map(async (norm) => {
          const name = `model.layers.${layer}.${norm}.weight`;
          return [`${norm}.folded`, (await quantized.checkpoint.readFloat(name)).values] as const;
        }),
      ),
    );
    return {
      ...Object.fromEntries(folded),
      ...Object.assign(
        {},
        ...[...seen.scales].map(([site, found]) => resultsOf(`${site}.`, found)),
      ),
      ...Object.fromEntries(
        [...seen.clips].map(([name, { bounds }]) => [`${name}.clip`, bounds] as const),
      ),
      ...Object.fromEntries(
        [...seen.rounded].flatMap(([name, { codes, scales, zeros }]) => [
          [`${name}.codes`, codes],
          [`${name}.scale`, scales],
          [`${name}.zero`, zeros ?? new Float32Array(scales.length)],
        ]),
      ),
    };
  },
};

/** One search with duo scaling, as AutoAWQ makes it. */
export const awqDuo: GoldenCheck = {
  rules: {
    losses_relative: { how: 'relative', of: ['losses'] },
    scales_relative: { how: 'relative', of: ['activation_mean', 'weight_mean', 'scales'] },
    best_index: {
      how: 'exact',
      of: ['best_index', 'best_ratio'],
      unsaid: { how: 'exact' },
    },
  },
  compute: async (context) => {
    const { settings } = context;
    onlySettings(settings, ['kind', 'model', 'layer', 'site', 'bits', 'group', 'duo_scaling']);
    const [layer, site] = [numberOf(settings, 'layer'), textOf(settings, 'site')];
    const options: AwqOptions = { duoScaling: booleanOf(settings, 'duo_scaling') };
    const seen = emptyLayer();
    const settle = (at: string, search: ScaleSearch) =>
      at === site ? settled(context, '', search) : Promise.resolve(search);
    const stage = watched(awq(options), layer, seen, settle);
    await withQuantized(context, [stage, rtn()], async () => {});
    const found = seen.scales.get(site);
    return found ? resultsOf('', found) : {};
  },
};

/** Logits of a whole model, beside those of rounding to nearest on the same grid. */
export const awqModel: GoldenCheck = {
  rules: {
    logits_original_max_abs: { how: 'absolute', of: ['logits_original'] },
    logits_relative_frobenius: { how: 'frobenius', of: ['logits', 'logits_rtn'] },
    logits_mean_squared_error_relative: { how: 'relative', of: ['logits_mean_squared_error'] },
  },
  compute: async (context) => {
    const { settings, signal } = context;
    onlySettings(settings, ['kind', 'model', 'bits', 'group']);
    const ids = Int32Array.from((await context.input('ids')).values);
    const logitsOf = (pipeline: readonly Quantizer[]) =>
      withQuantized(context, pipeline, async (quantized, float) => ({
        logits: await quantized.logits(ids, signal),
        original: await float.logits(ids, signal),
      }));
    const { logits, original } = await logitsOf([awq(), rtn()]);
    const { logits: plain } = await logitsOf([rtn()]);
    return {
      logits,
      logits_original: original,
      logits_rtn: plain,
      logits_mean_squared_error: [
        meanSquaredError(logits, original),
        meanSquaredError(plain, original),
      ],
    };
  },
};
