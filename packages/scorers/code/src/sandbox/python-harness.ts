/**
 * What runs a Python program in the sandbox (`python -c`, then program file and function name): puts LiveCodeBench's imports in
 * front of it, says on stream 3 that it begins, and there, for a function, what it returned (see `parsePythonValue`).
 *
 * The program is the module `__main__` and reads the real standard input, so `global`, `sys.stdin.buffer` and `input()` are what
 * they are anywhere. Leaving by `sys.exit` is no failure, as in LiveCodeBench. (evaluation.md §5.3)
 */
export const pythonHarness = String.raw`
import sys

def run(path, name):
    import builtins, json, os, types

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

run(sys.argv[1], sys.argv[2])
`;
