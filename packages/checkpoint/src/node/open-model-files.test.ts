import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, readlink, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@thinkbits/spec';
import { describe, expect, test, vi } from 'vitest';
import { errorOf } from '../__fixtures__/error-of.js';
import { commit, startHub } from '../__fixtures__/hub-server.js';
import { shardedModel, smallModel } from '../__fixtures__/small-model.js';
import { temporaryFolder } from '../__fixtures__/temporary-folder.js';
import { memoryFiles } from '../memory-files.js';
import { openCheckpoint } from '../open-checkpoint.js';
import { lockDirectory } from './lock-directory.js';
import { type OpenModelFilesOptions, openModelFiles } from './open-model-files.js';

const weights = Buffer.from(smallModel['model.safetensors']);
const weightsHash = createHash('sha256').update(weights).digest('hex');
const repository = {
  'README.md': 'not needed',
  ...smallModel,
  'tokenizer.json': '{}',
  'model.fp16.safetensors': weights,
  'pytorch_model.bin': 'never',
};
const needed = ['config.json', 'model.safetensors', 'tokenizer.json'];

/** A hub, an empty cache, and options that tie a call to both. */
async function setUp(files: { readonly [name: string]: Uint8Array | string } = repository) {
  const hub = await startHub(files);
  const cacheDirectory = await temporaryFolder();
  const events: Progress[] = [];
  const options: OpenModelFilesOptions = {
    endpoint: hub.endpoint,
    cacheDirectory,
    offline: false,
    token: '',
    retries: 0,
    retryPause: 1,
    emit: (event) => events.push(event),
  };
  const root = join(cacheDirectory, 'models--owner--model');
  return { hub, cacheDirectory, events, options, root, blob: join(root, 'blobs', weightsHash) };
}

describe('a hub id', () => {
  test('brings what opening takes into the shared cache layout', async () => {
    const { options, root, events } = await setUp();
    const files = await openModelFiles('owner/model', options);
    expect(files.label).toBe('owner/model');
    expect(await files.list()).toEqual(needed);
    const opened = await openCheckpoint(files);
    expect(await opened.hash()).toBe(await (await openCheckpoint(memoryFiles(smallModel))).hash());
    await opened.close();

    expect(await readFile(join(root, 'refs', 'main'), 'utf8')).toBe(commit);
    const link = join(root, 'snapshots', commit, 'model.safetensors');
    expect(await readlink(link)).toBe(`../../blobs/${weightsHash}`);
    // `printf '{}' | git hash-object --stdin`
    expect(await readdir(join(root, 'blobs'))).toContain(
      '9e26dfeeb6e641a33dae4961196235bdb965b21b',
    );

    const total = weights.length + smallModel['config.json'].length + 2;
    expect(events[0]).toEqual({
      type: 'plan',
      label: 'Download owner/model',
      total,
      unit: 'bytes',
    });
    const done = events
      .slice(1)
      .map((event) => (event.type === 'advance' ? event.done : Number.NaN));
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(total);
  });

  test('asks for nothing that is there already', async () => {
    const { hub, options, events } = await setUp();
    await openModelFiles('owner/model', options);
    events.length = hub.requests.length = hub.stored.length = 0;
    await openModelFiles('owner/model', options);
    expect(events).toEqual([]);
    expect(hub.stored).toEqual([]);
    expect(hub.requests.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  });

  test('with shards brings those of the index', async () => {
    const { options } = await setUp({ ...shardedModel, 'other.safetensors': weights });
    const files = await openModelFiles('owner/model', options);
    expect(await files.list()).toEqual(Object.keys(shardedModel).sort());
    expect((await openCheckpoint(files)).tensors.size).toBe(3);
    await files.close?.();
  });

  test('takes a revision, from the location or the options', async () => {
    const { options, root } = await setUp();
    expect((await openModelFiles('owner/model@refs/pr/1', options)).label).toBe(
      'owner/model@refs/pr/1',
    );
    expect(await readFile(join(root, 'refs', 'refs', 'pr', '1'), 'utf8')).toBe(commit);
    await openModelFiles('owner/model', { ...options, revision: commit });
    expect(await readdir(join(root, 'refs'))).toEqual(['refs']);
  });

  test('brings only its description where no weights are wanted', async () => {
    const { hub, options } = await setUp();
    const files = await openModelFiles('owner/model', { ...options, descriptionOnly: true });
    expect(await files.list()).toEqual(['config.json']);
    expect(hub.stored).toEqual([]);
    const offline = { ...options, offline: true, descriptionOnly: true };
    expect(await (await openModelFiles('owner/model', offline)).list()).toEqual(['config.json']);
    expect(await (await openModelFiles('owner/model', options)).list()).toEqual(needed);
  });

  test('shows the token to the hub alone', async () => {
    const { hub, options } = await setUp();
    await openModelFiles('owner/model', { ...options, token: 'secret' });
    expect(hub.requests.every(({ token }) => token === 'Bearer secret')).toBe(true);
    expect(hub.stored.map(({ token }) => token)).toEqual([undefined]);
  });

  test('reads endpoint, cache, token and offline mode from the environment', async () => {
    const { hub, cacheDirectory } = await setUp();
    vi.stubEnv('HF_ENDPOINT', `${hub.endpoint}/`);
    vi.stubEnv('HF_HUB_CACHE', undefined);
    vi.stubEnv('HF_HOME', cacheDirectory);
    vi.stubEnv('HF_TOKEN', 'secret');
    vi.stubEnv('HF_HUB_OFFLINE', '0');
    await openModelFiles('owner/model');
    expect(hub.requests[0]?.token).toBe('Bearer secret');
    expect(await readdir(join(cacheDirectory, 'hub'))).toContain('models--owner--model');
    vi.stubEnv('HF_HUB_OFFLINE', '1');
    hub.requests.length = 0;
    expect(await (await openModelFiles('owner/model')).list()).toEqual(needed);
    expect(hub.requests).toEqual([]);
    vi.unstubAllEnvs();
  });
});

test('a second call for the same model waits for the first', async () => {
  const { options, cacheDirectory, events } = await setUp();
  const lock = await lockDirectory(join(cacheDirectory, '.locks', 'models--owner--model'));
  const pending = openModelFiles('owner/model', options);
  await vi.waitUntil(() => events.length > 0, { timeout: 10_000 });
  expect(events[0]).toMatchObject({
    type: 'note',
    message: expect.stringContaining('owner/model'),
  });
  await lock.release();
  expect(await (await pending).list()).toEqual(needed);
});

describe('a broken download', () => {
  test('goes on by Range where it stopped, at the next call', async () => {
    const { hub, options, blob, events } = await setUp();
    hub.behaviour.dropAfter = [30];
    const error = await errorOf(openModelFiles('owner/model', options));
    expect([error.code, error.category]).toEqual(['hub/connection-lost', 'machine']);
    expect(error.message).toContain(`after 30 of ${weights.length} bytes`);
    expect(error.help).toContain('goes on');
    expect(await readFile(`${blob}.incomplete`)).toEqual(weights.subarray(0, 30));

    events.length = 0;
    await openModelFiles('owner/model', options);
    expect(hub.stored.map(({ range }) => range)).toEqual([undefined, 'bytes=30-']);
    expect(await readFile(blob)).toEqual(weights);
    expect(events[0]).toMatchObject({ type: 'plan', total: weights.length });
    expect(events[1]).toMatchObject({ type: 'advance', done: 30 });
  });

  test('goes on within the call as often as is allowed', async () => {
    const { hub, options, blob } = await setUp();
    hub.behaviour.dropAfter = [10, 20, 30];
    await openModelFiles('owner/model', { ...options, retries: 3 });
    const ranges = hub.stored.map(({ range }) => range);
    expect(ranges).toEqual([undefined, 'bytes=10-', 'bytes=30-', 'bytes=60-']);
    expect(await readFile(blob)).toEqual(weights);
  });

  test('starts over when the server ignores Range', async () => {
    const { hub, options, blob } = await setUp();
    hub.behaviour.dropAfter = [30];
    await errorOf(openModelFiles('owner/model', options));
    hub.behaviour.ignoresRange = true;
    await openModelFiles('owner/model', options);
    expect(await readFile(blob)).toEqual(weights);
  });

  test('that had all its bytes is only checked', async () => {
    const { hub, options, blob, root } = await setUp();
    await mkdir(join(root, 'blobs'), { recursive: true });
    await writeFile(`${blob}.incomplete`, weights);
    await openModelFiles('owner/model', options);
    expect(hub.stored).toEqual([]);
    expect(await readFile(blob)).toEqual(weights);
  });

  test('that went wrong before it broke is found by its checksum, and starts over', async () => {
    const { hub, options, blob, root } = await setUp();
    await mkdir(join(root, 'blobs'), { recursive: true });
    await writeFile(`${blob}.incomplete`, Buffer.alloc(30, 7));
    const error = await errorOf(openModelFiles('owner/model', options));
    expect([error.code, error.category]).toEqual(['hub/wrong-checksum', 'machine']);
    expect(error.message).toContain(weightsHash);
    expect(await stat(`${blob}.incomplete`).catch(() => 'gone')).toBe('gone');
    await openModelFiles('owner/model', options);
    expect(hub.stored.map(({ range }) => range)).toEqual(['bytes=30-', undefined]);
    expect(await readFile(blob)).toEqual(weights);
  });

  test('that is longer than the file starts over', async () => {
    const { options, blob, root } = await setUp();
    await mkdir(join(root, 'blobs'), { recursive: true });
    await writeFile(`${blob}.incomplete`, Buffer.alloc(weights.length + 1));
    await openModelFiles('owner/model', options);
    expect(await readFile(blob)).toEqual(weights);
  });

  test('never becomes a file of the model when its bytes are wrong', async () => {
    const { hub, options, root } = await setUp();
    hub.behaviour.damages = true;
    expect((await errorOf(openModelFiles('owner/model', options))).code).toBe('hub/wrong-checksum');
    expect(await readdir(join(root, 'blobs'))).toEqual([]);
  });

  test('that is aborted keeps what came', async () => {
    const { options, blob, hub } = await setUp();
    hub.behaviour.dropAfter = [30];
    const controller = new AbortController();
    const pending = openModelFiles('owner/model', {
      ...options,
      signal: controller.signal,
      emit: (event) => {
        if (event.type === 'advance' && event.note === 'model.safetensors' && event.done >= 30) {
          controller.abort();
        }
      },
    });
    const error = await errorOf(pending);
    expect([error.code, error.category]).toEqual(['run/aborted', 'interrupted']);
    expect(await readFile(`${blob}.incomplete`)).toEqual(weights.subarray(0, 30));
  });
});

describe('a hub that refuses', () => {
  test.each<[status: number, reason: string | undefined, code: string, help: string]>([
    [401, undefined, 'hub/unauthorized', 'HF_TOKEN'],
    [403, 'GatedRepo', 'hub/forbidden', '/owner/model'],
    [404, 'RepoNotFound', 'hub/not-found', 'spelling'],
    [404, 'RevisionNotFound', 'hub/revision-not-found', 'branch'],
    [429, undefined, 'hub/too-many-requests', 'Wait'],
    [503, undefined, 'hub/server-error', 'later'],
  ])('%i %s → %s', async (status, reason, code, help) => {
    const { hub, options } = await setUp();
    hub.behaviour.refuse = { status, ...(reason && { code: reason }) };
    const error = await errorOf(openModelFiles('owner/model', options));
    expect([error.code, error.category]).toEqual([code, status >= 429 ? 'machine' : 'input']);
    expect(error.message).toContain('owner/model');
    expect(error.message).toContain(String(status));
    expect(error.help).toContain(help);
  });

  test('a token says that the token was refused', async () => {
    const { hub, options } = await setUp();
    hub.behaviour.refuse = { status: 401 };
    const error = await errorOf(openModelFiles('owner/model', { ...options, token: 'secret' }));
    expect(error.message).toContain('token');
    expect(JSON.stringify([error.message, error.help, error.details])).not.toContain('secret');
  });

  test('by showing a login page', async () => {
    const { hub, options } = await setUp();
    hub.behaviour.page = true;
    expect((await errorOf(openModelFiles('owner/model', options))).code).toBe('hub/bad-answer');
  });

  test('to exist', async () => {
    const { options } = await setUp();
    const endpoint = 'http://127.0.0.1:9';
    const error = await errorOf(openModelFiles('owner/model', { ...options, endpoint }));
    expect([error.code, error.category]).toEqual(['hub/unreachable', 'machine']);
    expect(error.help).toContain('HF_HUB_OFFLINE');
  });

  test('names that lead out of the cache', async () => {
    const index = JSON.stringify({ weight_map: { a: '../../x.safetensors' } });
    const { options } = await setUp({ 'config.json': '{}', 'model.safetensors.index.json': index });
    expect((await errorOf(openModelFiles('owner/model', options))).code).toBe(
      'checkpoint/unsafe-path',
    );
    const evil = openModelFiles('owner/model@../../x', options);
    expect((await errorOf(evil)).code).toBe('checkpoint/unsafe-path');
  });

  test('a model without safetensors, before anything is downloaded', async () => {
    const { hub, options } = await setUp({ 'config.json': '{}', 'pytorch_model.bin': 'x' });
    expect((await errorOf(openModelFiles('owner/model', options))).code).toBe('hub/no-weights');
    expect(hub.requests.filter(({ path }) => path.includes('/resolve/'))).toEqual([]);
  });
});

describe('offline', () => {
  test('a model that was downloaded opens', async () => {
    const { options } = await setUp();
    await openModelFiles('owner/model', options);
    const offline = { ...options, offline: true, endpoint: 'http://127.0.0.1:9' };
    expect(await (await openModelFiles('owner/model', offline)).list()).toEqual(needed);
    expect(await (await openModelFiles(`owner/model@${commit}`, offline)).list()).toEqual(needed);
  });

  test('a model that was not, or in part, is an error', async () => {
    const { hub, options } = await setUp();
    const offline = { ...options, offline: true };
    expect((await errorOf(openModelFiles('owner/model', offline))).code).toBe('hub/offline');
    hub.behaviour.dropAfter = [30];
    await errorOf(openModelFiles('owner/model', options));
    const partial = await errorOf(openModelFiles(`owner/model@${commit}`, offline));
    expect(partial.code).toBe('hub/no-weights');
  });
});

describe('a location', () => {
  test('that is a folder opens it', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), '{}');
    const files = await openModelFiles(folder);
    expect([files.label, await files.list()]).toEqual([folder, ['config.json']]);
  });

  test('that is nothing names what is near', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'tiny-reasoner'));
    const error = await errorOf(openModelFiles(join(folder, 'tiny-reasner')));
    expect([error.code, error.category]).toEqual(['location/not-found', 'input']);
    expect(error.message).toContain(join(folder, 'tiny-reasner'));
    expect(error.message).toContain('OWNER/NAME');
    expect(error.help).toContain(join(folder, 'tiny-reasoner'));
  });

  test.each(['./a/b', '../a', '/none/x', 'name', 'a/b/c', 'a--b/c', 'a/b@', 'http://a/b', ''])(
    '%j is not asked for on the hub',
    async (location) => {
      const fetch = vi.fn();
      expect((await errorOf(openModelFiles(location, { fetch }))).code).toBe('location/not-found');
      expect(fetch).not.toHaveBeenCalled();
    },
  );

  test('that is a file points at its folder', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'x.gguf'), '');
    const error = await errorOf(openModelFiles(join(folder, 'x.gguf')));
    expect(error.code).toBe('location/not-a-folder');
    expect(error.help).toContain(folder);
  });

  test('that the hub does not know says that there is no folder either', async () => {
    const { options } = await setUp();
    const error = await errorOf(openModelFiles('owner/modell', options));
    expect(error.code).toBe('hub/not-found');
    expect(error.message).toContain('no folder');
  });
});
