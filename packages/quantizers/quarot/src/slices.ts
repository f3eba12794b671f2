import type { BlockInfo, LinearInfo, LinearScheme } from '@thinkbits/spec';
import type { CompleteQuarotOptions } from './options.js';

/** How the input of down_proj is cut. */
export interface Slices {
  readonly down: LinearInfo;
  readonly count: number;
  /** Channels of a slice; a whole number where the count divides them. */
  readonly size: number;
  /** Slices of the same input that have a scale of their own when it is quantized; 1 where it is not. */
  readonly quantized: number;
}

/** The slices of down_proj's input that are transformed apart, one a rank (methods.md §1.13). */
export function slicesOf(
  { info, schemes }: { info: BlockInfo; schemes: ReadonlyMap<string, LinearScheme> },
  options: CompleteQuarotOptions,
): Slices {
  const [, , , [down]] = info.stages as [unknown, unknown, unknown, [LinearInfo]];
  const quantized = schemes.get(down.name)?.activation?.tensorParallel ?? 1;
  const asked = options.targets === 'model' ? options.tensorParallel : 'auto';
  const count = asked === 'auto' ? quantized : asked;
  return { down, count, size: down.in / count, quantized };
}
