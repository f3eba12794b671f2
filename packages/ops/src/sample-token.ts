import type { Sampling } from '@thinkbits/spec';

/** The first id with the highest logit. */
function argmax(logits: Float32Array): number {
  let best = 0;
  for (let id = 1; id < logits.length; id++)
    if ((logits[id] as number) > (logits[best] as number)) best = id;
  return best;
}

/** A token that may be chosen. */
export interface Candidate {
  readonly id: number;
  /** Relative to the most likely token. */
  readonly weight: number;
}

/** The most likely ids, in falling order, that hold `share` of all weight (all ids for share 1) or are the first `limit`. */
function likeliest(
  weights: Float64Array,
  total: number,
  share: number,
  limit: number,
): Candidate[] {
  for (let threshold = 1e-2; ; threshold = threshold < 1e-12 ? 0 : threshold / 100) {
    const candidates: Candidate[] = [];
    let mass = 0;
    for (let id = 0; id < weights.length; id++) {
      const weight = weights[id] as number;
      if (weight < threshold) continue;
      candidates.push({ id, weight });
      mass += weight;
    }
    const enough =
      (share < 1 && mass >= share * total) || (limit > 0 && candidates.length >= limit);
    if (!enough && threshold > 0) continue;
    return candidates.sort((a, b) => b.weight - a.weight || a.id - b.id);
  }
}

/** How a row chooses its next token. */
export interface TokenChoice {
  readonly sampling: Sampling;
  /** In [0, 1), from the row's own stream; not looked at when temperature is 0. */
  readonly draw: number;
}

/**
 * Chooses a token: greedy at temperature 0, else by the draw after temperature, top-k, top-p and min-p, in this order (that of
 * transformers). Logits that are no numbers are never chosen, as long as there are others.
 * @param logits `[vocabulary]`
 */
export function sampleToken(logits: Float32Array, { sampling, draw }: TokenChoice): number {
  const best = argmax(logits);
  if (sampling.temperature === 0) return best;
  const highest = logits[best] as number;
  const weights = new Float64Array(logits.length);
  let total = 0;
  for (let id = 0; id < logits.length; id++) {
    const weight = Math.exp(((logits[id] as number) - highest) / sampling.temperature);
    weights[id] = Number.isNaN(weight) ? 0 : weight;
    total += weights[id] as number;
  }
  if (sampling.topP === 1 && sampling.topK === 0 && sampling.minP === 0) {
    let left = draw * total;
    for (let id = 0; id < weights.length; id++) {
      left -= weights[id] as number;
      if (left < 0) return id;
    }
    return best;
  }
  // With top-k, top-p is a share of what top-k left over, so all of top-k is needed first.
  const { topK, topP } = sampling;
  const candidates = likeliest(weights, total, topK > 0 ? 1 : topP, topK);
  return drawAmong(candidates, { sampling, draw }, total);
}

/**
 * Draws among the likeliest tokens, in falling order, of which there are at least as many as top-k, top-p and min-p leave.
 * @param total of the weights of all tokens
 */
export function drawAmong(
  likeliest: readonly Candidate[],
  { sampling: { topK, topP, minP }, draw }: TokenChoice,
  total: number,
): number {
  const candidates = topK > 0 ? likeliest.slice(0, topK) : likeliest;
  const mass = topK > 0 ? candidates.reduce((sum, { weight }) => sum + weight, 0) : total;
  let kept = 0;
  const chosen: Candidate[] = [];
  for (const candidate of candidates) {
    if (kept >= topP * mass && topP < 1) break;
    if (candidate.weight < minP) break; // weights are relative to the most likely token, as min-p is
    chosen.push(candidate);
    kept += candidate.weight;
  }
  let left = draw * kept;
  for (const { id, weight } of chosen) {
    left -= weight;
    if (left < 0) return id;
  }
  return (chosen.at(-1) as Candidate).id;
}
