import { type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { relativeSquaredError } from '@thinkbits/numerics';
import { type Edit, ThinkbitsError } from '@thinkbits/spec';
import type { BlockFlow } from './block-flow.js';
import type { BlockWeights } from './block-weights.js';

/** The largest relative distance by which edits may move a layer's float output. */
const tolerance = 1e-4;

/** An edit in words. */
export function describeEdit(edit: Edit): string {
  switch (edit.op) {
    case 'scale':
      return `scale ${edit.producer} into ${edit.consumers.join(', ')}`;
    case 'rotate':
      return `rotate ${edit.targets.map(({ name, side }) => `${name} (${side})`).join(', ')}`;
    case 'online':
      return `online map at ${edit.site.at} of layer ${edit.site.block}`;
  }
}

/** A change of basis of the residual stream; the same tensor where there is none. */
export type Basis = (hidden: Tensor2D) => Tensor2D;

/**
 * Fails when a layer's float output moved under the edits of a transform.
 * @param hidden `[tokens, hidden]`, what the layer reads, in the basis of the last transform
 * @param to the bases that the layer's weights expect before and after the edits
 * @throws ThinkbitsError `transform/changes-output`, with the distance and the edits
 */
export async function verifyEdits(
  stage: string,
  edits: readonly Edit[],
  flow: BlockFlow,
  hidden: Tensor2D,
  { before, after }: { readonly before: BlockWeights; readonly after: BlockWeights },
  to: { readonly before: Basis; readonly after: Basis; readonly compare: Basis },
): Promise<void> {
  const [expected, actual] = tidy(() => [
    to.compare(flow.forward(before, to.before(hidden))),
    flow.forward(after, to.after(hidden)),
  ]) as [Tensor2D, Tensor2D];
  const [wanted, found] = await Promise.all([expected.data(), actual.data()]);
  expected.dispose();
  actual.dispose();
  const distance = Math.sqrt(relativeSquaredError(found as Float32Array, wanted as Float32Array));
  if (distance <= tolerance) return; // NaN is never close
  throw new ThinkbitsError({
    code: 'transform/changes-output',
    message: `${stage} moves the float output of layer ${before.info.index} by ${distance.toExponential(1)} (relative); at most ${tolerance} is allowed. Its edits: ${edits.map(describeEdit).join('; ')}.`,
    help: 'Edits must not change what the model computes. Where a map is badly conditioned, give the transform another seed; else run the conformance kit on it.',
    details: { stage, layer: before.info.index, distance },
  });
}
