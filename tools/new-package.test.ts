import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { checkManifest } from './check-manifests.mjs';
import { manifestOf, whyNot, writePackage } from './new-package.mjs';
import { filesUnder, repositoryRoot } from './workspace.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'thinkbits-new-'));
  mkdirSync(join(root, '.changeset'));
  cpSync(join(repositoryRoot, 'package.json'), join(root, 'package.json'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

test.each(['quantizer', 'benchmark', 'scorer'] as const)(
  'a new %s has no place left open',
  (kind) => {
    const folder = writePackage(root, kind, 'trellis-2');
    for (const file of filesUnder(root, folder)) {
      expect(file).not.toMatch(/__/);
      expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(/__(name|camel|Pascal)__/);
    }
    expect(checkManifest(root, folder, manifestOf(kind, 'trellis-2'))).toEqual([]);
    const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(devDependencies[`@thinkbits/${kind}-trellis-2`]).toBe('workspace:^');
    expect(readdirSync(join(root, '.changeset'))).toEqual([`new-${kind}-trellis-2.md`]);
    expect(whyNot(root, kind, 'trellis-2')?.code).toBe('new/exists');
  },
);

test.each(['Trellis', '2bit', 'a--b', 'a-', '../up', 'a/b', '', 'new'])(
  'refuses the name %j',
  (name) => {
    expect(whyNot(root, 'quantizer', name)?.code).toBe('new/bad-name');
  },
);
