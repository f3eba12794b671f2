import { describe, expect, it } from 'vitest';
import { sampleKey } from './sample-key.js';

const run = {
  model: { id: 'a name', hash: 'abc' },
  recipe: null,
  engine: { name: 'thinkbits', backend: 'wasm', compute: 'f32' },
};
const benchmark = {
  id: 'chain',
  data_hash: 'd1',
  prompts_hash: 'p1',
  sampling: { temperature: 0.6, top_p: 0.95, top_k: 0, min_p: 0 },
  max_tokens: 512,
  thinking_budget: null,
};
const sample = { benchmark, problem: 'chain-1', promptHash: 'q1', seed: 42 };

describe('sampleKey', () => {
  it('is the sha256 of canonical JSON, as Python computes it', () => {
    // hashlib.sha256(json.dumps({…}, sort_keys=True, separators=(',', ':')).encode()).hexdigest()
    expect(sampleKey(run, sample)).toBe(
      'd1e0ebe01a748735358641f7f97ed4650cb42336a20273d4bf9d4eca3124004e',
    );
  });

  it('does not depend on names, nor on other problems', () => {
    const key = sampleKey(run, sample);
    expect(sampleKey({ ...run, model: { id: 'another name', hash: 'abc' } }, sample)).toBe(key);
    expect(sampleKey(run, { ...sample, benchmark: { ...benchmark, prompts_hash: 'p2' } })).toBe(
      key,
    );
  });

  it('depends on everything that determines the answer', () => {
    const others = [
      sampleKey({ ...run, model: { ...run.model, hash: 'abd' } }, sample),
      sampleKey({ ...run, recipe: { pipeline: [], rules: [], seed: 0 } }, sample),
      sampleKey({ ...run, engine: { ...run.engine, name: 'server' } }, sample),
      sampleKey({ ...run, engine: { ...run.engine, backend: 'cpu' } }, sample),
      sampleKey({ ...run, engine: { ...run.engine, compute: 'bf16' } }, sample),
      sampleKey(run, { ...sample, problem: 'chain-2' }),
      sampleKey(run, { ...sample, promptHash: 'q2' }),
      sampleKey(run, { ...sample, seed: 43 }),
      sampleKey(run, { ...sample, benchmark: { ...benchmark, id: 'gsm8k' } }),
      sampleKey(run, { ...sample, benchmark: { ...benchmark, data_hash: 'd2' } }),
      sampleKey(run, { ...sample, benchmark: { ...benchmark, max_tokens: 513 } }),
      sampleKey(run, { ...sample, benchmark: { ...benchmark, thinking_budget: 0 } }),
      sampleKey(run, {
        ...sample,
        benchmark: { ...benchmark, sampling: { ...benchmark.sampling, min_p: 0.1 } },
      }),
    ];
    expect(new Set([...others, sampleKey(run, sample)]).size).toBe(others.length + 1);
  });
});
