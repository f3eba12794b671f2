import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { readPickledText } from './read-pickled-text.js';

const utf8 = (text: string) => [...new TextEncoder().encode(text)];
const read = (...bytes: number[]) => readPickledText(Uint8Array.from(bytes), 'the field');
const [proto, frame, memoize, stop] = [
  [0x80, 4],
  [0x95, 9, 0, 0, 0, 0, 0, 0, 0],
  0x94,
  0x2e,
] as const;

describe('a pickled text', () => {
  it.each([
    ['SHORT_BINUNICODE', [0x8c, 3]],
    ['BINUNICODE', [0x58, 3, 0, 0, 0]],
    ['BINUNICODE8', [0x8d, 3, 0, 0, 0, 0, 0, 0, 0]],
  ])('is read as %s', (_, opcode) => {
    expect(read(...proto, ...opcode, ...utf8('aé'), memoize, stop)).toBe('aé');
  });

  it('may be framed', () => {
    expect(read(...proto, ...frame, 0x8c, 4, ...utf8('text'), memoize, 0x94, stop)).toBe('text');
  });

  /** `pickle.dumps(text, 4)` of a text of so many letters, from the Python that is there. */
  const python = (letters: number) => {
    try {
      const script = `import pickle, sys; sys.stdout.buffer.write(pickle.dumps("é" * ${letters}, 4))`;
      return execFileSync('python3', ['-c', script], { maxBuffer: 1 << 24, stdio: 'pipe' });
    } catch {
      return undefined;
    }
  };
  const there = python(1) !== undefined;
  it.skipIf(!there).each([0, 1, 127, 128, 40_000, 1_000_000])(
    `of %i letters is read as Python writes it${there ? '' : ' (skipped: no python3)'}`,
    (letters) => {
      expect(readPickledText(python(letters)!, 'it')).toBe('é'.repeat(letters));
    },
  );
});

describe('what is refused', () => {
  it.each([
    // os.system('id'): STACK_GLOBAL and REDUCE.
    [
      'a call',
      [
        ...proto,
        0x8c,
        2,
        ...utf8('os'),
        0x8c,
        6,
        ...utf8('system'),
        0x93,
        0x8c,
        2,
        ...utf8('id'),
        0x85,
        0x52,
        stop,
      ],
      '0x8c',
    ],
    ['GLOBAL', [...proto, 0x63, ...utf8('os\nsystem\n'), stop], '0x63'],
    ['REDUCE after the text', [...proto, 0x8c, 1, 97, 0x52, stop], '0x52'],
    ['a list', [...proto, 0x5d, stop], '0x5d'],
    ['a number', [...proto, 0x4b, 1, stop], '0x4b'],
    ['GET of the memo', [...proto, 0x8c, 1, 97, 0x68, 0, stop], '0x68'],
    ['no text', [...proto, stop], '0x2e'],
    ['MEMOIZE of nothing', [...proto, memoize, stop], '0x94'],
    ['something behind the end', [...proto, 0x8c, 1, 97, stop, 0], '0x2e'],
    ['a second protocol', [...proto, ...proto, 0x8c, 1, 97, stop], '0x80'],
    ['protocol 0', utf8('Vabc\n.'), 'begin'],
    ['protocol 6', [0x80, 6, 0x8c, 1, 97, stop], 'protocol 6'],
    ['a text beyond the end', [...proto, 0x8c, 9, 97, stop], 'ends'],
    ['a length of 2^63', [...proto, 0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80, 97, stop], 'ends'],
    [
      'a frame beyond the end',
      [...proto, 0x95, 99, 0, 0, 0, 0, 0, 0, 0, 0x8c, 1, 97, stop],
      'frame',
    ],
    ['broken UTF-8', [...proto, 0x8c, 1, 0xff, stop], 'UTF-8'],
    ['no end', [...proto, 0x8c, 1, 97], 'ends'],
    ['nothing', [], 'ends'],
  ])('%s', (_, bytes, said) => {
    expect(() => read(...bytes)).toThrow(
      expect.objectContaining({
        code: 'livecodebench/bad-pickle',
        message: expect.stringContaining(said),
      }),
    );
  });
});
