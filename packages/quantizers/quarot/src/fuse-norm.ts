import { type BlockView, type Edit, ThinkbitsError } from '@thinkbits/spec';

/**
 * Moves a norm's weight γ into the linears that read it, W · diag(γ), which leaves the norm with ones: only then does it
 * commute with a rotation (methods.md §1.5 step 1).
 * @throws ThinkbitsError `quarot/zero-norm`
 */
export async function fuseNorm(
  block: BlockView,
  producer: string,
  consumers: readonly string[],
): Promise<Edit> {
  const weight = await block.weight(producer); // [1, hidden]
  const factors = new Float32Array(await weight.data<'float32'>());
  weight.dispose();
  const zero = factors.indexOf(0);
  if (zero >= 0) {
    throw new ThinkbitsError({
      code: 'quarot/zero-norm',
      message: `${producer} has the weight 0 in channel ${zero}, which no weight after it can take over.`,
      help: 'Take targets "kv", or a method that leaves norms where they are.',
      details: { norm: producer, channel: zero },
    });
  }
  return { op: 'scale', producer, consumers, factors };
}
