#!/usr/bin/env python3
"""test-sentences - what a person types in the first hour, and what comes: the
exit code, and a piece of the sentence.

    test-sentences.py DNNRUN

Prints TAP.
"""
import json
import os
import pathlib
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
NEW = '--out new --overwrite --quiet'

EXPERIMENT = '''[data]
inputs = {inputs}
{data}
[model]
layers = {layers}
[train]
{train}
epochs = 1
[optimizer]
type = adam
'''


def write(name, text):
    pathlib.Path(name).write_text(text)


def experiment(name, inputs, layers='dense units=1', data='', train=''):
    write(name, EXPERIMENT.format(inputs=inputs, layers=layers, data=data,
                                  train=train))


def npz(name, *members):
    with zipfile.ZipFile(name, 'w') as archive, warnings.catch_warnings():
        warnings.simplefilter('ignore')  # of a name that is there twice
        for member, source in members:
            archive.writestr(member, pathlib.Path(source).read_bytes())


def change(source, target, edit):
    """A file of tensors whose head `edit` changes."""
    whole = pathlib.Path(source).read_bytes()
    n = struct.unpack('<Q', whole[:8])[0]
    head = json.loads(whole[8:8 + n])
    edit(head)
    text = json.dumps(head).encode()
    pathlib.Path(target).write_bytes(
        struct.pack('<Q', len(text)) + text + whole[8 + n:])


def rename_bias(head):
    head['other/bias'] = head.pop('dense/bias')


def make_newer(head):
    head['__metadata__']['format'] = 'dnn/2'


def run(words, **options):
    return subprocess.run([DNNRUN, *words], capture_output=True, timeout=60,
                          **options)


def holds(name, command, status, *patterns, **options):
    """Runs a line as a shell would take it apart."""
    done = run(shlex.split(command), **options)
    said = (done.stdout + done.stderr).decode('utf-8', 'replace')
    check(name, done.returncode == status
          and all(re.search(p, said, re.M) for p in patterns),
          f'{command}\nexit {done.returncode}, not {status}\n{said}')


# --- sentences that mislead, or lack place or remedy -------------------------

TABLES = {
    'good.csv': 'a,y\n1,0\n4,1\n2,0\n3,1\n',
    'trailing.csv': 'a,b,y,\n1,2,3,\n4,5,6,\n',
    'pipe.csv': 'a|b|y\n1|2|3\n',
    'blanks.csv': 'a b y\n1 2 3\n',
    'range.csv': 'a,y\n1e39,2\n4,5\n',
}

MESSAGES = {
    'a mark at the end of each line': (
        'data t.dnn --set data.inputs=trailing.csv', 0, r'\(None, 2\)'),
    'columns parted by |': (
        'data t.dnn --set data.inputs=pipe.csv', 1,
        r"pipe\.csv:1: 'a\|b\|y' is one column: there is no ',', ';' or tab"),
    'columns parted by blanks': (
        'train blanks.csv --target y', 1, "blanks.csv:1: 'a b y' is one col"),
    'a number beyond float32': (
        'data t.dnn --set data.inputs=range.csv', 1,
        r"range\.csv:2: column 1 \('a'\): '1e39' is beyond float32"),
    'a byte order mark': ('check bom.dnn', 0, 'no fault'),
    'a bang that does not stand alone': (
        'check bang.dnn', 1, "bang.dnn:5: .*'units=8!dense'.*'!' must stand "
        "alone between layers, as in 'units=8 ! dense'"),
    'rows of no numbers': (
        'data t.dnn --set data.inputs=none.npy --set data.targets=y.npy', 1,
        "none.npy: it has 20 rows of '0' numbers"),
    'one number': (
        'data t.dnn --set data.inputs=scalar.npy --set data.targets=y.npy', 1,
        'scalar.npy: it is one number'),
    'a member that is there twice': (
        'data t.dnn --set data.inputs=twice.npz', 1,
        'twice.npz: two of its members have one name'),
    'a float64 beyond float32': (
        f'train t.dnn --set data.inputs=big.npy --set data.targets=y.npy {NEW}',
        1, r"big.npy: row 4, column 2: '1e\+300' is beyond float32"),
    'an index that an embedding lacks': (
        f'train ids.dnn {NEW}', 1, "ids.npy: row 5, column 3: '9' must be a "
        "whole number from 0 to 8 for layer 'embedding'"),
    'a model that lacks a tensor': (
        'evaluate lacks.safetensors good.csv', 1,
        "lacks.safetensors: the file has no tensor 'dense/bias'$"),
    'a newer format': (
        'evaluate newer.safetensors good.csv', 1,
        "its format is 'dnn/2', which a newer dnn has written"),
    '--resume with another value': (
        'train --resume run --set train.batch_size=7', 1,
        r"\[train\] batch_size is '7', and the run was begun without"),
    '--resume with another seed': (
        'train --resume run --seed 5', 1,
        r"\[train\] seed is '5', and the run was begun with '1'"),
    '--resume with the same': (
        'train --resume run --set train.seed=1 --quiet', 0),
    'a plugin that leads nowhere': (
        'train --plugin-path pp t.dnn --set "model.layers=dang ! dense '
        'units=1"', 1, "'pp/layers/dang.so' points to what is not there"),
    'a folder in the place of a plugin': (
        'inspect --plugin-path pp dir', 4,
        "'pp/layers/dir.so' is a folder, no shared object"),
    'validation_first above all rows': (
        'train t.dnn --set data.validation_first=17', 1,
        "it is '17', and there are 4 rows"),
    'auc of logits': (
        'train t.dnn --out new --overwrite --quiet --set "train.loss=binary_'
        'crossentropy(from_logits=true)" --set train.metrics=auc', 0, '^auc: '),
    'labels that count from 1': (
        f'train t.dnn {NEW} --set data.inputs=x.npy --set data.targets=l.npy '
        '--set "model.layers=dense units=3 activation=softmax" --set '
        'train.loss=sparse_categorical_crossentropy', 1,
        "label '3' must be a whole number from 0 to 2; labels count from 0"),
    'Keras names': (
        f'train t.dnn {NEW} --set train.loss=mse --set train.metrics=mae,rmse '
        '--set "model.layers=dense units=4 activation=ReLU ! Dense units=1"',
        0, '^loss: ', '^mae: ', '^rmse: '),
}


def write_messages():
    for name, text in TABLES.items():
        write(name, text)
    experiment('t.dnn', 'good.csv', train='loss = mean_squared_error')
    write('bom.dnn', '\ufeff' + pathlib.Path('t.dnn').read_text())
    experiment('bang.dnn', 'good.csv', 'dense units=8!dense units=1')
    write_npy('none.npy', [], (20, 0))
    write_npy('scalar.npy', [3], ())
    write_npy('y.npy', [i % 2 for i in range(20)], (20,))
    write_npy('l.npy', [i % 3 + 1 for i in range(20)], (20,), '<i4')
    write_npy('x.npy', [i / 40 for i in range(40)], (20, 2))
    write_npy('big.npy', [1e300 * (i == 7) for i in range(40)], (20, 2), '<f8')
    write_npy('ids.npy', [9 * (i == 14) for i in range(60)], (20, 3), '<i4')
    npz('twice.npz', ('x.npy', 'x.npy'), ('x.npy', 'x.npy'), ('y.npy', 'y.npy'))
    experiment('ids.dnn', 'ids.npy', 'embedding input_dim=9 output_dim=2 ! '
               'flatten ! dense units=1', 'targets = y.npy', 'loss = mse')
    run(['train', 't.dnn', '--out', 'run', '--quiet'])
    change('run/model.safetensors', 'lacks.safetensors', rename_bias)
    change('run/model.safetensors', 'newer.safetensors', make_newer)
    os.makedirs('pp/layers/dir.so')
    os.symlink('nowhere', 'pp/layers/dang.so')


def messages():
    for name, (command, status, *patterns) in MESSAGES.items():
        holds(name, command, status, *patterns)
    done = run([b'data', b't.dnn', b'--set', b'data.inputs=b\xe9.csv'])
    check('a name that is not UTF-8', done.returncode == 2
          and b"--set 'data.inputs=b" in done.stderr
          and b'is not UTF-8' in done.stderr, done.stderr)
    done = run(['train', '/dev/stdin', *NEW.split()],
               input=pathlib.Path('t.dnn').read_bytes())
    check('an experiment by a pipe', done.returncode == 0, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_messages()
        messages()
        os.chdir('/')
    return finish()


sys.exit(main())
