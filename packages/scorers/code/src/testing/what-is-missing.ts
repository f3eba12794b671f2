import { describeSandbox } from '../sandbox/find-sandbox.js';
import { findPython } from '../sandbox/interpreter.js';

const { available, why } = await describeSandbox();

/** Why programs cannot be run in a sandbox here; undefined where they can. Tests that run some are skipped for it. */
export const missing: string | undefined = available
  ? await findPython().then(
      () => undefined,
      (error: Error) => error.message,
    )
  : `no sandbox: ${why}`;
