import type { KvPartScheme, KvScheme, ModelInfo } from '@thinkbits/spec';
import { completeKvScheme, ThinkbitsError } from '@thinkbits/spec';
import { describe, expect, test } from 'vitest';
import { perToken } from './per-token.js';

const part = (bits: 2 | 3 | 4 | 8, more: Partial<KvPartScheme> = {}): KvPartScheme => ({
  bits,
  axis: 'token',
  group: 'head',
  symmetric: false,
  range: 'zero-inclusive',
  clip: 1,
  ...more,
});

const model = { headDim: 96 } as Partial<ModelInfo> as ModelInfo;
const planOf = (kv?: KvScheme) =>
  perToken().plan(model, { linears: new Map(), ...(kv && { kv }) }, { tokens: 0, bytes: 0 });

describe('perToken', () => {
  test('bits speak of keys and values alike, as kv4 does in a recipe', () => {
    expect(perToken({ bits: 4 }).defaultScheme).toEqual(completeKvScheme({ bits: 4 }));
  });

  test('keys and values may differ, and one of them may stay in float', () => {
    expect(perToken({ key: 4, value: 3 }).defaultScheme).toEqual({
      key: part(4),
      value: part(3),
      window: 0,
      rope: 'after',
    });
    expect(perToken({ value: 2 }).defaultScheme).toEqual({
      value: part(2),
      window: 0,
      rope: 'after',
    });
  });

  test('group, clip and window reach the scheme', () => {
    expect(perToken({ bits: 3, group: 64, clip: 0.95, window: 32 }).defaultScheme).toEqual({
      key: part(3, { group: 64, clip: 0.95 }),
      value: part(3, { group: 64, clip: 0.95 }),
      window: 32,
      rope: 'after',
    });
  });

  test('hands the scheme of the recipe on for every block', () => {
    const scheme = completeKvScheme({ key: { bits: 4 }, value: { bits: 2, group: 32 } });
    expect(perToken({ bits: 8 }).parameters(scheme, 0)).toEqual({ scheme });
    expect(perToken().parameters(scheme, 11)).toEqual({ scheme });
  });

  test.each([
    [{ bits: 1 }, 'per-token: bits is 1; it must be one of 2, 3, 4, 8.'],
    [{ bits: 4, key: 3 }, 'per-token: bits 4 speaks of keys and values'],
    [{ group: 64 }, 'per-token: group shapes a grid, and there are no bits for one.'],
    [{ bits: 4, clip: 0 }, 'per-token: clip is 0; it must be more than 0.'],
    [{ bits: 4, windows: 3 }, 'per-token: windows is not known; did you mean "window"?'],
  ])('refuses %j', (options, message) => {
    let error: unknown;
    try {
      perToken(options as never);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(ThinkbitsError);
    expect(error).toMatchObject({
      code: 'per-token/options',
      message: expect.stringContaining(message),
    });
  });

  test('refuses a scale per channel', () => {
    const scheme = completeKvScheme({ key: { bits: 4, axis: 'channel' }, value: { bits: 4 } });
    expect(() => perToken().parameters(scheme, 0)).toThrow(
      expect.objectContaining({ code: 'per-token/axis' }),
    );
    expect(planOf(scheme).issues).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'per-token/axis',
        subject: 'kv.key.axis',
      }),
    ]);
  });

  test('the group must divide the head', () => {
    expect(planOf(completeKvScheme({ bits: 4, group: 48 })).issues).toEqual([]);
    const { issues } = planOf(completeKvScheme({ key: { bits: 4, group: 64 } }));
    expect(issues).toEqual([
      expect.objectContaining({
        severity: 'error',
        code: 'kv/group',
        subject: 'kv.key',
      }),
    ]);
    expect(issues[0]?.help).toContain('divisor of 96');
  });

  test('warns when there is nothing to do', () => {
    expect(planOf().issues.map(({ code }) => code)).toEqual(['kv/no-scheme']);
  });
});
