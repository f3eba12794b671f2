import { engine } from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

/** Tensors alive; as `memory().numTensors`, which asks for a backend even where nobody uses one. */
export const tensorsAlive = (): number => engine().state.numTensors;

/** Fails when `work` leaves more, or fewer, tensors in memory than there were. */
export async function expectTensorsFreed(what: string, work: () => unknown): Promise<void> {
  const before = tensorsAlive();
  await work();
  expect(tensorsAlive() - before, `${what}: tensors left behind`).toBe(0);
}
