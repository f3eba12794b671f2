import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';
import { onTestFinished } from 'vitest';

/** A commit of the repository that the server knows. */
export const commit = '0123456789abcdef0123456789abcdef01234567';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly range: string | undefined;
  readonly token: string | undefined;
}

/** A hub of one repository (`owner/model` or the data set `owner/data`), and a second server that its large files are redirected to. */
export interface HubServer {
  readonly endpoint: string;
  /** Requests for the API and for files. */
  readonly requests: SeenRequest[];
  /** Requests to the storage that large files are redirected to. */
  readonly stored: SeenRequest[];
  /** May be changed while the server runs. */
  readonly behaviour: {
    /** Refuses everything with this status and X-Error-Code. */
    refuse?: { status: number; code?: string };
    /** The storage drops the connection after this many bytes, once for each entry. */
    dropAfter: number[];
    /** The storage ignores Range and sends everything. */
    ignoresRange?: boolean;
    /** The storage sends other bytes of the same length. */
    damages?: boolean;
    /** The API answers with a web page. */
    page?: boolean;
  };
}

const isLarge = (file: string) => file.endsWith('.safetensors');

const hash = (content: Buffer, large: boolean) =>
  large
    ? createHash('sha256').update(content).digest('hex')
    : createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const seen = (request: IncomingMessage): SeenRequest => ({
  path: request.url ?? '',
  range: request.headers.range,
  token: request.headers.authorization,
});

/**
 * Starts a hub of one repository that speaks as huggingface.co does: model information, tree in pages, resolve with
 * redirects, ETag, Range.
 */
export async function startHub(
  files: { readonly [name: string]: Uint8Array | string },
  kind: 'model' | 'dataset' = 'model',
): Promise<HubServer> {
  const [id, page] = kind === 'model' ? ['owner/model', ''] : ['owner/data', 'datasets/'];
  const api = `/api/${kind}s/${id}`;
  const contents = new Map(Object.entries(files).map(([name, file]) => [name, Buffer.from(file)]));
  const requests: SeenRequest[] = [];
  const stored: SeenRequest[] = [];
  const behaviour: HubServer['behaviour'] = { dropAfter: [] };

  const send = (request: IncomingMessage, response: ServerResponse, name: string): void => {
    const content = contents.get(name) as Buffer;
    const start = behaviour.ignoresRange
      ? 0
      : Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    response.setHeader('etag', `"${hash(content, isLarge(name))}"`);
    if (start >= content.length && start > 0) return void response.writeHead(416).end();
    const body = behaviour.damages ? Buffer.alloc(content.length, 7) : content;
    const head = { 'content-length': content.length - start };
    if (start === 0) response.writeHead(200, head);
    else {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { ...head, 'content-range': range });
    }
    const drop = isLarge(name) ? behaviour.dropAfter.shift() : undefined;
    if (drop === undefined) return void response.end(body.subarray(start));
    response.write(body.subarray(start, start + drop), () => {
      setTimeout(() => request.socket.destroy(), 50);
    });
  };

  const storage = createServer((request, response) => {
    stored.push(seen(request));
    send(request, response, decodeURIComponent((request.url ?? '').slice(1)));
  });
  const storageAddress = await listen(storage);

  const hub = createServer((request, response) => {
    requests.push(seen(request));
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://hub');
    const json = (value: unknown) => {
      response.setHeader('content-type', behaviour.page ? 'text/html' : 'application/json');
      response.end(behaviour.page ? '<html>Log in</html>' : JSON.stringify(value));
    };
    if (behaviour.refuse) {
      const { status, code } = behaviour.refuse;
      return void response.writeHead(status, code ? { 'x-error-code': code } : {}).end('no');
    }
    if (pathname.startsWith(`${api}/revision/`)) {
      const revision = pathname.slice(`${api}/revision/`.length);
      if (['main', 'refs%2Fpr%2F1', commit].includes(revision)) {
        return json({ _id: '1', id, sha: commit, tags: [], lastModified: '2025-01-01' });
      }
      return void response.writeHead(404, { 'x-error-code': 'RevisionNotFound' }).end('no');
    }
    const tree = `${api}/tree/${commit}`;
    if (pathname === tree || pathname.startsWith(`${tree}/`)) {
      const folder = pathname.slice(tree.length + 1);
      const inFolder = (name: string) => (folder === '' ? '.' : folder) === posix.dirname(name);
      // Two pages, linked as the hub links them.
      const names = [...contents.keys()].filter(inFolder);
      const second = searchParams.has('cursor');
      const shown = second ? names.slice(2) : names.slice(0, 2);
      if (!second && names.length > 2) {
        const next = `http://${request.headers.host}${pathname}?cursor=2`;
        response.setHeader('link', `<${next}>; rel="next"`);
      }
      const entries = shown.map((path) => {
        const content = contents.get(path) as Buffer;
        const large = isLarge(path);
        const lfs = { oid: hash(content, true), size: content.length, pointerSize: 130 };
        const oid = large ? '0'.repeat(40) : hash(content, false);
        return { type: 'file', path, size: content.length, oid, ...(large && { lfs }) };
      });
      return json([{ type: 'directory', path: 'onnx', size: 0, oid: '1'.repeat(40) }, ...entries]);
    }
    const [, file] = new RegExp(`^/${page}${id}/resolve/${commit}/(.+)$`).exec(pathname) ?? [];
    if (file !== undefined && contents.has(decodeURIComponent(file))) {
      if (!isLarge(file)) return send(request, response, decodeURIComponent(file));
      return void response.writeHead(302, { location: `${storageAddress}/${file}` }).end();
    }
    response.writeHead(404, { 'x-error-code': 'RepoNotFound' }).end('no');
  });
  return { endpoint: await listen(hub), requests, stored, behaviour };
}
