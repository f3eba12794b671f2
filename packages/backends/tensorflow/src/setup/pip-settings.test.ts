import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parsePipConfig, readPipSettings } from './pip-settings.js';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'thinkbits pip '));
});
afterEach(() => rmSync(home, { recursive: true }));

it('reads the sections that pip download reads, over several lines', () => {
  const content = `# a comment
[global]
index-url = https://mirror.example/simple
extra_index_url =
    https://one.example/simple
    https://two.example/simple
[install]
index-url = https://other.example
[download]
cert: /etc/certificates.pem
`;
  expect([...parsePipConfig(content)]).toEqual([
    ['index-url', 'https://mirror.example/simple'],
    ['extra-index-url', 'https://one.example/simple https://two.example/simple'],
    ['cert', '/etc/certificates.pem'],
  ]);
});

it('lets the environment overrule a file, and a file PyPI', () => {
  const file = join(home, 'pip.conf');
  writeFileSync(file, '[global]\nindex-url = https://file.example/simple\n');
  const base = { HOME: home, PIP_CONFIG_FILE: file };
  expect(readPipSettings(base).indexes).toEqual(['https://file.example/simple']);
  const both = {
    ...base,
    PIP_INDEX_URL: 'https://own.example/simple',
    PIP_EXTRA_INDEX_URL: 'https://more.example/simple',
  };
  expect(readPipSettings(both).indexes).toEqual([
    'https://own.example/simple',
    'https://more.example/simple',
  ]);
  const none = readPipSettings({ PIP_CONFIG_FILE: '/dev/null' });
  expect(none).toEqual({ indexes: ['https://pypi.org/simple'] });
});
