import { ThinkbitsError } from '@thinkbits/spec';
import { formatBytes, formatNumber } from '../render/format.js';

/** What the cache's memory holds at most. */
const mostBytes = 2 ** 32;

/** What a benchmark puts into a cache. */
export interface CacheDemand {
  readonly batches: readonly number[];
  readonly prompt: number;
  readonly generate: number;
  readonly context: number;
}

/**
 * Refuses a benchmark whose largest cache is beyond what any holds, before anything is computed.
 * @throws ThinkbitsError `bench/too-large` (usage)
 */
export function checkCache(
  { batches, prompt, generate, context }: CacheDemand,
  bytesPerToken: number,
): void {
  const rows = Math.max(...batches);
  const tokens = Math.max(prompt, generate > 0 ? context + generate : 0);
  const bytes = rows * tokens * bytesPerToken;
  if (bytes <= mostBytes) return;
  throw new ThinkbitsError({
    code: 'bench/too-large',
    category: 'usage',
    message: `${formatNumber(rows)} ${rows === 1 ? 'row' : 'rows'} of ${formatNumber(tokens)} tokens take ${formatBytes(bytes)} of cache; it holds ${formatBytes(mostBytes)}.`,
    help: 'Lower --batch, --context, --prompt or --generate, or take fewer bits for keys and values (kv4).',
    details: { rows, tokens, bytes },
  });
}
