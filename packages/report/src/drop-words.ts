import type { DropClass } from './study-results.js';

/** The four classes with a sign that does not depend on colour, and what each of them says. */
export const dropWords: {
  readonly [name in DropClass]: {
    readonly glyph: string;
    readonly word: string;
    readonly meaning: string;
  };
} = {
  lossless: {
    glyph: '✓',
    word: 'lossless',
    meaning: 'at most 1 point lost, over the whole interval',
  },
  fair: {
    glyph: '≈',
    word: 'fair',
    meaning: 'more than 1 and at most 3 points lost, over the whole interval',
  },
  risky: { glyph: '▼', word: 'risky', meaning: 'more than 3 points lost, over the whole interval' },
  undetermined: {
    glyph: '?',
    word: 'undetermined',
    meaning: 'the interval spans more than one class: too few problems to tell',
  },
};
