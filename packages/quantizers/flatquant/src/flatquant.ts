import type { Transform } from '@thinkbits/spec';
import { FlatquantLayer } from './flatquant-layer.js';
import { isQuantized } from './layer-shape.js';
import { completeOptions, type FlatquantOptions, onlineSites } from './options.js';
import { planFlatquant } from './plan.js';

/**
 * FlatQuant (arXiv 2410.09426; methods.md §1.8): invertible maps before every group of linears, Kronecker-factored where they
 * are wide, and the clips of weights, activations and cache, trained layer by layer until the quantized layer gives what the
 * float layer gives.
 *
 * Proposals throw `flatquant/diverged`, `matrix/singular`, `run/aborted`.
 * @throws ThinkbitsError `flatquant/options`
 */
export function flatquant(given: FlatquantOptions = {}): Transform {
  const options = completeOptions(given);
  return {
    specificationVersion: 'v1',
    role: 'transform',
    id: 'flatquant',
    options: { ...options, sites: [...options.sites] },
    needs: { calibration: 'gradients' },
    claims: { online: options.sites.flatMap((site) => onlineSites[site] ?? []) },
    // what the study gives its models of 1.5B and 7B, and those above (methods.md §3.1)
    calibrationLength: ({ hidden }) => (hidden < 4096 ? 4096 : 2048),
    plan: (model, schemes, budget) => planFlatquant(model, schemes, budget, options),

    async propose(view, { model, random, signal, emit }) {
      const layer = await FlatquantLayer.open(view, model, options);
      const tell = (epoch: number, loss: number): void => {
        const at = `layer ${view.info.index}, epoch ${epoch + 1} of ${options.epochs}`;
        emit({ type: 'note', message: `flatquant: ${at}: squared error ${loss.toExponential(3)}` });
      };
      try {
        if (!isQuantized(layer.shape)) return { edits: [] };
        const parameters = await layer.firstParameters(random);
        await layer.train(parameters, { ...(signal && { signal }), onEpoch: tell });
        return await layer.fold(parameters);
      } finally {
        layer.dispose();
      }
    },
  };
}
