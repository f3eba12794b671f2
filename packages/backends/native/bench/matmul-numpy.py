"""Multiplies square float32 matrices when a line with their size comes, and answers with the seconds it took."""
import sys
import time

import numpy

blas = numpy.show_config(mode="dicts").get("Build Dependencies", {}).get("blas", {})
print(f"numpy {numpy.__version__} {blas.get('name', '')} {blas.get('version', '')}".strip(), flush=True)

held = {}
for line in sys.stdin:
    size = int(line)
    if size not in held:
        random = numpy.random.default_rng(1)
        make = lambda: random.random((size, size), dtype=numpy.float32)
        held[size] = (make(), make(), numpy.empty((size, size), numpy.float32))
    a, b, c = held[size]
    start = time.perf_counter()
    numpy.matmul(a, b, out=c)
    print(time.perf_counter() - start, flush=True)
