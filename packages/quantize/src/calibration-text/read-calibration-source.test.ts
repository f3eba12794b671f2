import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../__fixtures__/directories.js';
import { portableSource, readCalibrationSource } from './read-calibration-source.js';

const file = async (name: string, content: string | Uint8Array) => {
  const path = join(await temporaryDirectory(), name);
  await writeFile(path, content);
  return path;
};
const textsOf = async (source: string, options = {}) => {
  const { entries } = await readCalibrationSource(source, options);
  return entries.map((entry) => (entry.kind === 'text' ? entry.text : entry));
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error) => `${error.code}: ${error.message} ${error.help}`,
  );

describe('a corpus by name', () => {
  it('wikitext-2 strips rows and keeps those without text, from rows or from lines', async () => {
    const lines = await file('wiki.train.raw', ' \n = A = \n \n b c \n');
    expect(await textsOf(`wikitext-2=${lines}`)).toEqual(['', '= A =', '', 'b c']);
    const columns = [{ name: 'text', data: ['', ' = A = \n', ' b c \n'] }];
    const parquet = await file(
      'train.parquet',
      new Uint8Array(parquetWriteBuffer({ columnData: columns })),
    );
    expect(await textsOf(`wikitext-2=${parquet}`)).toEqual(['', '= A =', 'b c']);
  });

  it('c4, the Pile and NuminaMath read their own fields and join the first thousand', async () => {
    const rows = await file('c4.json.gz', gzipSync('{"text":"a","url":"u"}\n\n{"text":"b"}\n'));
    expect(await textsOf(`c4=${rows}`)).toEqual(['a', 'b']);
    const { joined } = await readCalibrationSource(`pile-validation=${rows}`);
    expect(joined).toBe(1000);
    const numina = await file('n.jsonl', '{"problem":"2+2?","solution":"It is 4.","answer":"4"}');
    expect(await textsOf(`numina=${numina}`)).toEqual(['2+2?\n\nIt is 4.']);
  });

  it('comes from the hub where no file is named', async () => {
    const content = gzipSync('{"text":"from the hub"}\n');
    const commit = 'c'.repeat(40);
    const oid = createHash('sha256').update(content).digest('hex');
    const path = 'en/c4-train.00000-of-01024.json.gz';
    const answers: { readonly [path: string]: () => Response } = {
      '/api/datasets/allenai/c4/revision/main': () =>
        Response.json({
          _id: '1',
          id: 'allenai/c4',
          sha: commit,
          tags: [],
          lastModified: '2025-01-01',
        }),
      [`/api/datasets/allenai/c4/tree/${commit}/en`]: () =>
        Response.json([
          { type: 'file', path, size: content.length, oid, lfs: { oid, size: content.length } },
        ]),
      [`/datasets/allenai/c4/resolve/${commit}/${path}`]: () => new Response(content),
    };
    const options = {
      cacheDirectory: await temporaryDirectory(),
      endpoint: 'http://hub',
      offline: false,
      fetch: (async (url: string) =>
        answers[new URL(url).pathname]?.() ?? new Response('no', { status: 404 })) as typeof fetch,
    };
    expect(await textsOf('c4', options)).toEqual(['from the hub']);
    expect(await textsOf(`allenai/c4:${path}`, options)).toEqual(['from the hub']);
    expect(await codeOf(textsOf('allenai/c4:en/none.jsonl', options))).toMatch(
      /^hub\/no-such-file/,
    );
  });

  it('that only the model itself can write says how to make it', async () => {
    expect(await codeOf(textsOf('numina-math-traces'))).toMatch(
      /^calibration\/self-generated: .*thinkbits calibrate/,
    );
    const traces = await file('traces.jsonl', '{"question":"q","generated_text":"a"}');
    expect(await textsOf(`numina-math-traces=${traces}`)).toHaveLength(1);
  });

  it('with a row that lacks its fields is refused', async () => {
    const rows = await file('rows.jsonl', '{"content":"a"}');
    expect(await codeOf(textsOf(`c4=${rows}`))).toMatch(/^calibration\/bad-row: .*line 1.*content/);
  });
});

it('an unknown source names what is near', async () => {
  expect(await codeOf(textsOf('wikitext2'))).toMatch(
    /^calibration\/unknown-source: .*Did you mean "wikitext-2"/,
  );
});

it('a compressed file is read where Node can', async () => {
  const path = await file('rows.jsonl.zst', 'not zstd');
  expect(await codeOf(textsOf(path))).toMatch(/^data\/(no-zstd|not-found)/);
});

it('checkpoints record no paths', () => {
  expect(portableSource('/home/me/traces.jsonl')).toBe('traces.jsonl');
  expect(portableSource('c4=../c4.jsonl')).toBe('c4=c4.jsonl');
  expect(portableSource('wikitext-2')).toBe('wikitext-2');
  expect(portableSource('allenai/c4:en/a.json.gz')).toBe('allenai/c4:en/a.json.gz');
});
