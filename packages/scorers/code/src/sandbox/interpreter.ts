import { execFile } from 'node:child_process';
import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join, sep } from 'node:path';
import { promisify } from 'node:util';
import { ThinkbitsError } from '@thinkbits/spec';

/** What runs programs of a language. */
export interface Interpreter {
  readonly path: string;
  /** For example `Python 3.11.2`. */
  readonly version: string;
  /** Files and folders outside the system's own that it reads. */
  readonly folders: readonly string[];
}

const run = promisify(execFile);

/** The system's Python goes first: it lies among the folders that a sandbox has anyway. */
const usual = ['/usr/bin/python3', '/usr/local/bin/python3', 'python3', 'python'];

const question =
  'import json, platform, sys; print(json.dumps([sys.executable, sys.base_prefix, sys.prefix, platform.python_version()]))';

/** The file that a command stands for. */
export function locateCommand(command: string, path = process.env.PATH ?? ''): string | undefined {
  const candidates = isAbsolute(command)
    ? [command]
    : path.split(delimiter).map((folder) => join(folder, command));
  return candidates.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return isAbsolute(file);
    } catch {
      return false;
    }
  });
}

const isSystem = (path: string) => path === '/usr' || path.startsWith(`/usr${sep}`);

async function askPython(file: string): Promise<Interpreter | undefined> {
  const answer = await run(file, ['-I', '-c', question], { timeout: 20_000 }).catch(
    () => undefined,
  );
  if (!answer) return undefined;
  const [path, base, prefix, version] = JSON.parse(answer.stdout) as string[];
  if (!path || !base || !prefix || Number.parseInt(version ?? '', 10) < 3) return undefined;
  const folders = [...new Set([base, prefix, realpathSync(base)])].filter(
    (each) => !isSystem(each),
  );
  return { path, version: `Python ${version}`, folders };
}

/**
 * Finds the Python that programs are run with: the given one, else the system's, else the first on the path.
 * @throws ThinkbitsError `scorer-code/no-python`
 */
export async function findPython(wanted?: string): Promise<Interpreter> {
  for (const command of wanted === undefined ? usual : [wanted]) {
    const file = locateCommand(command);
    const found = file && (await askPython(file));
    if (found) return found;
  }
  throw new ThinkbitsError({
    code: 'scorer-code/no-python',
    category: 'machine',
    message: `No Python 3 was found as ${(wanted === undefined ? usual : [wanted]).join(' or ')}.`,
    help: 'Install it (Debian, Ubuntu: sudo apt-get install python3), or name it with the option `python`.',
  });
}

/** The Node that this process runs on. */
export function thisNode(): Interpreter {
  const path = realpathSync(process.execPath);
  return { path, version: `Node ${process.versions.node}`, folders: isSystem(path) ? [] : [path] };
}

/** Whether every user may get at what an interpreter reads; one in root's home is root's alone. */
export function isOpenToAll({ folders }: Interpreter): boolean {
  const others = (path: string): boolean =>
    (statSync(path).mode & 0o001) !== 0 && (dirname(path) === path || others(dirname(path)));
  return folders.every(others);
}
