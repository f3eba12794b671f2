import { expect, it } from 'vitest';
import { hashText, wikitextRows } from './index.js';

it('joins rows with blank lines, white-space-only lines being empty rows', () => {
  const file = ' \n = Heading = \n \n First paragraph . \n Second . \n';
  // "\n\n".join(["", " = Heading = \n", "", " First paragraph . \n", " Second . \n"])
  expect(wikitextRows(file)).toBe(
    '\n\n = Heading = \n\n\n\n\n First paragraph . \n\n\n Second . \n',
  );
});

it('hashes UTF-8 bytes', () => {
  // printf 'é' | sha256sum
  expect(hashText('é')).toBe('4a99557e4033c3539de2eb65472017cad5f9557f7a0625a09f1c3f6e2ba69c4c');
});
