import { type GenerationRequest, greedy, ThinkbitsError } from '@thinkbits/spec';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkerEngine } from './create-worker-engine.js';

const module = new URL('./__fixtures__/echo-engine.mjs', import.meta.url);
const open: { dispose(): void | Promise<void> }[] = [];

async function engine(workers: number, data: Record<string, string | number> = {}) {
  const created = await createWorkerEngine({ module, data, workers });
  open.push(created);
  return created;
}

afterEach(async () => {
  for (const created of open.splice(0)) await created.dispose();
});

const requests = (count: number): GenerationRequest[] =>
  Array.from({ length: count }, (_, i) => ({
    id: `r${i}`,
    prompt: { text: `question ${i}` },
    sampling: greedy,
    seed: 0,
    maxTokens: 5,
  }));

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return ThinkbitsError.isInstance(error) ? error.code : String(error);
}

describe('createWorkerEngine', () => {
  it.each([1, 3])('answers every request once on %s workers', async (workers) => {
    const texts = new Map<string, string>();
    const deltas: string[] = [];
    const created = await engine(workers);
    for await (const { id, text } of created.generate(requests(20), {
      onDelta: ({ id }) => deltas.push(id),
    }))
      texts.set(id, text);
    expect(texts.size).toBe(20);
    expect(texts.get('r7')).toBe('echo question 7');
    expect(new Set(deltas).size).toBe(20);
    expect(created.info.engine).toBe('echo');
  });

  it('spreads the work over threads', async () => {
    const threads = new Set<string>();
    for await (const { thinking } of (await engine(3)).generate(requests(9))) threads.add(thinking);
    expect(threads.size).toBe(3);
  });

  it('an error keeps its code on the way between threads', async () => {
    const created = await engine(2, { failAt: 'r3' });
    const run = async () => {
      for await (const _ of created.generate(requests(8)));
    };
    expect(await codeOf(run())).toBe('echo/refused');
  });

  it('an engine that cannot be made is an error with its code', async () => {
    expect(await codeOf(createWorkerEngine({ module, data: { failAtStart: 1 }, workers: 2 }))).toBe(
      'echo/no-start',
    );
  });

  it('a thread that ends in the middle is an error, not a hang', async () => {
    const created = await engine(2, { exitAt: 'r2' });
    const run = async () => {
      for await (const _ of created.generate(requests(6)));
    };
    expect(await codeOf(run())).toBe('engine/worker-exited');
  });

  it('stops when aborted', async () => {
    const controller = new AbortController();
    const created = await engine(2);
    const run = async () => {
      for await (const _ of created.generate(requests(50), { signal: controller.signal }))
        controller.abort();
    };
    expect(await codeOf(run())).toBe('run/aborted');
  });

  it.each([0, -1, 1.5])('refuses %s workers', async (workers) => {
    expect(await codeOf(createWorkerEngine({ module, data: {}, workers }))).toBe('engine/workers');
  });
});
