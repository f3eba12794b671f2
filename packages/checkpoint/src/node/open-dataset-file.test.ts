import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { commit, startHub } from '../__fixtures__/hub-server.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import type { HubOptions } from './hub/hub-options.js';
import { openDatasetFile } from './open-dataset-file.js';

const repository = {
  'README.md': 'not asked for',
  'en/train-0.jsonl': '{"text":"a"}\n',
  'en/train-1.jsonl': '{"text":"b"}\n',
  'en/validation.jsonl': '{"text":"c"}\n',
};

async function setUp() {
  const hub = await startHub(repository, 'dataset');
  const cacheDirectory = await temporaryFolder();
  const { endpoint } = hub;
  const options: HubOptions = { endpoint, cacheDirectory, offline: false, token: '', retries: 0 };
  return { hub, options, root: join(cacheDirectory, 'datasets--owner--data') };
}

test('one file of a data set comes into the shared cache, once', async () => {
  const { hub, options, root } = await setUp();
  const path = await openDatasetFile('owner/data', 'en/validation.jsonl', options);
  expect(path).toBe(join(root, 'snapshots', commit, 'en/validation.jsonl'));
  expect(await readFile(path, 'utf8')).toBe(repository['en/validation.jsonl']);
  expect(await readFile(join(root, 'refs/main'), 'utf8')).toBe(commit);
  const downloads = () => hub.requests.filter((request) => request.path.includes('/resolve/'));
  expect(downloads().map((request) => request.path)).toEqual([
    `/datasets/owner/data/resolve/${commit}/en/validation.jsonl`,
  ]);
  await openDatasetFile('owner/data', 'en/validation.jsonl', options);
  expect(downloads()).toHaveLength(1);

  const offline = { ...options, offline: true, endpoint: 'http://127.0.0.1:9' };
  expect(await openDatasetFile('owner/data', 'en/validation.jsonl', offline)).toBe(path);
  const missing = await errorOf(openDatasetFile('owner/data', 'en/train-0.jsonl', offline));
  expect(missing.code).toBe('hub/offline');
});

test('what a data set does not have, and names that are none, are coded errors', async () => {
  const { options } = await setUp();
  const file = await errorOf(openDatasetFile('owner/data', 'en/train-00.jsonl', options));
  expect([file.code, file.help]).toEqual(['hub/no-such-file', 'Did you mean "en/train-0.jsonl"?']);
  const other = await errorOf(openDatasetFile('owner/other', 'x.jsonl', options));
  expect([other.code, other.message]).toEqual([
    'hub/not-found',
    expect.stringContaining('has no data set owner/other'),
  ]);
  expect((await errorOf(openDatasetFile('nowhere', 'x', options))).code).toBe(
    'location/not-a-data-set',
  );
  expect((await errorOf(openDatasetFile('owner/data', '../x', options))).code).toBe(
    'checkpoint/unsafe-path',
  );
});
