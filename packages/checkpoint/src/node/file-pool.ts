import { type FileHandle, open } from 'node:fs/promises';

/** Files that are kept open at once; models of more shards reopen the least recently used. */
const openFileLimit = 32;
/** Longest single read: the operating system refuses 2 GiB at once. */
const readLimit = 1024 * 1024 * 1024;
/** Handles that nobody used for so long are given back, so that a forgotten `close` costs nothing. */
const idleMilliseconds = 1000;

/** An open file and how many reads are under way on it; only idle ones may be closed. */
interface PooledHandle {
  readonly handle: Promise<FileHandle>;
  users: number;
}

/** Reads byte ranges of many files over few open handles. */
export interface FilePool {
  /** `length` bytes from `offset`, fewer where the file ends before. */
  read(path: string, offset: number, length: number): Promise<Uint8Array>;
  /** Gives back every handle. */
  close(): Promise<void>;
}

const closeHandle = ({ handle }: PooledHandle): Promise<void> =>
  handle.then((file) => file.close()).catch(() => {});

/** Makes an empty pool. */
export function createFilePool(): FilePool {
  const pool = new Map<string, PooledHandle>(); // in the order of use, the latest last
  let timer: NodeJS.Timeout | undefined;

  const closeIdle = (keep: number): void => {
    for (const [path, entry] of pool) {
      if (pool.size <= keep) return;
      if (entry.users > 0) continue;
      pool.delete(path);
      void closeHandle(entry);
    }
  };
  const acquire = (path: string): PooledHandle => {
    const entry = pool.get(path) ?? { handle: open(path, 'r'), users: 0 };
    entry.users++;
    pool.delete(path);
    pool.set(path, entry);
    closeIdle(openFileLimit);
    return entry;
  };
  const release = (entry: PooledHandle): void => {
    entry.users--;
    timer ??= setTimeout(() => closeIdle(0), idleMilliseconds).unref();
    timer.refresh();
  };

  return {
    async read(path, offset, length) {
      const entry = acquire(path);
      try {
        const file = await entry.handle;
        const bytes = new Uint8Array(length);
        let done = 0;
        while (done < length) {
          const wanted = Math.min(readLimit, length - done);
          const { bytesRead } = await file.read(bytes, done, wanted, offset + done);
          if (bytesRead === 0) break;
          done += bytesRead;
        }
        return bytes.subarray(0, done);
      } catch (error) {
        // A handle that failed is not handed out again.
        if (pool.get(path) === entry) pool.delete(path);
        void closeHandle(entry);
        throw error;
      } finally {
        release(entry);
      }
    },
    async close() {
      clearTimeout(timer);
      const entries = [...pool.values()];
      pool.clear();
      await Promise.all(entries.map(closeHandle));
    },
  };
}
