import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type DataRow, readDataRows } from './index.js';

const directory = await mkdtemp(join(tmpdir(), 'thinkbits-rows-'));

async function listOf(rows: ReturnType<typeof readDataRows>): Promise<DataRow[]> {
  const list: DataRow[] = [];
  for await (const row of rows ?? []) list.push(row);
  return list;
}

async function read(name: string, content: string | Uint8Array) {
  const path = join(directory, name);
  await writeFile(path, content);
  return listOf(readDataRows(path, name));
}

describe('readDataRows', () => {
  it.each([
    ['a.jsonl', '\uFEFF{"x":1}\r\n\n{"x":2}', ['a.jsonl, line 1', 'a.jsonl, line 3']],
    ['a.jsonl.gz', gzipSync('{"x":1}\n{"x":2}\n'), ['a.jsonl.gz, line 1', 'a.jsonl.gz, line 2']],
    ['a.json', '[{"x":1},{"x":2}]', ['a.json, row 1', 'a.json, row 2']],
    ['b.json', '{"p":[{"x":1}],"q":[{"x":2}]}', ['b.json, row 1 of "p"', 'b.json, row 1 of "q"']],
  ])('%s', async (name, content, places) => {
    expect(await read(name, content)).toEqual([
      { place: places[0], row: { x: 1 } },
      { place: places[1], row: { x: 2 } },
    ]);
  });

  it('a.csv', async () => {
    expect(await read('a.csv', 'x,y\n1,"2\n3"\n4,5\n')).toEqual([
      { place: 'a.csv, line 2', row: { x: '1', y: '2\n3' } },
      { place: 'a.csv, line 4', row: { x: '4', y: '5' } },
    ]);
  });

  it('one object is one row', async () => {
    expect(await read('c.json', '{"x":[1],"y":2}')).toEqual([
      { place: 'c.json, row 1', row: { x: [1], y: 2 } },
    ]);
  });

  it('names file and line of what is no JSON or CSV', async () => {
    await expect(read('bad.jsonl', '{"x":1}\n{"x"')).rejects.toThrow(
      /^bad\.jsonl is not JSON: line 2/,
    );
    await expect(read('bad.csv', 'x,y\n1')).rejects.toThrow(/^bad\.csv, line 2: 1 fields/);
    await expect(listOf(readDataRows('/no/where.json', 'where.json'))).rejects.toThrow(
      'where.json cannot be read: there is no such file',
    );
  });

  it('knows no other kinds', () => {
    expect(readDataRows('notes.txt')).toBeUndefined();
  });
});
