import { parentPort, workerData } from 'node:worker_threads';
import type { Engine, Json } from '@thinkbits/spec';
import type { FromWorker, ToWorker, WorkerStart } from './protocol.js';
import { toPlainError } from './transfer-error.js';

const port = parentPort;
if (!port) throw new Error('This file is the inside of a worker thread.');
const tell = (message: FromWorker): void => port.postMessage(message);
const { module, data } = workerData as WorkerStart;
const jobs = new Map<number, AbortController>();

async function generate(
  engine: Engine,
  message: Extract<ToWorker, { type: 'generate' }>,
): Promise<void> {
  const { job, requests, deltas } = message;
  const controller = new AbortController();
  jobs.set(job, controller);
  try {
    const results = engine.generate(requests, {
      signal: controller.signal,
      ...(deltas && { onDelta: (delta) => tell({ type: 'delta', job, delta }) }),
    });
    for await (const result of results) tell({ type: 'result', job, result });
    tell({ type: 'end', job });
  } catch (error) {
    tell({ type: 'error', job, error: toPlainError(error) });
  } finally {
    jobs.delete(job);
  }
}

try {
  const { default: create } = (await import(module)) as {
    default: (data: Json) => Promise<Engine>;
  };
  const engine = await create(data);
  port.on('message', async (message: ToWorker) => {
    if (message.type === 'generate') await generate(engine, message);
    else if (message.type === 'cancel') jobs.get(message.job)?.abort();
    else {
      await engine.dispose();
      port.close();
    }
  });
  tell({ type: 'ready', info: engine.info });
} catch (error) {
  tell({ type: 'error', job: undefined, error: toPlainError(error) });
}
