import { concat, div, gather, type Tensor2D, tidy } from '@tensorflow/tfjs-core';
import { groupSize } from '@thinkbits/numerics';
import { type BlockView, type LinearInfo, throwIfAborted } from '@thinkbits/spec';
import { type ClipSearchResult, groupProducts, searchClip } from './clip-search.js';
import { readFloatLinears, scaleWeight } from './float-linear.js';
import type { CompleteAwqOptions } from './options.js';
import type { ScaleSearch } from './scale-search.js';

/** Whether the weights of a linear are searched for bounds. */
export function isClipped({ name }: LinearInfo, { clip, unclipped }: CompleteAwqOptions): boolean {
  return clip && !unclipped.includes(name.split('.').at(-1) as string);
}

/**
 * Searches the bounds of every linear of a decoder layer that is going to be rounded and is not left out, with the scales
 * applied to weights and inputs (methods.md §1.2, step 4). Looks at every max(1, ⌊T / clipTokens⌋)-th of all T tokens.
 * @returns by name of the linear
 * @throws ThinkbitsError `run/aborted`; what `roundToNearest` throws
 */
export async function searchClips(
  block: BlockView,
  scaled: readonly Pick<ScaleSearch, 'fold' | 'scales'>[],
  options: CompleteAwqOptions,
  signal?: AbortSignal,
): Promise<Map<string, ClipSearchResult>> {
  const found = new Map<string, ClipSearchResult>();
  const tokens = await countTokens(block);
  const stride = Math.max(1, Math.floor(tokens / options.clipTokens));
  for (const [stage, members] of block.info.stages.entries()) {
    throwIfAborted(signal);
    const wanted = members.filter((linear) => isClipped(linear, options));
    const linears = await readFloatLinears(block, wanted);
    if (linears.length === 0) continue;
    const into = (name: string) => scaled.find(({ fold }) => fold.into.includes(name))?.scales;
    const from = (name: string) => scaled.find(({ fold }) => fold.from === name)?.scales;
    const inputs = await sampleInputs(
      block,
      stage,
      stride,
      into(linears[0]?.linear.name as string),
    );
    try {
      for (const float of linears) {
        const { linear, scheme } = float;
        const weight = scaleWeight(float, into(linear.name), from(linear.name)); // [out, in]
        const products = groupProducts(inputs, groupSize(linear.in, scheme.group));
        try {
          const shape = [linear.out, linear.in] as const;
          const seen = { products, tokens: inputs.shape[0] };
          found.set(linear.name, await searchClip(weight, shape, scheme, seen, options, signal));
        } finally {
          products.dispose();
        }
      }
    } finally {
      inputs.dispose();
    }
  }
  return found;
}

async function countTokens(block: BlockView): Promise<number> {
  let tokens = 0;
  for await (const hidden of block.hidden()) tokens += hidden.shape[0];
  return tokens;
}

/** Every `stride`-th token that a stage reads, over all batches, divided by the scales: `[kept, in]`. */
async function sampleInputs(
  block: BlockView,
  stage: number,
  stride: number,
  scales: Float32Array | undefined,
): Promise<Tensor2D> {
  const kept: Tensor2D[] = [];
  try {
    let seen = 0;
    for await (const input of block.inputs(stage)) {
      const tokens = input.shape[0];
      const first = (stride - (seen % stride)) % stride;
      seen += tokens;
      if (first >= tokens) continue;
      const count = Math.ceil((tokens - first) / stride);
      const rows = Int32Array.from({ length: count }, (_, i) => first + i * stride);
      kept.push(
        tidy(() => {
          const sample = gather(input, rows) as Tensor2D;
          return scales ? div<Tensor2D>(sample, scales) : sample;
        }),
      );
    }
    return concat(kept, 0);
  } finally {
    for (const tensor of kept) tensor.dispose();
  }
}
