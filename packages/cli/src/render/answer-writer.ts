import type { TextDelta } from '@thinkbits/spec';
import type { TextOutput } from '../host.js';
import type { Style } from './style.js';

/** Writes an answer as it comes: thinking (dimmed on a terminal), an empty line, the answer. */
export function answerWriter(
  output: TextOutput,
  style: Style,
): { write(delta: Pick<TextDelta, 'kind' | 'delta'>): void; close(): void } {
  let kind: TextDelta['kind'] | undefined;
  let written = '';
  let held = ''; // white space that may turn out to be the end
  return {
    write({ kind: next, delta }) {
      if (next !== kind && kind !== undefined && written !== '') {
        output.write('\n\n');
        written = '';
        held = '';
      }
      kind = next;
      const text = written === '' ? delta.trimStart() : held + delta;
      const kept = text.trimEnd();
      held = text.slice(kept.length);
      if (kept === '') return;
      written = kept;
      output.write(next === 'thinking' ? style.dim(kept) : kept);
    },
    close() {
      output.write('\n');
    },
  };
}
