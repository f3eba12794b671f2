import { folderFiles } from '@thinkbits/checkpoint/node';
import { loadModel } from '@thinkbits/inference';
import { dequantizeWeight } from '@thinkbits/numerics';
import { observeInputs } from '@thinkbits/ops';
import { quantize } from '@thinkbits/quantize';
import { gptq } from '@thinkbits/quantizer-gptq';
import type { Json, QuantizedWeight, Rounder, WeightBits } from '@thinkbits/spec';
import { booleanOf, groupOf, numberOf, textOf } from '../settings.js';
import type { CaseContext, GoldenCheck } from '../topic.js';
import { calibrationOf } from './calibration-ids.js';
import { gptqLoss } from './gptq-loss.js';
import { meanSquaredError } from './mean-squared-error.js';

/** A rounded linear by its name without `model.layers.`, and its loss on the inputs that its session saw. */
type Seen = Map<string, { readonly weight: QuantizedWeight; readonly loss: number }>;

/**
 * The rounder, with a Hessian of its own beside it: 2/n Σ XXᵀ over `samples` rows of tokens, however they
 * come in batches.
 */
function watched(rounder: Rounder, samples: number, seen: Seen): Rounder {
  return {
    ...rounder,
    open(targets, context) {
      const session = rounder.open(targets, context);
      const observer = observeInputs();
      let batches = 0;
      return {
        async observe(input) {
          batches++;
          await observer.observe(input);
          await session.observe?.(input);
        },
        async finish(weights) {
          const statistics = observer.take();
          const hessian = statistics?.hessian.map((value) => (value * batches) / samples);
          const results = await session.finish(weights);
          for (const [i, { weight }] of results.entries()) {
            const name = targets[i]?.linear.name.replace('model.layers.', '') as string;
            const float = (await weights[i]?.data()) as Float32Array;
            const loss = gptqLoss(float, dequantizeWeight(weight), hessian as Float32Array);
            seen.set(name, { weight, loss });
          }
          return results;
        },
        dispose() {
          observer.dispose();
          session.dispose();
        },
      };
    },
  };
}

async function compute({ settings, input, modelDirectory, signal }: CaseContext) {
  const ids = Int32Array.from((await input('ids')).values);
  const calibration = calibrationOf(await input('calibration_ids'));
  const rounder = gptq({
    actOrder: booleanOf(settings, 'act_order'),
    staticGroups: booleanOf(settings, 'static_groups'),
    clipSearch: booleanOf(settings, 'mse'),
    damping: numberOf(settings, 'damp'),
    blockSize: numberOf(settings, 'block'),
  });
  const weights = {
    bits: numberOf(settings, 'bits') as WeightBits,
    group: groupOf(settings, 'channel' as const),
    symmetric: booleanOf(settings, 'symmetric'),
  };
  const seen: Seen = new Map();
  const pipeline = [watched(rounder, calibration.windows.length, seen)];
  const float = await loadModel(folderFiles(modelDirectory(textOf(settings, 'model'))), { signal });
  try {
    const quantized = await quantize(float, { pipeline, weights, calibration, signal });
    try {
      const logits = await quantized.logits(ids, signal);
      const floatLogits = await float.logits(ids, signal);
      const byName = [...seen].sort(([a], [b]) => (a < b ? -1 : 1));
      return {
        ...Object.fromEntries(byName.map(([name, { weight }]) => [`${name}.codes`, weight.codes])),
        loss_per_linear: byName.map(([, { loss }]) => loss),
        logits,
        logits_float: floatLogits,
        logits_mean_squared_error: [meanSquaredError(logits, floatLogits)],
      };
    } finally {
      quantized.dispose();
    }
  } finally {
    float.dispose();
    await float.checkpoint.close();
  }
}

/** A whole model, layer by layer in stages, each seeing what is already rounded. */
export function gptqOfModel(settings: { readonly [name: string]: Json }): GoldenCheck {
  const [first = []] = settings.stages as string[][]; // later stages cascade
  return {
    rules: {
      codes: { how: 'most', of: first.map((name) => `0.${name}.codes`) },
      loss_per_linear_relative: { how: 'relative', of: ['loss_per_linear'] },
      logits_relative_frobenius: { how: 'frobenius', of: ['logits'] },
      logits_mean_squared_error_relative: { how: 'relative', of: ['logits_mean_squared_error'] },
      logits_float_max_abs: { how: 'absolute', of: ['logits_float'] },
    },
    compute,
  };
}
