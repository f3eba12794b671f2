import { expect } from 'vitest';
import type { Check } from './check.js';

/** Fails unless the check of this name exists and throws. */
export async function expectCaught(checks: readonly Check[], name: string): Promise<void> {
  const check = checks.find((candidate) => candidate.name === name);
  if (!check) expect.fail(`there is no check "${name}"`);
  await expect(
    Promise.resolve().then(() => check.run()),
    name,
  ).rejects.toThrow();
}
