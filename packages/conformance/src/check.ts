import { describe, test } from 'vitest';

/** One thing that a subject must hold to; `run` throws when it does not. */
export interface Check {
  readonly name: string;
  run(): void | Promise<void>;
}

/** Registers every check as a test of its own. */
export function registerChecks(title: string, checks: readonly Check[]): void {
  describe(title, () => {
    for (const check of checks) test(check.name, () => check.run());
  });
}
