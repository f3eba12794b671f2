import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { describeSandbox, requireSandbox } from './find-sandbox.js';

const directory = mkdtempSync(join(tmpdir(), 'thinkbits-commands-'));
chmodSync(directory, 0o755);
afterAll(() => rmSync(directory, { recursive: true }));

/** A folder with stand-ins for commands, as shell scripts. */
function commands(scripts: { readonly [name: string]: string }): string {
  const folder = mkdtempSync(join(directory, 'path-'));
  chmodSync(folder, 0o755);
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  }
  return folder;
}

describe('where no sandbox can be made', () => {
  it('says what to install', async () => {
    const report = await describeSandbox(commands({}));
    expect(report).toMatchObject({ available: false, why: 'bwrap is not installed' });
    expect(report.install).toContain('apt-get install bubblewrap');
    await expect(requireSandbox(commands({}))).rejects.toMatchObject({
      code: 'scorer-code/no-sandbox',
      category: 'machine',
      help: expect.stringMatching(/apt-get install bubblewrap.*--unsandboxed/),
    });
  });

  it.each([
    ['No permissions to create new namespace', /docker run/],
    ['setting up uid map: Permission denied', /apparmor/],
    ['Unknown option --disable-userns', /0\.8/],
  ])('passes on that bubblewrap says "%s", and a remedy', async (said, remedy) => {
    const bwrap = `[ "$1" = --version ] && echo "bubblewrap 0.6.1" && exit\necho "bwrap: ${said}" >&2\nexit 1`;
    const report = await describeSandbox(commands({ bwrap, prlimit: 'exit 0' }));
    expect(report.available).toBe(false);
    expect(report.why).toBe(`bubblewrap 0.6.1 cannot make a sandbox here: bwrap: ${said}`);
    expect(report.install).toMatch(remedy);
  });
});
