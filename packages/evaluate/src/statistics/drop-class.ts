import type { Interval } from './cluster-bootstrap.js';

/**
 * How much of its reasoning a quantized model lost; `undetermined` where the data cannot tell two
 * classes apart.
 */
export type DropClass = 'lossless' | 'fair' | 'risky' | 'undetermined';

function classOf(points: number): DropClass {
  if (points <= 1) return 'lossless';
  return points <= 3 ? 'fair' : 'risky';
}

/**
 * The paper's classes (arXiv 2504.04823, figure 1): a drop of at most 1 point is lossless, at most
 * 3 fair, more risky. The paper reads them off the estimate; here both ends of the interval have to
 * agree.
 *
 * @param interval of float minus quantized accuracy, in points (0 to 100)
 */
export function dropClass(interval: Interval): DropClass {
  const [low, high] = interval.map(classOf);
  return low === high ? (low as DropClass) : 'undetermined';
}
