import type { Tensor2D } from '@tensorflow/tfjs-core';
import { ChannelMap } from '@thinkbits/ops';
import { type Edit, type InvertiblePair, type Proposal, ThinkbitsError } from '@thinkbits/spec';

const table = 'model.embed_tokens';

type Rotation = Extract<Edit, { op: 'rotate' }>;

/** The edit of a proposal that turns the residual stream: whatever leaves the embedding leaves it in another basis. */
function findRotation({ edits }: Proposal): Rotation | undefined {
  return edits.find(
    (edit): edit is Rotation =>
      edit.op === 'rotate' &&
      edit.targets.some(({ name, side }) => name === table && side === 'out'),
  );
}

/**
 * The basis in which the residual stream arrives at a layer. At most one transform of a pipeline turns it, at the first
 * layer; transforms before it see layers in the old basis, those after it in the new one.
 */
export class ResidualBasis {
  private map:
    | { readonly at: number; readonly forward: ChannelMap; readonly back: ChannelMap }
    | undefined;

  /**
   * Takes note of a rotation that the `at`-th transform proposes.
   * @returns whether it did
   * @throws ThinkbitsError `transform/two-rotations`, `transform/late-rotation`
   */
  note(proposal: Proposal, at: number, id: string, block: number): boolean {
    const rotation = findRotation(proposal);
    if (!rotation) return false;
    const refuse = (code: string, message: string, help: string): never => {
      throw new ThinkbitsError({ code, category: 'usage', message, help });
    };
    if (block > 0)
      refuse(
        'transform/late-rotation',
        `${id} rotates the embedding at layer ${block}, when the layers before it are finished.`,
        'This is a defect of the transform: rotate the embedding with the first layer.',
      );
    if (this.map)
      refuse(
        'transform/two-rotations',
        `${id} rotates the residual stream, which an earlier transform has rotated already.`,
        'Keep one of the two.',
      );
    this.map = {
      at,
      forward: mapOf(rotation.map, 'forward'),
      back: mapOf(rotation.map, 'inverse'),
    };
    return true;
  }

  /** The stream `hidden`, in its final basis, as weights with the edits of the first `count` transforms expect it. */
  seenAfter(count: number, hidden: Tensor2D): Tensor2D {
    return this.map && count <= this.map.at ? this.map.back.apply(hidden) : hidden;
  }

  /** What comes out in the basis before the `at`-th transform, in the basis after it. */
  carry(at: number, output: Tensor2D): Tensor2D {
    return this.map?.at === at ? this.map.forward.apply(output) : output;
  }

  /** The transform that turned the stream, by its place in the pipeline. */
  get rotatedBy(): number | undefined {
    return this.map?.at;
  }

  dispose(): void {
    this.map?.forward.dispose();
    this.map?.back.dispose();
    this.map = undefined;
  }
}

const mapOf = (pair: InvertiblePair, direction: keyof InvertiblePair): ChannelMap =>
  new ChannelMap(pair[direction]);
