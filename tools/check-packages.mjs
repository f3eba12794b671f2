#!/usr/bin/env node
/**
 * Packs every published package and checks the tarball as a user's tools would see it: publint (strict), types under
 * every ESM resolution (attw), no tests inside, no source condition. Needs a build with declarations.
 */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, stripVTControlCharacters } from 'node:util';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packPackages } from './pack.mjs';
import { publishedPackages, repositoryRoot } from './workspace.mjs';

const run = promisify(execFile);
const attw = join(
  repositoryRoot,
  'tools',
  'node_modules',
  '@arethetypeswrong',
  'cli',
  'dist',
  'index.js',
);

/** @param {string} tarball @returns {string[]} */
function checkContents(tarball) {
  const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
  const manifest = execFileSync('tar', ['-xzOf', tarball, 'package/package.json'], {
    encoding: 'utf8',
  });
  const problems = files
    .filter((file) => /\.test\.ts$|__fixtures__|\.tsbuildinfo$/.test(file))
    .map((file) => `contains ${file}`);
  if (!files.includes('package/README.md')) problems.push('contains no README.md');
  if (manifest.includes('@thinkbits/source'))
    problems.push('its package.json still has the source condition');
  if (/"(workspace|catalog):/.test(manifest))
    problems.push('its package.json still has workspace: or catalog: ranges');
  return problems;
}

/** @param {string} tarball @returns {Promise<string[]>} */
async function checkTarball(tarball) {
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) },
    strict: true,
    level: 'warning',
  });
  const types = await run(process.execPath, [
    attw,
    tarball,
    '--profile',
    'esm-only',
    '--no-emoji',
    '--no-color',
  ]).then(
    () => [],
    (error) => [`attw: ${stripVTControlCharacters(String(error.stdout || error.message)).trim()}`],
  );
  return [
    ...messages.map((message) => `publint: ${formatMessage(message, pkg, { color: false })}`),
    ...types,
    ...checkContents(tarball),
  ];
}

const packages = publishedPackages();
const directory = mkdtempSync(join(tmpdir(), 'thinkbits-pack-'));
let failed = 0;
try {
  const tarballs = await packPackages(packages, directory);
  for (const one of packages) {
    const tarball = /** @type {string} */ (tarballs.get(one.manifest.name));
    const problems = await checkTarball(tarball);
    if (problems.length > 0) failed++;
    const size = `${Math.ceil(statSync(tarball).size / 1024)} KB`;
    console.log(`${problems.length === 0 ? 'ok  ' : 'BAD '} ${one.manifest.name} ${size}`);
    for (const problem of problems) console.log(`     ${problem}`);
  }
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`packages: ${packages.length} checked, ${failed} bad`);
process.exitCode = failed === 0 ? 0 : 1;
