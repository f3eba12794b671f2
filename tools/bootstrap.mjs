#!/usr/bin/env node
/**
 * The way in for somebody who has Node and nothing else: `npm start`, `npm test`, `npm run bench`.
 *
 * Installs with the pinned pnpm and builds, each only when something changed, then runs the job.
 * Uses Node's own modules alone, because it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildInputs, workspacePackages } from './workspace.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const oldestNode = [20, 19];
const thinkbits = join('packages', 'cli', 'bin', 'thinkbits.js');

/** What each job runs once everything is in place: a script and its first arguments. */
const jobs = {
  start: [thinkbits, 'study', join('examples', 'quickstart', 'study.json')],
  test: [join('node_modules', 'vitest', 'vitest.mjs'), 'run'],
  bench: [join('bench', 'bench.mjs')],
};

/** Ends the process with what is wrong and what to do, in the form every Thinkbits error has. */
function fail(code, message, help) {
  process.stderr.write(`\nerror ${code}: ${message}\nhelp: ${help}\n`);
  process.exit(4);
}

function say(text) {
  process.stderr.write(`thinkbits: ${text}\n`);
}

/** Whether a version such as `20.20.2` is at least `oldest`, `[major, minor]`. */
export function isAtLeast(version, [major, minor]) {
  const [ownMajor, ownMinor] = version.split('.').map(Number);
  return ownMajor > major || (ownMajor === major && ownMinor >= minor);
}

/** sha256 over the names and contents of files that lie under `folder`. */
export function fingerprint(folder, files) {
  const hash = createHash('sha256');
  for (const file of files) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** What a failed installation most likely needs, read off its output. */
export function installHelp(output) {
  if (/ERR_PNPM_OUTDATED_LOCKFILE/.test(output))
    return 'a package.json and pnpm-lock.yaml disagree: run `npx pnpm install` and keep the new lockfile.';
  if (
    /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|META_FETCH_FAIL|ENOTCACHED|fetch failed/.test(
      output,
    )
  )
    return 'the npm registry was not reached: check the connection, the proxy, and `npm config get registry`; then run the same command again.';
  if (/ENOSPC/.test(output))
    return 'the disk is full: free about 1 GB and run the same command again.';
  if (/EACCES|EPERM/.test(output))
    return 'a file may not be written: check who owns this folder and your npm cache.';
  return 'remove the folder node_modules and run the same command again; the output above says more.';
}

/** The pinned pnpm as a command line: the installed one, one on the PATH of that version, or through npx. */
function pnpm(version) {
  const installed = join(root, 'tools', 'node_modules', 'pnpm');
  if (existsSync(join(installed, 'package.json'))) {
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    if (manifest.version === version) return [process.execPath, join(installed, 'bin', 'pnpm.cjs')];
  }
  const windows = process.platform === 'win32';
  const found = spawnSync('pnpm', ['--version'], { encoding: 'utf8', shell: windows });
  if (found.status === 0 && found.stdout.trim() === version) return ['pnpm'];
  // npm says where it lives; its npx beside it needs no shell, so that spaces in paths are safe everywhere.
  const npx = join(dirname(process.env.npm_execpath ?? ''), 'npx-cli.js');
  const command = process.env.npm_execpath && existsSync(npx) ? [process.execPath, npx] : ['npx'];
  return [...command, '--yes', '--prefer-offline', `pnpm@${version}`];
}

/** Runs a command quietly; resolves with its exit code and everything it printed. */
function runQuietly([command, ...args], environment) {
  return new Promise((resolve) => {
    const shell = process.platform === 'win32' && command !== process.execPath;
    const child = spawn(command, args, {
      cwd: root,
      env: environment,
      shell,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const collect = (chunk) => {
      output += chunk;
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => resolve({ status: 1, output: `${output}${error.message}\n` }));
    child.on('close', (status, signal) =>
      resolve({ status: signal ? 130 : (status ?? 1), output }),
    );
  });
}

/** Runs one step of the set-up; a failure shows the end of its output and what to do. */
async function step(label, code, command, environment, helpFor) {
  say(`${label} …`);
  const started = Date.now();
  const { status, output } = await runQuietly(command, environment);
  if (status === 130) process.exit(130);
  if (status !== 0) {
    process.stderr.write(`\n${output.trimEnd().split('\n').slice(-40).join('\n')}\n`);
    fail(code, `${label} ended with exit code ${status}.`, helpFor(output));
  }
  say(`${label} took ${Math.max(1, Math.round((Date.now() - started) / 1000))} s`);
}

/** Runs the job with the terminal as its own; Ctrl-C is the job's to handle. */
function runJob(args, environment) {
  const child = spawn(process.execPath, args, { cwd: root, env: environment, stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('close', (status, signal) => process.exit(signal ? 130 : (status ?? 1)));
}

async function main() {
  const [job, ...args] = process.argv.slice(2);
  if (!Object.hasOwn(jobs, job ?? ''))
    fail(
      'setup/unknown-job',
      `"${job ?? ''}" is not a job.`,
      `one of ${Object.keys(jobs).join(', ')}.`,
    );
  if (!isAtLeast(process.versions.node, oldestNode))
    fail(
      'setup/old-node',
      `this is Node ${process.versions.node}; Thinkbits needs ${oldestNode.join('.')} or newer.`,
      'install a current Node from https://nodejs.org and run the same command again.',
    );

  const environment = {
    ...process.env,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    THINKBITS_DECLARATIONS: 'off',
    // turbo starts every package's script with the pnpm it finds.
    PATH: [join(root, 'tools', 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter),
  };
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const stampFile = join(root, 'node_modules', '.cache', 'thinkbits-setup.json');
  const stamp = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
  const remember = (changes) => {
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, JSON.stringify(Object.assign(stamp, changes)));
  };

  const lockfile = fingerprint(root, ['package.json', 'pnpm-workspace.yaml', 'pnpm-lock.yaml']);
  if (stamp.lockfile !== lockfile) {
    const command = [
      ...pnpm(manifest.packageManager.replace('pnpm@', '')),
      'install',
      '--frozen-lockfile',
    ];
    const flags = ['--prefer-offline', '--config.confirmModulesPurge=false'];
    const label = existsSync(join(root, 'node_modules'))
      ? 'installing packages'
      : 'installing packages (once)';
    await step(label, 'setup/install-failed', [...command, ...flags], environment, installHelp);
    remember({ lockfile });
  }

  // turbo caches only inside a git repository, and starting it costs a second: an unchanged tree needs neither.
  const packages = workspacePackages(root);
  const sources = fingerprint(root, buildInputs(root, packages));
  const isBuilt = packages.every(
    ({ folder, manifest }) =>
      !manifest.scripts?.build || existsSync(join(root, folder, 'dist', 'index.js')),
  );
  if (stamp.sources !== sources || !isBuilt) {
    const turbo = join('node_modules', 'turbo', 'bin', 'turbo');
    const command = [process.execPath, turbo, 'run', 'build', '--output-logs=errors-only'];
    await step(
      'building',
      'setup/build-failed',
      command,
      environment,
      () => 'the output above names the file; `npx pnpm build` shows all of it.',
    );
    remember({ sources });
  }
  runJob([...jobs[job], ...args], environment);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  await main();
