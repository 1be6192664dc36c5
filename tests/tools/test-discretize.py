#!/usr/bin/env python3
"""test-discretize - bins that a run learns from its training rows are those of
Keras, bit by bit, are stored with the model, and are what predict applies.

    test-discretize.py DNNRUN ...

Prints TAP.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
CASES = json.loads((ROOT / 'tests/golden/discretize.json').read_text())['cases']
EXPERIMENT = '''[data]
inputs = x.npy
targets = x.npy
discretize = {bins}
discretize_epsilon = {epsilon}
[model]
layers = {layers}
[train]
loss = mean_squared_error
[optimizer]
type = sgd
learning_rate = 0
'''


def run(folder, *args):
    return subprocess.run([DNNRUN, *map(str, args)], cwd=folder, text=True,
                          capture_output=True, timeout=60)


def tensor(path, name):
    data = path.read_bytes()
    length = struct.unpack('<Q', data[:8])[0]
    row = json.loads(data[8:8 + length])[name]
    first, last = row['data_offsets']
    body = data[8 + length + first:8 + length + last]
    return list(struct.unpack(f'<{len(body) // 4}f', body))


def read_npy(path):
    data = path.read_bytes()
    length = struct.unpack('<H', data[8:10])[0]
    body = data[10 + length:]
    return list(struct.unpack(f'<{len(body) // 4}f', body))


def single(values):
    return [struct.unpack('<f', struct.pack('<f', v))[0] for v in values]


def test_case(folder, case):
    name, columns = case['name'], case['columns']
    rows = len(case['x']) // columns
    write_npy(folder / 'x.npy', case['x'], (rows, columns))
    (folder / 'e.dnn').write_text(EXPERIMENT.format(
        layers=f'rescaling scale=1 ! dense units={columns} '
               'kernel_initializer=identity', **case))
    done = run(folder, 'train', 'e.dnn', '--quiet', '--out', 'run')
    if not check(f'{name}/trains', done.returncode == 0, done.stderr):
        return
    learnt = tensor(folder / 'run/model.safetensors', 'input/bin_boundaries')
    check(f'{name}/boundaries', learnt == single(case['boundaries']),
          (learnt, case['boundaries']))
    done = run(folder, 'predict', 'run', '--inputs', 'x.npy', '--out', 'p.npy')
    check(f'{name}/predict', done.returncode == 0 and
          read_npy(folder / 'p.npy') == [float(y) for y in case['y']],
          done.stderr)
    done = run(folder, 'verify', 'run')
    check(f'{name}/verify', done.returncode == 0, done.stderr)


def test_wrong(folder):
    write_npy(folder / 'x.npy', [1, 2, float('nan'), 4], (2, 2))
    for value, pieces in (('-1', ("'-1'", 'discretize')), ('x', ("'x'",)),
                          ('3', ("is 'nan'", 'row'))):
        (folder / 'e.dnn').write_text(EXPERIMENT.format(
            bins=value, epsilon=0.01, layers='dense units=2'))
        done = run(folder, 'train', 'e.dnn', '--quiet')
        check(f'wrong/{value}', done.returncode == 1 and
              all(piece in done.stderr for piece in pieces), done.stderr)


for number, case in enumerate(CASES):
    with tempfile.TemporaryDirectory() as name:
        test_case(pathlib.Path(name), case)
with tempfile.TemporaryDirectory() as name:
    test_wrong(pathlib.Path(name))
sys.exit(finish())
