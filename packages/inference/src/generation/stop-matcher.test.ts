import { describe, expect, it } from 'vitest';
import { StopMatcher } from './stop-matcher.js';

/** What is shown when a text arrives in pieces. */
function show(stops: string[], pieces: string[]): { text: string; stopped: boolean } {
  const matcher = new StopMatcher(stops);
  let text = '';
  for (const piece of pieces) {
    text += matcher.push(piece);
    if (matcher.stopped) return { text, stopped: true };
  }
  return { text: text + matcher.flush(), stopped: false };
}

describe('StopMatcher', () => {
  it('ends before a stop string, however it is cut into pieces', () => {
    const text = 'one\n###two';
    for (let cut = 1; cut < text.length; cut++) {
      expect(show(['###'], [text.slice(0, cut), text.slice(cut)])).toEqual({
        text: 'one\n',
        stopped: true,
      });
    }
    expect(show(['###'], [...text])).toEqual({ text: 'one\n', stopped: true });
  });

  it('shows what only began like a stop string', () => {
    expect(show(['###'], ['a#', '#b##'])).toEqual({ text: 'a##b##', stopped: false });
  });

  it('the earliest of several stop strings counts', () => {
    expect(show(['yy', 'x'], ['abxyy'])).toEqual({ text: 'ab', stopped: true });
  });

  it('an empty stop string is none', () => {
    expect(show([''], ['abc'])).toEqual({ text: 'abc', stopped: false });
  });
});
