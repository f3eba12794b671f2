import { threadId } from 'node:worker_threads';

/** A coded error made without `@thinkbits/spec`, as a third party's duplicate of it would be. */
const coded = (code) =>
  Object.defineProperty(Object.assign(new Error(code), { code, category: 'input', help: 'none' }), Symbol.for('thinkbits.error'), {
    value: true,
  });

/** Answers with its question; fails or ends its thread where `data` says so. */
export default async function createEchoEngine(data) {
  if (data.failAtStart) throw coded('echo/no-start');
  return {
    info: { engine: 'echo', backend: 'none', model: 'echo', modelHash: '0', compute: 'f32', details: {} },
    async *generate(requests, options) {
      for (const { id, prompt } of requests) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        if (options.signal?.aborted) return;
        if (id === data.failAt) throw coded('echo/refused');
        if (id === data.exitAt) process.exit(7);
        options.onDelta?.({ id, kind: 'text', delta: 'echo ' });
        yield {
          id,
          promptTokens: 1,
          completionTokens: 2,
          finishReason: 'stop',
          thinking: String(threadId),
          text: `echo ${prompt.text}`,
          seconds: 0,
        };
      }
    },
    dispose() {},
  };
}
