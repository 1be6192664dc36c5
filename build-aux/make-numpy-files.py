#!/usr/bin/env python3
"""Makes tests/golden/numpy/ anew, with NumPy itself.

    python3 -m venv v && v/bin/pip install numpy
    v/bin/python build-aux/make-numpy-files.py

TYPE-ORDER-LAYOUT.npy holds the numbers of `numbers` in 2 rows of 3; the two
archives hold all of them; the files in refused/ have elements that are no
numbers.  The tests need the files, not NumPy.
"""
import pathlib

import numpy as np

TYPES = ['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32',
         'int64', 'uint64', 'float16', 'float32', 'float64']
REFUSED = {
    'object': np.array(['a', 1, None], dtype=object),
    'string': np.array(['ab', 'c']),
    'bytes': np.array([b'ab', b'c']),
    'structured': np.zeros(2, dtype=[('a', 'f4'), ('b', 'i4')]),
    'void': np.zeros(2, dtype='V3'),
    'complex': np.zeros(2, dtype='c8'),
    'date': np.zeros(2, dtype='M8[s]'),
    'time': np.zeros(2, dtype='m8[s]'),
    'longdouble': np.zeros(2, dtype=np.longdouble),
}


def numbers(name):
    """0 1 2, 3 100 7, the last negative where it can be."""
    last = 7 if name.startswith(('u', 'b')) else -7
    return np.array([[0, 1, 2], [3, 100, last]]).astype(name)


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    folder = root / 'tests' / 'golden' / 'numpy'
    (folder / 'refused').mkdir(parents=True, exist_ok=True)
    for name in TYPES:
        array = numbers(name)
        for order, mark in ('le', '<'), ('be', '>'):
            if array.dtype.itemsize == 1 and order == 'be':
                continue
            for layout in 'C', 'F':
                np.save(folder / f'{name}-{order}-{layout.lower()}.npy',
                        np.asarray(array, array.dtype.newbyteorder(mark),
                                   layout))
    every = {name: numbers(name) for name in TYPES}
    np.savez(folder / 'stored.npz', **every)
    np.savez_compressed(folder / 'packed.npz', **every)
    np.savez(folder / 'unnamed.npz', numbers('float32'), np.array([4, 5]))
    np.savez(folder / 'single.npz', weights=numbers('int16'))
    for name, array in REFUSED.items():
        np.save(folder / 'refused' / f'{name}.npy', array, allow_pickle=True)


main()
