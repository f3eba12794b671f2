import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FoundPackage, tensorflowPackageVersion } from './find-package.js';

/** One thing that TensorFlow needs here. */
export interface TensorflowCheck {
  readonly what: 'processor' | 'package' | 'addon' | 'library' | 'load' | 'gpu' | 'bf16' | 'int8';
  readonly ok: boolean;
  /** What was found. */
  readonly detail: string;
  /** What makes it right: a command, or a sentence. */
  readonly remedy?: string;
}

/** The command that sets a package up. */
export function setupCommand(name: string): string {
  return `thinkbits setup tensorflow${name.endsWith('-gpu') ? ' --gpu' : ''}`;
}

/** The newest Node-API version that both a package and this Node know: node-pre-gyp's folder name. */
export function nodeApiVersion(directory: string): number {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const { napi_versions: known } = manifest.binary as { napi_versions: readonly number[] };
  const own = Number(process.versions.napi);
  return Math.max(...known.filter((version) => version <= own));
}

/** Where the package looks for its native addon. */
export function addonFile(directory: string): string {
  return join(directory, 'lib', `napi-v${nodeApiVersion(directory)}`, 'tfjs_binding.node');
}

/** Google's builds use AVX without asking, and end the process on a processor that lacks it. */
function checkProcessor(): TensorflowCheck | undefined {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  if (flags === '' || /\bavx\b/.test(flags)) return undefined;
  const detail = 'TensorFlow needs AVX, which this processor lacks';
  return { what: 'processor', ok: false, detail, remedy: 'Use another backend on this machine.' };
}

function checkLibrary(directory: string, remedy: string): TensorflowCheck {
  const folder = join(directory, 'deps', 'lib');
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const libraries = names.filter((name) => /^(lib)?tensorflow.*\.(so|dylib|dll|\d)/.test(name));
  if (libraries.length === 0)
    return { what: 'library', ok: false, detail: `no TensorFlow library in ${folder}`, remedy };
  // A link into a cache that was emptied.
  const gone = libraries.find((name) => !existsSync(join(folder, name)));
  if (gone) {
    const detail = `${join(folder, gone)} leads to a file that is gone`;
    return { what: 'library', ok: false, detail, remedy };
  }
  return { what: 'library', ok: true, detail: folder };
}

/** What an installed package has of what it needs, found without loading it; a load may end the process. */
export function inspectPackage({ name, version, directory }: FoundPackage): TensorflowCheck[] {
  const remedy = setupCommand(name);
  const checks: TensorflowCheck[] = [];
  const processor = checkProcessor();
  if (processor) checks.push(processor);
  const known = version === tensorflowPackageVersion;
  checks.push({
    what: 'package',
    ok: known,
    detail: `${name} ${version} in ${directory}`,
    ...(!known && { remedy: `npm install --ignore-scripts ${name}@${tensorflowPackageVersion}` }),
  });
  const addon = addonFile(directory);
  checks.push(
    existsSync(addon)
      ? { what: 'addon', ok: true, detail: addon }
      : { what: 'addon', ok: false, detail: `${name} has no native addon (${addon})`, remedy },
  );
  checks.push(checkLibrary(directory, remedy));
  return checks;
}
