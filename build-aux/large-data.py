#!/usr/bin/env python3
"""Trains on more data than memory is allowed, and measures what it takes.

    large-data.py DNNRUN [--gigabytes 2] [--limit 256M] [--most 300]

Writes an .npy of real numbers (no holes) and labels to a folder of its own
below --folder, trains one epoch on them under --memory-limit, and fails where
the largest resident set is --most MB or more, or nothing was learnt.
"""
import argparse
import array
import os
import random
import resource
import subprocess
import sys
import tempfile

COLUMNS = 256

EXPERIMENT = """[data]
inputs = x.npy
targets = y.npy
validation_split = 0.05
[model]
layers = dense units=16 activation=relu ! dense units=2 activation=softmax
[train]
metrics = accuracy
batch_size = 256
[optimizer]
type = sgd
learning_rate = 0.05
"""


def header(kind, shape):
    text = str({'descr': kind, 'fortran_order': False, 'shape': shape})
    text += ' ' * (63 - (10 + len(text)) % 64) + '\n'
    return b'\x93NUMPY\1\0' + len(text).to_bytes(2, 'little') + text.encode()


def write(folder, rows):
    """Noise around one of two centres; sorted by class, which only a good
    shuffle survives."""
    numbers = random.Random(1)
    noise = array.array('f', (numbers.gauss(0, 1) for _ in range(1 << 20)))
    # written in large pieces, the system keeps the file in large pages, of
    # which a look at one row takes in the whole
    with open(f'{folder}/x.npy', 'wb', 1 << 26) as x, \
            open(f'{folder}/y.npy', 'wb', 1 << 26) as y:
        x.write(header('<f4', (rows, COLUMNS)))
        y.write(header('|u1', (rows,)))
        for row in range(rows):
            label = row * 2 >= rows
            start = numbers.randrange(len(noise) - COLUMNS)
            values = noise[start:start + COLUMNS]
            for i in range(8):
                values[i] += 1 if label else -1
            values.tofile(x)
            y.write(bytes([label]))


def train(dnnrun, folder, limit):
    """The largest resident set in MB and the last lines."""
    with open(f'{folder}/run.dnn', 'w') as file:
        file.write(EXPERIMENT)
    done = subprocess.run(
        [os.path.abspath(dnnrun), 'train', 'run.dnn', '--quiet',
         '--overwrite'] + (['--memory-limit', limit] if limit else []),
        cwd=folder, stdout=subprocess.PIPE, text=True, check=True)
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_maxrss / 1024, done.stdout


def main():
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    parser.add_argument('dnnrun')
    parser.add_argument('--gigabytes', type=float, default=2)
    parser.add_argument('--limit', default='256M')
    parser.add_argument('--most', type=float, default=300)
    parser.add_argument('--folder')
    options = parser.parse_args()
    rows = int(options.gigabytes * 1e9 / (4 * COLUMNS))
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        write(folder, rows)
        size = os.stat(f'{folder}/x.npy')
        print(f'{rows} rows, {size.st_size / 1e9:.2f} GB, '
              f'{size.st_blocks * 512 / 1e9:.2f} GB on disk')
        most, out = train(options.dnnrun, folder, options.limit)
    print(out, end='')
    print(f'largest resident set: {most:.0f} MB, of {options.most:.0f} MB')
    accuracy = float(out.split('val_accuracy: ')[1].split()[0])
    return 0 if most < options.most and accuracy > 0.9 else 1


sys.exit(main())
