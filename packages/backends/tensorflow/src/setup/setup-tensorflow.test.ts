import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Progress } from '@thinkbits/spec';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeZip } from '../testing/make-zip.js';
import { planSetup } from './plan-setup.js';
import type { ProgramResult, RunProgram } from './run-program.js';
import type { SetupHost } from './setup-options.js';
import { setupTensorflow } from './setup-tensorflow.js';
import type { Library } from './wheels.js';

const file = 'tensorflow_toy-1.0-py3-none-any.whl';
const wheel = makeZip([
  { name: 'tensorflow/libtensorflow_cc.so.2', content: 'library '.repeat(4000), stored: true },
  { name: 'tensorflow/libtensorflow_framework.so.2', content: 'framework' },
  { name: 'tensorflow/include/tensorflow/c/c_api.h', content: '// header' },
  { name: 'tensorflow/python/everything_else.py', content: 'pass' },
]);
const library: Library = {
  name: 'toy-1.0',
  what: 'TensorFlow’s toy',
  licence: 'Apache-2.0',
  unpacked: 33_000,
  wants: (member) => /libtensorflow|\.h$/.test(member),
  wheels: [
    {
      project: 'tensorflow-toy',
      file,
      sha256: createHash('sha256').update(wheel).digest('hex'),
      bytes: wheel.length,
    },
  ],
};

let folder = '';
let server: Server;
/** What was asked of the server: paths, and the Range where there was one. */
let asked: string[] = [];
/** Bytes after which the server hangs up, once. */
let cut: number | undefined;
let served = wheel;
let page: 'json' | 'html' = 'json';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'thinkbits setup '));
  [asked, cut, served, page] = [[], undefined, wheel, 'json'];
  server = createServer((request, response) => {
    const range = /bytes=(\d+)-/.exec(request.headers.range ?? '');
    asked.push(`${request.url}${range ? ` from ${range[1]}` : ''}`);
    if (request.url === '/simple/tensorflow-toy/') {
      const json = page === 'json';
      response.setHeader(
        'content-type',
        json ? 'application/vnd.pypi.simple.v1+json' : 'text/html',
      );
      response.end(
        json
          ? JSON.stringify({ files: [{ filename: file, url: `../../files/${file}` }] })
          : `<a href="../../files/${file}#sha256=abc">${file}</a>`,
      );
    } else if (request.url === `/files/${file}`) {
      const from = Number(range?.[1] ?? 0);
      const body = served.subarray(from);
      response.writeHead(range ? 206 : 200, {
        'content-length': body.length,
        ...(range && { 'content-range': `bytes ${from}-${served.length - 1}/${served.length}` }),
      });
      if (cut === undefined) response.end(body);
      else {
        response.write(body.subarray(0, cut), () => setTimeout(() => response.destroy(), 50));
        cut = undefined;
      }
    } else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

const ended = (status: number, stdout = '', stderr = ''): ProgramResult => ({
  status,
  signal: null,
  stdout,
  stderr,
});

/** Programs that do what npm, a compiler and Node would leave behind. */
function programs(
  log: string[],
  changes: { [command: string]: (options: readonly string[]) => ProgramResult | undefined } = {},
): RunProgram {
  return async (command, options, { directory = '' } = {}) => {
    const name = command === process.execPath ? 'node' : command;
    log.push(`${name} ${options[0]}`);
    const change = changes[name];
    if (change) return change(options);
    if (name === 'npm') {
      const place = join(directory, 'node_modules', '@tensorflow', 'tfjs-node');
      mkdirSync(place, { recursive: true });
      const manifest = { version: '4.22.0', binary: { napi_versions: [3, 8] } };
      writeFileSync(join(place, 'package.json'), JSON.stringify(manifest));
    } else if (name === 'c++' && options[0] !== '--version') {
      writeFileSync(options.at(-1) as string, 'addon');
    } else if (name === 'node') return ended(0, '{"version":"2.21.0","gpu":false}\n');
    return ended(0, `${name} 1.0\n`);
  };
}

function host(log: string[], changes: Partial<SetupHost> = {}): SetupHost {
  const { port } = server.address() as AddressInfo;
  return {
    environment: {
      XDG_CACHE_HOME: folder,
      HOME: folder,
      PIP_CONFIG_FILE: '/dev/null',
      PIP_INDEX_URL: `http://127.0.0.1:${port}/simple`,
      npm_config_nodedir: join(folder, 'node'),
    },
    fetch,
    run: programs(log),
    platform: { system: 'linux', architecture: 'x64', glibc: '2.36' },
    libraries: [library],
    ...changes,
  };
}

const project = () => join(folder, 'project');
const cache = () => join(folder, 'thinkbits', 'tensorflow');
const options = () => ({ directory: project() });

beforeEach(() => {
  const headers = join(folder, 'node', 'include', 'node');
  mkdirSync(headers, { recursive: true });
  writeFileSync(join(headers, 'node_api.h'), '');
});

describe('setupTensorflow', () => {
  it('says what it would download, and downloads nothing to say so', async () => {
    const plan = await planSetup(options(), host([]));
    expect(plan.downloads.map(({ from, bytes }) => [from, bytes])).toEqual([
      ['npm', 77e6],
      ['PyPI', wheel.length],
    ]);
    expect(plan.ready).toBeUndefined();
    expect(asked).toEqual([]);
    expect(existsSync(project())).toBe(false);
  });

  it.each(['json', 'html'] as const)(
    'installs, downloads, links, compiles, loads; index in %s',
    async (form) => {
      page = form;
      const log: string[] = [];
      const events: Progress[] = [];
      const run = setupTensorflow(options(), host(log));
      for await (const event of run) events.push(event);
      const result = await run;
      expect(log).toEqual(['c++ --version', 'npm install', 'c++ -O2', 'node -e']);
      const directory = join(project(), 'node_modules', '@tensorflow', 'tfjs-node');
      expect(result).toMatchObject({ directory, tensorflow: '2.21.0', gpu: false, changed: true });
      expect(readFileSync(join(directory, 'lib', 'napi-v8', 'tfjs_binding.node'), 'utf8')).toBe(
        'addon',
      );
      // What is large lies outside node_modules, and links lead there.
      const lib = join(directory, 'deps', 'lib', 'libtensorflow_framework.so.2');
      expect(lstatSync(lib).isSymbolicLink()).toBe(true);
      expect(readFileSync(lib, 'utf8')).toBe('framework');
      const kept = join(cache(), 'toy-1.0', 'tensorflow');
      expect(existsSync(join(kept, 'include', 'tensorflow', 'c', 'c_api.h'))).toBe(true);
      expect(existsSync(join(kept, 'python'))).toBe(false);
      expect(readdirSync(cache())).toEqual(['toy-1.0']);
      expect(events.some((event) => event.type === 'advance' && event.done === wheel.length)).toBe(
        true,
      );

      // Again: it works, so that nothing is touched; a forced one finds the library in the cache.
      const again = await setupTensorflow(options(), host(log));
      expect(again).toMatchObject({ changed: false, downloadedBytes: 0 });
      asked = [];
      expect(await setupTensorflow({ ...options(), force: true }, host(log))).toMatchObject({
        changed: true,
      });
      expect(asked).toEqual([]);
    },
  );

  it('goes on where a connection broke', async () => {
    cut = 9000;
    await setupTensorflow(options(), host([]));
    expect(asked).toEqual([
      '/simple/tensorflow-toy/',
      `/files/${file}`,
      expect.stringMatching(/ from \d+$/),
    ]);
  });

  it('refuses a wheel that is not the pinned one, and keeps nothing of it', async () => {
    served = Buffer.from(wheel);
    served[100] = (served[100] as number) ^ 1;
    await expect(setupTensorflow(options(), host([])).result).rejects.toMatchObject({
      code: 'setup/wrong-checksum',
      category: 'machine',
    });
    expect(readdirSync(cache())).toEqual(['toy-1.0.incomplete']);
    expect(readdirSync(join(cache(), 'toy-1.0.incomplete'))).toEqual([]);
  });

  it.each<[string, (log: string[]) => SetupHost]>([
    [
      'setup/no-compiler',
      (log) =>
        host(log, {
          run: programs(log, {
            'c++': () => undefined,
            'g++': () => undefined,
            'clang++': () => undefined,
          }),
        }),
    ],
    ['setup/no-npm', (log) => host(log, { run: programs(log, { npm: () => undefined }) })],
    [
      'setup/npm-failed',
      (log) =>
        host(log, { run: programs(log, { npm: () => ended(1, '', 'npm error code E404') }) }),
    ],
    [
      'setup/compile-failed',
      (log) =>
        host(log, {
          run: programs(log, {
            'c++': ([first]) =>
              first === '--version' ? ended(0, 'c++') : ended(1, '', 'x.cc:1: error: no'),
          }),
        }),
    ],
    [
      'setup/load-failed',
      (log) =>
        host(log, {
          run: programs(log, { node: () => ({ ...ended(0), status: null, signal: 'SIGILL' }) }),
        }),
    ],
    [
      'setup/platform',
      (log) => host(log, { platform: { system: 'linux', architecture: 'x64', glibc: undefined } }),
    ],
    [
      'setup/platform',
      (log) =>
        host(log, { platform: { system: 'darwin', architecture: 'arm64', glibc: undefined } }),
    ],
    [
      'setup/unreachable',
      (log) =>
        host(log, {
          environment: { ...host(log).environment, PIP_INDEX_URL: 'http://127.0.0.1:9/simple' },
        }),
    ],
    [
      'setup/not-in-index',
      (log) =>
        host(log, {
          libraries: [
            {
              ...library,
              wheels: [{ ...(library.wheels[0] as Library['wheels'][0]), project: 'nothing' }],
            },
          ],
        }),
    ],
    ['disk/full', (log) => host(log, { libraries: [{ ...library, unpacked: 1e18 }] })],
  ])('ends with %s, and says what to do', async (code, makeHost) => {
    const failure = await setupTensorflow(options(), makeHost([])).result.catch((error) => error);
    expect(failure).toMatchObject({ code, category: 'machine' });
    expect(failure.help.length).toBeGreaterThan(20);
  });

  it('installs into no project of another package manager', async () => {
    mkdirSync(project(), { recursive: true });
    writeFileSync(join(project(), 'pnpm-lock.yaml'), '');
    const failure = await setupTensorflow(options(), host([])).result.catch((error) => error);
    expect(failure.code).toBe('setup/other-package-manager');
    expect(failure.help).toContain('pnpm add --ignore-scripts @tensorflow/tfjs-node@4.22.0');
  });

  it('stops when told to, and keeps what came', async () => {
    const stop = new AbortController();
    const events = setupTensorflow({ ...options(), signal: stop.signal }, host([]));
    await expect(
      (async () => {
        for await (const event of events) if (event.type === 'plan') stop.abort();
      })(),
    ).rejects.toMatchObject({ code: 'run/aborted', category: 'interrupted' });
    expect(existsSync(join(cache(), 'toy-1.0'))).toBe(false);
    expect(existsSync(dirname(cache()))).toBe(true);
  });
});
