/**
 * What runs a Python program in the sandbox (`python -c`, then program file, function name and threads): puts LiveCodeBench's imports in
 * front of it, says on stream 3 that it begins, and there, for a function, what it returned (see `parsePythonValue`).
 *
 * The program is the module `__main__` and reads the real standard input, so `global`, `sys.stdin.buffer` and `input()` are what
 * they are anywhere. Leaving by `sys.exit` is no failure, as in LiveCodeBench. (evaluation.md §5.3)
 *
 * Threads that are left (`ProgramTests.threads`) have 2 ms of processor time after the main code. LiveCodeBench looks at the
 * output as soon as the main code has the interpreter back from a thread that it started, 5 ms on the clock of a machine that
 * judges many programs: short threads are in time there. So that neither the load of this machine nor a race decides, a thread
 * begins when somebody joins one or the main code is over, and what it prints then is held back until its time is known.
 */
export const pythonHarness = String.raw`
import sys

def hold_threads():
    import threading
    gate = threading.Event()
    start, join = threading.Thread.start, threading.Thread.join

    def start_behind(self):
        begin = self.run
        def wait_and_begin():
            gate.wait(0.5)  # the main code may wait for it by a queue or a lock
            gate.set()
            begin()
        self.run = wait_and_begin
        start(self)

    def join_now(self, timeout=None):
        gate.set()
        join(self, timeout)

    threading.Thread.start, threading.Thread.join = start_behind, join_now
    return gate

def leave_threads(gate):
    import os, threading, time
    others = [each for each in threading.enumerate() if each is not threading.current_thread()]
    if not others: return
    output = os.dup(1)
    with open('.late', 'w+b') as late:
        os.dup2(late.fileno(), 1)
        spent = lambda: time.process_time() - time.thread_time()
        before, asleep = spent(), time.monotonic() + 1
        gate.set()
        while any(each.is_alive() for each in others) and time.monotonic() < asleep and spent() - before < 0.002:
            time.sleep(0.0005)
        if any(each.is_alive() for each in others) or spent() - before >= 0.002: os._exit(0)
        sys.stdout.flush()
        os.dup2(output, 1)
        late.seek(0)
        data = late.read()
        while data:
            data = data[os.write(1, data):]

def run(path, name, threads):
    import builtins, json, os, types
    gate = hold_threads() if threads == 'leave' else None

    def say(text):
        data = text.encode()
        while data:
            data = data[os.write(3, data):]

    def encode(value):
        if value is None: return 'null'
        if isinstance(value, bool): return 'true' if value else 'false'
        if isinstance(value, int): return int.__repr__(value)
        if isinstance(value, float): return json.dumps(float(value))
        if isinstance(value, str): return json.dumps(str(value))
        if isinstance(value, list): return '[' + ','.join(map(encode, value)) + ']'
        if isinstance(value, tuple): return '(' + ','.join(map(encode, value)) + ')'
        if isinstance(value, dict):
            return '{' + ','.join(encode(key) + ':' + encode(item) for key, item in value.items()) + '}'
        if type(value).__module__ == 'numpy' and getattr(value, 'shape', None) == ():
            return encode(value.item())
        return '?' + json.dumps(repr(value)[:200])

    sys.setrecursionlimit(50000)
    if hasattr(sys, 'set_int_max_str_digits'): sys.set_int_max_str_digits(0)
    sys.argv = ['program.py']
    program = types.ModuleType('solution' if name else '__main__')
    sys.modules[program.__name__] = program
    names = ('string re datetime collections heapq bisect copy math random statistics itertools functools operator io sys '
             'json builtins typing').split()
    exec(';'.join('from %s import *' % each for each in names), program.__dict__)
    exec(';'.join('import %s' % each for each in names), program.__dict__)
    with open(path, encoding='utf-8', errors='replace') as file:
        source = file.read()
    arguments = [json.loads(line) for line in sys.stdin.read().split('\n') if line.strip()] if name else []
    say('ready\n')
    try:
        code = compile(source, 'program.py', 'exec', dont_inherit=True)
    except (SyntaxError, ValueError):
        say('not a program\n')
        raise
    try:
        exec(code, program.__dict__)
    except SystemExit:
        if name: raise
    if name:
        owner = getattr(program, 'Solution', None)
        call = getattr(owner(), name) if owner else getattr(program, name)
        say('=' + encode(call(*arguments)))
    sys.stdout.flush()
    if gate: leave_threads(gate)

run(*sys.argv[1:])
`;
