import type { JsonObject } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { smallManifest } from '../__fixtures__/small-manifest.js';
import { formatManifest } from './format-manifest.js';
import { parseManifest } from './parse-manifest.js';

const parsed = (): JsonObject => JSON.parse(formatManifest(smallManifest));

test('every part comes back to the bit', () => {
  expect(parseManifest(parsed())).toEqual(smallManifest);
});

test('float arrays are base64 of little-endian float32', () => {
  const { kv } = parsed() as unknown as { kv: { staticKeys: { zeros: unknown } }[] };
  // -0 = 00000080, 7 = 0000e040
  const base64 = Buffer.from('000000800000e040', 'hex').toString('base64');
  expect(kv[0]?.staticKeys.zeros).toEqual({ float32: base64 });
});

test('a newer schema asks for an update', async () => {
  const error = await errorOf(() => parseManifest({ ...parsed(), schemaVersion: 2 }));
  expect(error.code).toBe('manifest/newer-version');
  expect(error.help).toContain('Update');
});

describe('refuses', () => {
  const linear = (scheme: unknown) => ({ linears: { x: scheme } }) as unknown as JsonObject;
  test.each<[says: string, change: JsonObject]>([
    ['kvv', { kvv: [] }],
    ['bits', linear({ weight: { bits: 9, group: 128, symmetric: true, range: 'min-max' } })],
    ['group', linear({ weight: { bits: 4, group: 0, symmetric: true, range: 'min-max' } })],
    ['range', linear({ weight: { bits: 4, group: 8, symmetric: true } })],
    ['linears', linear({})],
    ['online', { online: [{ op: 'scale' }] }],
    ['source', { source: { label: 'x' } }],
  ])('%s', async (says, change) => {
    const error = await errorOf(() => parseManifest({ ...parsed(), ...change }));
    expect(error.code).toBe('manifest/invalid');
    expect(error.message).toContain(says);
  });

  test('text that is no array of float32', async () => {
    const text = formatManifest(smallManifest).replace(/"float32": "[^"]*"/, '"float32": "AAA="');
    const error = await errorOf(() => parseManifest(JSON.parse(text)));
    expect(error.code).toBe('manifest/bad-array');
  });
});
