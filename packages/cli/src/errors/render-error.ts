import type { ThinkbitsError } from '@thinkbits/spec';

/** `error CODE: what is wrong`, `help: what to do`; the stack with its causes only where asked for. */
export function renderError(error: ThinkbitsError, verbose: boolean): string {
  const lines = [`error ${error.code}: ${error.message}`];
  if (verbose) {
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      lines.push(cause.stack ?? cause.message);
    }
  }
  lines.push(`help: ${error.help}`);
  return `${lines.join('\n')}\n`;
}
