import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type CodeScorerOptions, createCodeScorer } from '../index.js';
import { missing } from '../testing/what-is-missing.js';

/** Small bounds, so that each attack is over soon. */
const bounds: CodeScorerOptions = {
  seconds: 1,
  wallSeconds: 4,
  memory: 256,
  processes: 16,
  disk: 4,
  output: 1,
};

/** Runs Python in the sandbox; what it has to print where `output` is given. */
async function run(code: string, options: CodeScorerOptions = {}, output = 'safe') {
  const verdict = await createCodeScorer({ ...bounds, ...options }).score({
    prediction: `\`\`\`python\n${code}\n\`\`\``,
    answer: '',
    tests: { cases: [{ input: 'in', output }] },
  });
  const outcomes = verdict.details?.tests as string[] | undefined;
  return { outcome: outcomes?.[0], reason: verdict.reason };
}

/** Runs statements one by one and prints what each raises, "reached" where it raises nothing. */
const attempts = (...statements: string[]) =>
  [
    'import ctypes, os, signal, socket, sys',
    ...statements.map(
      (each) =>
        `try:\n  ${each}\n  print("reached", ${JSON.stringify(each)})\nexcept Exception as error:\n  pass`,
    ),
    'print("safe")',
  ].join('\n');

/** Processes of this machine whose command line has a word. */
const processesWith = (word: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(word);
      } catch {
        return false;
      }
    });

const passed = { outcome: 'passed' };

describe.skipIf(missing)(`the sandbox survives${missing ? ` (skipped: ${missing})` : ''}`, () => {
  it('what may be done: it is told as reached, so that the tests below can fail', async () => {
    const { outcome, reason } = await run(attempts('open("/work/mine", "w").write("x")'));
    expect(outcome).toBe('wrong-answer');
    expect(reason).toContain('printed 2 lines');
  });

  it('a fork bomb: no program starts another', async () => {
    expect(
      await run(attempts('os.fork()', 'os.posix_spawn("/bin/true", ["true"], {})')),
    ).toMatchObject(passed);
    const bomb = 'import os\nwhile True:\n  os.fork()';
    expect(await run(bomb)).toMatchObject({ outcome: 'run-time-error' });
  });

  it('a fork bomb where programs may start others: it meets the number of processes and the clock', async () => {
    const bomb = 'import os\nwhile True:\n  try: os.fork()\n  except OSError: pass';
    const { outcome } = await run(bomb, { subprocesses: true });
    expect(outcome).toBe('time-limit');
    const count = [
      'import os, time',
      'n = 0',
      'try:',
      '  while n < 200:',
      '    if os.fork() == 0: time.sleep(9)',
      '    n += 1',
      'except OSError: pass',
      'print("safe" if n < 20 else n, flush=True)',
      'os._exit(0)',
    ].join('\n');
    expect(await run(count, { subprocesses: true })).toMatchObject(passed);
  });

  it('a thread bomb', async () => {
    const bomb =
      'import threading, time\nn = 0\ntry:\n  while n < 999:\n    threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n    n += 1\nexcept RuntimeError: pass\nprint("safe" if n < 20 else n)';
    expect(await run(bomb)).toMatchObject(passed);
  });

  it('a memory bomb', async () => {
    const { outcome, reason } = await run('a = []\nwhile True: a.append(bytearray(1 << 20))');
    expect(outcome).toBe('run-time-error');
    expect(reason).toContain('MemoryError');
  });

  it('memory beside the address space: anonymous files and shared segments', async () => {
    const shared = 'assert ctypes.CDLL(None).shmget(0, 1 << 28, 0o1600) >= 0';
    expect(await run(attempts('os.memfd_create("x")', shared))).toMatchObject(passed);
  });

  it('endless output, on either stream', async () => {
    expect((await run('while True: print("x" * 1000)')).outcome).toBe('output-limit');
    const errors = 'import sys\nwhile True: sys.stderr.write("x" * 1000)';
    expect((await run(errors)).outcome).toBe('output-limit');
  });

  it('an endless loop, an endless sleep, and deafness to signals', async () => {
    expect((await run('while True: pass')).outcome).toBe('time-limit');
    const sleep = await run('import time\ntime.sleep(99)');
    expect(sleep.outcome).toBe('time-limit');
    const deaf =
      'import signal\nfor n in (15, 24): signal.signal(n, signal.SIG_IGN)\nwhile True: pass';
    // By the kernel at the next second of processor time, or by the clock where the machine is busy.
    expect(['run-time-error', 'time-limit']).toContain((await run(deaf)).outcome);
  });

  it('a full disk: files together have the bound of the work folder', async () => {
    const fill = [
      'total = 0',
      'try:',
      '  for i in range(99):',
      '    with open(f"f{i}", "wb", buffering=0) as file:',
      '      for _ in range(8): total += file.write(bytes(1 << 18))',
      'except OSError: pass',
      'print("safe" if total <= 4 << 20 else total)',
    ].join('\n');
    expect(await run(fill)).toMatchObject(passed);
    const places = ['/', '/tmp', '/dev', '/dev/shm', '/usr', '/var/tmp', '/etc', '/run'];
    const writes = places.map((place) => `open("${place}/x", "w").write("x")`);
    expect(await run(attempts(...writes))).toMatchObject(passed);
  });

  it('the network: neither this machine nor another is reached', async () => {
    const server = createServer(() => expect.unreachable('a program reached this machine'));
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const { port } = server.address() as { port: number };
    const connects = attempts(
      `socket.create_connection(("127.0.0.1", ${port}), 1)`,
      'socket.create_connection(("1.1.1.1", 53), 1)',
      'socket.create_connection(("::1", 80), 1)',
      'socket.getaddrinfo("example.org", 80)',
      'socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")',
    );
    expect(await run(connects)).toMatchObject(passed);
    server.close();
  });

  it('reading host files: secrets, the repository, homes', async () => {
    const here = fileURLToPath(import.meta.url);
    const files = ['/etc/shadow', '/etc/passwd', here, process.cwd(), process.env.HOME ?? '/root'];
    const reads = files.map((file) => `os.stat(${JSON.stringify(file)})`);
    const folders = ['/home', '/root', '/var', '/etc/ssl', '/tmp', '/proc', '/sys', '/boot'];
    const lists = folders.map((folder) => `os.listdir("${folder}")`);
    expect(await run(attempts(...reads, ...lists))).toMatchObject(passed);
    process.env.THINKBITS_SECRET = 'secret';
    const environment = 'import os\nprint("secret" in str(os.environ) or "safe")';
    expect(await run(environment)).toMatchObject(passed);
    delete process.env.THINKBITS_SECRET;
    const named = `import socket\nprint("known" if socket.gethostname() == ${JSON.stringify(hostname())} else "safe")`;
    expect(await run(named)).toMatchObject(passed);
  });

  it('writing outside: system folders, devices, kernel settings', async () => {
    const writes = attempts(
      'open("/usr/bin/python3", "r+b")',
      'open("/usr/lib/x", "w")',
      'open("/program", "w")',
      'os.chmod("/usr/bin/python3", 0o777)',
      'os.mknod("/work/disk", 0o60666, os.makedev(8, 0))',
      'open("/proc/sys/kernel/core_pattern", "w")',
      'open("/dev/kmsg", "w").write("x")',
      'os.sethostname("x") if hasattr(os, "sethostname") else socket.sethostname("x")',
    );
    expect(await run(writes)).toMatchObject(passed);
  });

  it('symlink and /proc tricks', async () => {
    const tricks = attempts(
      'os.symlink("/etc/shadow", "a"); open("a").read()',
      'os.symlink("/proc/1/root/etc/shadow", "b"); open("b").read()',
      'os.symlink("../../../../../../etc/passwd", "c"); open("c").read()',
      'open("/proc/self/environ").read()',
      'os.listdir("/proc/self/fd")',
      'os.chroot("/work")',
      'os.link("/usr/bin/python3", "/work/d"); os.chmod("/work/d", 0o4777)',
      'os.setuid(0)',
      'assert ctypes.CDLL(None).mount(b"none", b"/work", b"proc", 0, 0) == 0',
      'assert ctypes.CDLL(None).unshare(0x10000000) == 0',
      'assert ctypes.CDLL(None).unshare(0x00020000) == 0',
      'assert ctypes.CDLL(None).ptrace(16, 1, 0, 0) == 0',
    );
    expect(await run(tricks)).toMatchObject(passed);
  });

  it('signals to the parent and to everybody', async () => {
    const signals = attempts(
      `assert os.kill(${process.pid}, 0) is None`,
      `os.kill(${process.ppid}, signal.SIGTERM)`,
      `os.killpg(${process.pid}, signal.SIGTERM)`,
      'assert os.getppid() > 2',
    );
    let signalled = 0;
    const count = () => signalled++;
    process.on('SIGTERM', count);
    expect(await run(signals)).toMatchObject(passed);
    await run('import os, signal\nos.kill(os.getppid(), 9)\nos.kill(-1, 15)\nprint("safe")');
    expect(signalled).toBe(0);
    process.off('SIGTERM', count);
  });

  it('daemons: a double fork with a session of its own ends with its program', async () => {
    const word = `daemon-of-thinkbits-${process.pid}`;
    const daemon = [
      'import os, sys',
      'if os.fork() == 0:',
      '  os.setsid()',
      '  if os.fork() == 0:',
      `    os.execv("/usr/bin/sleep", ["sleep-${word}", "60"])`,
      '  os._exit(0)',
      'import time',
      'time.sleep(0.3)',
      'print("safe")',
    ].join('\n');
    expect(await run(daemon, { subprocesses: true })).toMatchObject(passed);
    await new Promise((later) => setTimeout(later, 100));
    expect(processesWith(word)).toEqual([]);
    const loop = daemon.replace('print("safe")', 'while True: pass');
    expect((await run(loop, { subprocesses: true })).outcome).toBe('time-limit');
    await new Promise((later) => setTimeout(later, 100));
    expect(processesWith(word)).toEqual([]);
  });

  it('leaves nothing behind that was not there', () => {
    expect(existsSync('/work/disk')).toBe(false);
    expect(processesWith('thinkbits-program-')).toEqual([]);
  });
});
