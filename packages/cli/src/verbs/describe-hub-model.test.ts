import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { tinyReasoner } from '@thinkbits/model-tiny-reasoner';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runInProcess } from '../testing/run-in-process.js';
import { temporaryDirectory } from '../testing/temporary-directory.js';

const directory = temporaryDirectory();
const config = readFileSync(join(tinyReasoner('nano'), 'config.json'));
const commit = 'a'.repeat(40);
const blob = createHash('sha1').update(`blob ${config.length}\0`).update(config).digest('hex');
const files = [
  { type: 'file', path: 'config.json', size: config.length, oid: blob },
  { type: 'file', path: 'tokenizer.json', size: 9, oid: '1'.repeat(40) },
  {
    type: 'file',
    path: 'model.safetensors',
    size: 9e9,
    oid: '2'.repeat(40),
    lfs: { oid: '3'.repeat(64), size: 9e9, pointerSize: 130 },
  },
];
const asked: string[] = [];
/** A hub that has one model, and answers for nothing but its description. */
const hub = createServer(({ url = '' }, response) => {
  asked.push(url);
  const answers: { readonly [path: string]: unknown } = {
    '/api/models/owner/model/revision/main': { _id: '1', id: 'owner/model', sha: commit },
    [`/api/models/owner/model/tree/${commit}`]: files,
  };
  const [path] = url.split('?') as [string];
  if (path === `/owner/model/resolve/${commit}/config.json`) return void response.end(config);
  if (!(path in answers)) return void response.writeHead(404).end();
  response.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path]));
});

beforeAll(async () => {
  await once(hub.listen(0, '127.0.0.1'), 'listening');
  vi.stubEnv('HF_ENDPOINT', `http://127.0.0.1:${(hub.address() as AddressInfo).port}`);
  vi.stubEnv('HF_HUB_CACHE', join(directory, 'cache'));
  vi.stubEnv('HF_HUB_OFFLINE', '0');
});
afterAll(() => {
  vi.unstubAllEnvs();
  hub.closeAllConnections();
  hub.close();
});

it.each([
  ['inspect', ['inspect', 'owner/model']],
  ['plan', ['plan', 'owner/model', '-r', 'rtn:w4g64']],
])('%s of a hub id downloads nothing but its description', async (_, argv) => {
  asked.length = 0;
  const { code, stdout, stderr } = await runInProcess([...argv, '--json', '--quiet'], {
    directory,
  });
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout).model).toBe('owner/model');
  expect(asked.filter((url) => url.includes('/resolve/') && !url.endsWith('config.json'))).toEqual(
    [],
  );
});
