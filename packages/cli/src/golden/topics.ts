import type { GoldenTopic } from './topic.js';

/** Topics by name, loaded when a directory has them; others are reported as not implemented. */
export const topics: { readonly [name: string]: () => Promise<GoldenTopic> } = {
  models: async () => (await import('./topics/models.js')).models,
  uniform: async () => (await import('./topics/uniform.js')).uniform,
  'compressed-tensors': async () =>
    (await import('./topics/compressed-tensors.js')).compressedTensors,
  perplexity: async () => (await import('./topics/perplexity.js')).perplexity,
  flatquant: async () => (await import('./topics/flatquant.js')).flatquant,
  gptq: async () => (await import('./topics/gptq.js')).gptq,
  smoothquant: async () => (await import('./topics/smoothquant.js')).smoothquant,
  awq: async () => (await import('./topics/awq.js')).awq,
  microscaling: async () => (await import('./topics/microscaling.js')).microscaling,
  quarot: async () => (await import('./topics/quarot.js')).quarot,
  kvcache: async () => (await import('./topics/kvcache.js')).kvcache,
};
