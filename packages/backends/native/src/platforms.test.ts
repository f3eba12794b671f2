import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, execPath, platform } from 'node:process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

/** A script beside the sources, which is JavaScript, as it runs where the package is installed. */
const script = (name: string) => import(new URL(`../scripts/${name}`, import.meta.url).href);

const { targets, prebuiltFile, problemsOf } = await script('prebuilt.mjs');
const { readBinary } = await script('read-binary.mjs');

const manifestOf = (folder: string) =>
  JSON.parse(readFileSync(new URL(`../../${folder}/package.json`, import.meta.url), 'utf8'));

it('every platform with a target has a package, and the backend takes it at its own version', () => {
  const { optionalDependencies } = manifestOf('native');
  const names = Object.keys(targets);
  expect(Object.keys(optionalDependencies)).toEqual(
    names.map((name) => `@thinkbits/backend-native-${name}`),
  );
  for (const name of names) {
    const { publishConfig, version } = manifestOf(`native-${name}`);
    expect(`${publishConfig.os}-${publishConfig.cpu}`).toBe(name);
    expect(version).toBe(manifestOf('native').version);
    expect(prebuiltFile(name)).toContain(`native-${name}`);
  }
});

it('binaries are not made without zig, or for another platform, and it is said what would help', () => {
  const prebuild = (...options: string[]) => {
    const file = fileURLToPath(new URL('../scripts/prebuild.mjs', import.meta.url));
    return spawnSync(execPath, [file, ...options], { env: { PATH: '' }, encoding: 'utf8' });
  };
  const { status, stderr } = prebuild();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^zig was not found \(tried zig, .*pip install ziglang.*ZIG=/);
  expect(prebuild('--platform', 'aix-ppc64').stderr).toMatch(
    /^no binaries are made for aix-ppc64; known: darwin-arm64, .*win32-x64$/m,
  );
});

describe('a binary is read', () => {
  it('as Node itself is: for this platform, with what addons need', () => {
    const binary = readBinary(execPath);
    expect(`${binary.platform}-${binary.arch}`).toBe(`${platform}-${arch}`);
    expect(binary.exported.has('napi_create_function')).toBe(true);
    expect(binary.exported.has('napi_register_module_v1')).toBe(false);
    expect(binary.libraries.length).toBeGreaterThan(0);
  });

  it('and refused where it is no addon, or one for another platform', () => {
    const [own, other] = [`${platform}-${arch}`, platform === 'linux' ? 'darwin-x64' : 'linux-x64'];
    expect(problemsOf(execPath, own)).toContain('it does not export napi_register_module_v1');
    expect(problemsOf(execPath, other)).toEqual([`it is made for ${own}`]);
    const manifest = fileURLToPath(new URL('../package.json', import.meta.url));
    expect(() => readBinary(manifest)).toThrow('neither an ELF nor a Mach-O nor a PE file');
  });
});
