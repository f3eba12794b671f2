import {
  type BlockView,
  type Edit,
  type LinearInfo,
  type ModelInfo,
  type Transform,
  throwIfAborted,
} from '@thinkbits/spec';
import { fuseNorm } from './fuse-norm.js';
import { type CompleteQuarotOptions, completeOptions, type QuarotOptions } from './options.js';
import { planQuarot } from './plan.js';
import { hadamardRotation, residualRotation } from './rotations.js';
import { slicesOf } from './slices.js';

type ModelOptions = Extract<CompleteQuarotOptions, { targets: 'model' }>;

const sides = (linears: readonly { readonly name: string }[], side: 'in' | 'out') =>
  linears.map(({ name }) => ({ name, side }));

/** The edits of one decoder layer that rotate weights; those of embedding and head come with the first. */
async function rotateWeights(
  block: BlockView,
  { head, hidden, headDim }: ModelInfo,
  { rotation, seed }: ModelOptions,
): Promise<Edit[]> {
  const { index, stages, folds } = block.info;
  const [qkv, o, gateUp, down] = stages as [LinearInfo[], LinearInfo[], LinearInfo[], LinearInfo[]];
  const [, , v] = qkv as [LinearInfo, LinearInfo, LinearInfo];
  const first = index === 0;
  const edits: Edit[] = [];

  // W ← W diag(γ), γ ← 1
  for (const { kind, from, into } of folds)
    if (kind === 'norm') edits.push(await fuseNorm(block, from, into));
  if (first) edits.push(await fuseNorm(block, 'model.norm', [head.name]));

  // E ← E Q; W ← W Q where the residual stream is read, Qᵀ W where it is written
  edits.push({
    op: 'rotate',
    targets: [
      ...(first ? [...sides([{ name: 'model.embed_tokens' }], 'out'), ...sides([head], 'in')] : []),
      ...sides([...qkv, ...gateUp], 'in'),
      ...sides([...o, ...down], 'out'),
    ],
    map: residualRotation(rotation, hidden, seed),
  });

  // per head, on what v_proj gives, its bias included, and on what o_proj reads
  edits.push({
    op: 'rotate',
    targets: [...sides([v], 'out'), ...sides(o, 'in')],
    map: hadamardRotation(headDim),
  });
  return edits;
}

/**
 * QuaRot (arXiv 2404.00456; methods.md §1.5): orthogonal matrices turn the residual stream, the heads' values, and at run
 * time queries, keys and the input of down_proj, so that outliers are spread over all channels and few bits suffice.
 * `targets: 'kv'` is QuaRot-KV (§1.6).
 *
 * The value rotation is always head-wise: it needs no partner at run time (§5, trap 2).
 *
 * Proposals throw `quarot/zero-norm`, `hadamard/no-order`.
 * @throws ThinkbitsError `quarot/options`
 */
export function quarot(options: QuarotOptions = {}): Transform {
  const complete = completeOptions(options);
  const online = complete.targets === 'kv' ? (['query-key'] as const) : complete.online;
  return {
    specificationVersion: 'v1',
    role: 'transform',
    id: 'quarot',
    options: { ...complete, ...('online' in complete && { online: [...complete.online] }) },
    needs: { calibration: 'none' },
    claims: { residualStream: complete.targets === 'model', online },
    plan: (model, schemes) => planQuarot(model, schemes, complete, online),

    async propose(block, { model, signal }) {
      throwIfAborted(signal);
      const edits: Edit[] = [];
      if (complete.targets === 'model')
        edits.push(...(await rotateWeights(block, model, complete)));
      for (const at of online) {
        const size = at === 'query-key' ? model.headDim : slicesOf(block, complete).size;
        edits.push({
          op: 'online',
          site: { block: block.info.index, at },
          map: hadamardRotation(size),
        });
      }
      return { edits };
    },
  };
}
