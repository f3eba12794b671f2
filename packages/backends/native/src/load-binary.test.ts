import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { loadBinary } from './load-binary.js';

const folder = mkdtempSync(join(tmpdir(), 'thinkbits-binaries-'));
afterAll(() => rmSync(folder, { recursive: true }));

const prebuilt = '@thinkbits/backend-native-some-platform';

/** A folder with what the build left, and the platform's package, each with these files, and what Node loads from there. */
function installed(local: Record<string, string>, package_?: Record<string, string>) {
  const root = mkdtempSync(join(folder, 'case-'));
  const built = join(root, 'build');
  const write = (to: string, files: Record<string, string>) => {
    mkdirSync(to, { recursive: true });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(to, name), text);
  };
  write(built, local);
  if (package_) write(join(root, 'node_modules', prebuilt), { 'package.json': '{}', ...package_ });
  return { built, prebuilt, require: createRequire(join(root, 'index.js')) };
}

const noAddon = { 'thinkbits.node': 'this is no addon' };

describe('the binary that is loaded', () => {
  /** As if what has been written were addons. */
  const withAddons = (places: ReturnType<typeof installed>) => ({
    ...places,
    require: (name: string) => places.require.resolve(name),
  });

  it('is the one compiled here, where both are there', () => {
    const places = withAddons(installed(noAddon, noAddon));
    expect(loadBinary(places)).toEqual({ binary: join(places.built, 'thinkbits.node') });
  });

  it('is the prebuilt one, where none was compiled here', () => {
    const places = withAddons(installed({ 'why-not.txt': 'no C++ compiler\n' }, noAddon));
    expect(loadBinary(places)).toEqual({
      binary: expect.stringContaining(join(prebuilt, 'thinkbits.node')),
    });
  });

  it('is the prebuilt one, where the one compiled here does not load', () => {
    const places = installed(noAddon, { 'thinkbits.node': '', 'package.json': '{}' });
    const require = (name: string) =>
      name.startsWith(prebuilt) ? 'an addon' : places.require(name);
    expect(loadBinary({ ...places, require })).toEqual({ binary: 'an addon' });
  });
});

describe('without a binary it is said', () => {
  const whyOf = (places: Parameters<typeof loadBinary>[0]) =>
    (loadBinary(places) as { why: string }).why;

  it('that the package is missing, and why nothing was compiled', () => {
    const missing = `the package ${prebuilt} with the prebuilt binary is not installed; `;
    expect(whyOf(installed({ 'why-not.txt': 'no C++ compiler (tried c++)\n' }))).toBe(
      `${missing}no C++ compiler (tried c++)`,
    );
    // a package without its binary, as in a workspace where none was made
    expect(whyOf(installed({}, {}))).toBe(
      `${missing}none was compiled here: npm rebuild @thinkbits/backend-native does so, with g++ or clang++`,
    );
  });

  it('what kept each from being loaded', () => {
    const places = installed(noAddon, noAddon);
    expect(whyOf(places)).toMatch(
      /^the prebuilt binary of \S+ does not load: .*thinkbits\.node.*; the one compiled here does not load: .*build.*thinkbits\.node/,
    );
  });

  it('that none is made for the platform', () => {
    const { built, require } = installed({});
    expect(whyOf({ built, require })).toMatch(
      /^no prebuilt binary is made for this platform; none was compiled here/,
    );
  });
});

describe('a binary that is named', () => {
  afterEach(() => vi.unstubAllEnvs());

  it.each([
    ['is missing', (name: string) => name],
    [
      'is no addon, and not run as JavaScript either',
      (name: string) => {
        writeFileSync(name, 'throw new Error("ran")');
        return name;
      },
    ],
  ])('is refused where it %s: no other takes its place', async (_, make) => {
    const file = make(join(mkdtempSync(join(folder, 'named-')), 'addon.bin'));
    vi.stubEnv('THINKBITS_NATIVE_BINARY', file);
    vi.resetModules();
    const { loadAddon } = await import('./addon.js');
    expect(loadAddon).toThrow(
      expect.objectContaining({
        code: 'native/binary',
        message: expect.stringMatching(/addon\.bin, which does not load: (?!.*ran).+/),
      }),
    );
  });
});
