import type { Checkpoint } from '@thinkbits/checkpoint';
import { allFinite } from '@thinkbits/numerics';
import { type LinearInfo, ThinkbitsError } from '@thinkbits/spec';

/** The tensor that holds a linear's float weight; a tied head has none of its own. */
export function weightTensor(linear: LinearInfo): string {
  return `${linear.tiedTo ?? linear.name}.weight`;
}

/**
 * A linear's float weight, `[out, in]` row-major.
 * @throws ThinkbitsError `checkpoint/shape`, `checkpoint/not-finite`, and what the checkpoint's reader throws
 */
export async function readWeight(
  checkpoint: Checkpoint,
  linear: LinearInfo,
): Promise<Float32Array> {
  const name = weightTensor(linear);
  const { shape, values } = await checkpoint.readFloat(name);
  if (shape.length !== 2 || shape[0] !== linear.out || shape[1] !== linear.in) {
    throw new ThinkbitsError({
      code: 'checkpoint/shape',
      message: `${name} has the shape [${shape.join(', ')}], and config.json makes it [${linear.out}, ${linear.in}].`,
      help: 'Weights and config.json are not of the same model: fetch both again.',
      details: { tensor: name, shape: [...shape] },
    });
  }
  if (!allFinite(values)) {
    const bad = values.findIndex((value) => !Number.isFinite(value));
    throw new ThinkbitsError({
      code: 'checkpoint/not-finite',
      message: `${name} has ${values[bad]} at row ${Math.floor(bad / linear.in)}, column ${bad % linear.in}.`,
      help: 'It cannot be rounded: fetch the checkpoint again, or skip this linear by a rule.',
      details: { tensor: name, index: bad },
    });
  }
  return values;
}
