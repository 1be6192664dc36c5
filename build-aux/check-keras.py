#!/usr/bin/env python3
"""check-keras - Keras and h5py read the HDF5 files that libdnn writes.

    check-keras.py COPY_HDF5 FOLDER

Run by a Python that has the packages keras, jax and h5py.  COPY_HDF5 reads each
file of FOLDER (tests/golden/keras) and writes it again; h5py must find the same
in the copy, and Keras load it with weights that are equal to the byte.
"""
import io
import os
import pathlib
import subprocess
import sys
import tempfile
import zipfile

os.environ['KERAS_BACKEND'] = 'jax'
import h5py
import keras
from keras.src.legacy.saving import legacy_h5_format

COPY = pathlib.Path(sys.argv[1]).resolve()
FOLDER = pathlib.Path(sys.argv[2]).resolve()
TEXTS = ['name', 'keras_version', 'backend', 'model_config', 'text', 'longer']
LISTS = ['layer_names', 'weight_names', 'fixed', 'variable']
# Whole models; others are weights alone.
MODELS = ['sequential.keras', 'functional.keras', 'packed.keras', 'trained.h5']


def check(good, what):
    if not good:
        sys.exit(f'check-keras: {what}')


def copy(data, work):
    """The bytes of an HDF5 file, written by libdnn."""
    old, new = work / 'old.h5', work / 'new.h5'
    old.write_bytes(data)
    subprocess.run([COPY, old, new], check=True)
    return new.read_bytes()


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def describe(data):
    """{path: what h5py finds there}"""
    found = {}

    def visit(path, node):
        attributes = {key: text(node.attrs[key]) for key in TEXTS
                      if key in node.attrs}
        attributes |= {key: [text(v) for v in node.attrs[key].tolist()]
                       for key in LISTS if key in node.attrs}
        values = None
        if isinstance(node, h5py.Dataset):
            values = (node.dtype.str, node.shape, node[()].tobytes())
        found[path] = (attributes, values)

    with h5py.File(io.BytesIO(data)) as file:
        visit('', file)
        file.visititems(visit)
    return found


def read_members(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check_files(work):
    n = 0
    for path in sorted(FOLDER.glob('*')):
        if path.suffix == '.h5':
            data = path.read_bytes()
        elif path.suffix == '.keras':
            data = read_members(path)['model.weights.h5']
        else:
            continue
        was, now = describe(data), describe(copy(data, work))
        for node, what in was.items():
            check(now.get(node) == what,
                  f'{path.name}: {node}: {now.get(node)}, not {what}')
        check(was.keys() == now.keys(), f'{path.name}: {sorted(now)}')
        n += len(was)
    check(n > 100, f'only {n} groups and datasets')
    print(f'h5py {h5py.__version__} finds {n} groups and datasets as they were')


def check_long(work):
    """A text too long for an attribute, and a list that has to be cut."""
    old, long = io.BytesIO(), 'é' * 50000
    names = [f'block_{i}/a_longer_name/kernel' for i in range(3500)]
    with h5py.File(old, 'w') as file:
        file.attrs['model_config'] = long
        file.attrs['weight_names'] = names
    with h5py.File(io.BytesIO(copy(old.getvalue(), work))) as file:
        check(file.attrs['model_config'] == long, 'a long text is another')
        check('weight_names1' in file.attrs, f'{list(file.attrs)}')
        check([text(name) for name in
               legacy_h5_format.load_attributes_from_hdf5_group(
                   file, 'weight_names')] == names, 'a long list is another')
    print(f'a text of {len(long.encode())} bytes and a list of {len(names)} are '
          'read as they were')


def check_models(work):
    n = 0
    for name in MODELS:
        new = work / f'new-{name}'
        if name.endswith('.keras'):
            members = read_members(FOLDER / name)
            members['model.weights.h5'] = copy(members['model.weights.h5'], work)
            with zipfile.ZipFile(new, 'w') as archive:
                for member, data in members.items():
                    archive.writestr(member, data)
        else:
            new.write_bytes(copy((FOLDER / name).read_bytes(), work))
        was, now = (keras.saving.load_model(path, compile=False)
                    for path in (FOLDER / name, new))
        check(len(was.weights) == len(now.weights) > 0, name)
        for a, b in zip(was.weights, now.weights):
            check(a.numpy().tobytes() == b.numpy().tobytes(),
                  f'{name}: {a.path} is another')
        n += len(was.weights)
    weights = work / 'new.weights.h5'
    weights.write_bytes(copy((FOLDER / 'layers.weights.h5').read_bytes(), work))
    now.load_weights(weights)
    print(f'Keras {keras.__version__} loads {len(MODELS)} models with {n} '
          'weights equal to the byte')


def main():
    with tempfile.TemporaryDirectory() as folder:
        check_files(pathlib.Path(folder))
        check_long(pathlib.Path(folder))
        check_models(pathlib.Path(folder))


main()
