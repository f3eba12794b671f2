import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where wheels come from on this machine. */
export interface PipSettings {
  /** Indexes, in order. */
  readonly indexes: readonly string[];
  /** A file of certificates that pip trusts; Node is told by `NODE_EXTRA_CA_CERTS` alone, before it starts. */
  readonly certificates?: string;
}

const publicIndex = 'https://pypi.org/simple';

/** `key = value` lines of the sections that `pip download` reads; a value goes on over indented lines. */
export function parsePipConfig(content: string): Map<string, string> {
  const values = new Map<string, string>();
  let section = '';
  let key: string | undefined;
  for (const line of content.split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const heading = /^\[(.+)\]\s*$/.exec(line);
    const pair = /^([\w-]+)\s*[=:]\s*(.*)$/.exec(line);
    if (heading) [section, key] = [heading[1] as string, undefined];
    else if (/^\s/.test(line) && key) values.set(key, `${values.get(key)} ${line.trim()}`.trim());
    else if (pair && (section === 'global' || section === 'download')) {
      key = (pair[1] as string).replaceAll('_', '-');
      values.set(key, (pair[2] as string).trim());
    } else key = undefined;
  }
  return values;
}

/** pip’s files, from the machine’s to the user’s; later ones win. */
function configFiles(environment: NodeJS.ProcessEnv): string[] {
  const { PIP_CONFIG_FILE: own, VIRTUAL_ENV: virtual, XDG_CONFIG_HOME: config } = environment;
  if (own === '/dev/null') return [];
  const home = environment.HOME ?? homedir();
  return [
    '/etc/xdg/pip/pip.conf',
    '/etc/pip.conf',
    join(home, '.pip', 'pip.conf'),
    join(config || join(home, '.config'), 'pip', 'pip.conf'),
    ...(virtual ? [join(virtual, 'pip.conf')] : []),
    ...(own ? [own] : []),
  ];
}

/**
 * What pip would use: `PIP_INDEX_URL`, `PIP_EXTRA_INDEX_URL`, `PIP_CERT`, then pip’s configuration files, then PyPI. Many
 * machines reach a mirror only, and say so there.
 */
export function readPipSettings(environment: NodeJS.ProcessEnv = process.env): PipSettings {
  const values = new Map<string, string>();
  for (const file of configFiles(environment)) {
    try {
      for (const [key, value] of parsePipConfig(readFileSync(file, 'utf8'))) values.set(key, value);
    } catch {
      // Most of them are not there, and pip passes over those that it may not read.
    }
  }
  const setting = (key: string) =>
    environment[`PIP_${key.toUpperCase().replaceAll('-', '_')}`] || values.get(key);
  const extra = setting('extra-index-url')?.split(/\s+/).filter(Boolean) ?? [];
  const certificates = setting('cert');
  return {
    indexes: [setting('index-url') ?? publicIndex, ...extra],
    ...(certificates && { certificates }),
  };
}
