/** The platforms that binaries are made for ahead of time, where they lie, and what each must be. */
import { fileURLToPath } from 'node:url';
import { entryPoints } from './compile-addon.mjs';
import { readBinary } from './read-binary.mjs';

/** Newest glibc that a binary may ask for: that of Debian 10, Ubuntu 18.10 and RHEL 8, on which Node 20 runs. */
export const glibc = '2.28';

/** What zig calls each platform. @type {Readonly<Record<string, string>>} */
export const targets = {
  'darwin-arm64': 'aarch64-macos.11.0',
  'darwin-x64': 'x86_64-macos.11.0',
  'linux-arm64': `aarch64-linux-gnu.${glibc}`,
  'linux-x64': `x86_64-linux-gnu.${glibc}`,
  'win32-x64': 'x86_64-windows-gnu',
};

/** The binary in the platform's package. @param {string} name of the platform: linux-x64 */
export const prebuiltFile = (name) =>
  fileURLToPath(new URL(`../../native-${name}/thinkbits.node`, import.meta.url));

/** Libraries that every system of the platform has. @type {Record<string, RegExp>} */
const systemLibraries = {
  linux: /^(libc|libm|libpthread|libdl|ld-linux[-\w]*)\.so\.\d$/,
  darwin: /^\/usr\/lib\/lib(System\.B|c\+\+\.1)\.dylib$/,
  win32: /^(node\.exe|kernel32\.dll|api-ms-win-crt-[\w-]+\.dll)$/i,
};

/** Whether version a, numbers between dots, is later than b. @param {string} a @param {string} b */
function isLater(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const at = left.findIndex((part, i) => part !== (right[i] ?? 0));
  return at >= 0 && left[at] > (right[at] ?? 0);
}

/**
 * What is wrong with a binary for a platform; nothing where it is as it should be.
 *
 * @param {string} file
 * @param {string} name of the platform
 * @returns {string[]}
 */
export function problemsOf(file, name) {
  const binary = readBinary(file);
  const [platform = ''] = name.split('-');
  const found = `${binary.platform}-${binary.arch}`;
  if (found !== name) return [`it is made for ${found}`];
  const missing = entryPoints.filter((each) => !binary.exported.has(each));
  const strange = binary.libraries.filter((each) => !systemLibraries[platform]?.test(each));
  const late = binary.versions.filter(
    (each) => !each.startsWith('GLIBC_') || isLater(each.slice('GLIBC_'.length), glibc),
  );
  return [
    ...missing.map((each) => `it does not export ${each}`),
    ...strange.map((each) => `it needs ${each}, which not every system has`),
    ...late.map((each) => `it needs ${each}, which is not in glibc ${glibc}`),
    ...(name === 'darwin-arm64' && !binary.signed ? ['it has no code signature'] : []),
  ];
}
