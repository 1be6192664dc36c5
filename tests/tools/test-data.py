#!/usr/bin/env python3
"""test-data - `dnnrun data`, tables from strangers, and --memory-limit.

    test-data.py DNNRUN

Prints TAP, one line per check.
"""
import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish

DNNRUN = os.path.abspath(sys.argv[1])

EXPERIMENT = """[data]
inputs = flowers.csv
target = kind
ignore_columns = id
standardize = true
validation_split = 0.2
[model]
layers = dense units=8 activation=relu ! dense units=2 activation=softmax
[train]
metrics = accuracy
epochs = 20
[optimizer]
type = sgd
learning_rate = 0.1
"""


def run(*args, status=0):
    done = subprocess.run([DNNRUN, *args], capture_output=True, text=True,
                          timeout=120)
    if done.returncode != status:
        check(f'exit {status} of {" ".join(args)}', False,
              f'{done.returncode}\n{done.stdout}{done.stderr}')
    return done


def write_table(path, rows, separator=';', decimal=','):
    """As a spreadsheet of another country writes it."""
    numbers = random.Random(1)
    lines = ['id;wide;"kind";long'.replace(';', separator)]
    for i in range(rows):
        kind = i % 2
        wide, long = (f'{numbers.gauss(3 * kind, 1):.3f}'
                      .replace('.', decimal) for _ in range(2))
        lines.append(separator.join(
            [f'n{i}', wide, ['Aster', 'Iris'][kind], long]))
    path.write_bytes(('\ufeff' + '\r\n'.join(lines) + '\r\n').encode())


def test_table():
    pathlib.Path('flowers.dnn').write_text(EXPERIMENT)
    write_table(pathlib.Path('flowers.csv'), 200)
    out = run('train', 'flowers.dnn', '--quiet').stdout
    check('a table trains', float(out.split('val_accuracy: ')[1].split()[0])
          > 0.9, out)
    model = 'runs/flowers/model.safetensors'
    pathlib.Path('new.csv').write_text('long,wide\n-1,-1\n4,4\n')
    run('predict', model, '--inputs', 'new.csv', '--labels', '--out', 'p.csv')
    labels = pathlib.Path('p.csv').read_text().split()
    check('columns are found by name, classes are named',
          labels == ['Aster', 'Iris'], labels)
    run('predict', model, '--inputs', 'flowers.csv', '--labels', '--out',
        'p.csv')
    check('a table with its target predicts',
          pathlib.Path('p.csv').read_text().count('\n') == 200)
    pathlib.Path('one.csv').write_text('wide,long,kind\n4,4,Iris\n')
    pathlib.Path('one.dnn').write_text(
        '[data]\ninputs = one.csv\ntarget = kind\n')
    out = run('evaluate', model, '--data', 'one.dnn').stdout
    check('one class of two keeps its number', 'accuracy: 1.0000' in out, out)
    pathlib.Path('new.csv').write_text('long,broad\n-1,-1\n')
    done = run('predict', model, '--inputs', 'new.csv', '--out', 'p.csv',
               status=1)
    check('a column that is not there is named',
          "new.csv: there is no column 'wide'" in done.stderr, done.stderr)


def test_report():
    out = run('data', 'flowers.dnn').stdout
    check('data prints splits and classes',
          all(word in out for word in ['train       inputs', 'validation',
                                       'Aster', 'float32']), out)
    check('data says that all is well', 'nothing odd was found' in out, out)
    report = json.loads(run('data', 'flowers.dnn', '--json').stdout)
    check('data --json has what docs/json.md says',
          set(report) == {'splits', 'class_names', 'columns',
                          'constant_columns', 'findings'} and
          set(report['splits'][0]) == {'split', 'rows', 'inputs', 'targets',
                                       'classes', 'repeated_rows'} and
          set(report['splits'][0]['inputs']) == {
              'file', 'type', 'shape', 'least', 'most', 'mean',
              'not_finite'}, report)
    check('data --json counts', report['splits'][0]['rows'] == 160 and
          report['splits'][1]['classes'] == [20, 20] and
          report['columns'] == ['wide', 'long'], report)
    done = run('data', 'flowers.dnn', '--set', 'data.validation_split=0')
    check('data takes --set', 'validation' not in done.stdout, done.stdout)


def npy(path, kind, shape, data):
    text = str({'descr': kind, 'fortran_order': False, 'shape': shape})
    text += ' ' * (63 - (10 + len(text)) % 64) + '\n'
    path.write_bytes(b'\x93NUMPY\1\0' + struct.pack('<H', len(text)) +
                     text.encode() + data)


def test_nan():
    values = [0.5] * 12
    values[7] = float('nan')
    npy(pathlib.Path('x.npy'), '<f4', (6, 2), struct.pack('<12f', *values))
    npy(pathlib.Path('y.npy'), '|u1', (6,), bytes([0, 1] * 3))
    pathlib.Path('nan.dnn').write_text(
        '[data]\ninputs = x.npy\ntargets = y.npy\n' +
        EXPERIMENT[EXPERIMENT.index('[model]'):])
    want = "x.npy: row 4, column 2: 'nan' is not finite"
    for verb in 'train', 'data':
        done = run(verb, 'nan.dnn', status=1)
        check(f'{verb} names file, row and column of a NaN',
              want in done.stderr, done.stderr)
    check('data prints its table beside', 'not_finite: 1 train' in done.stdout,
          done.stdout)
    done = run('data', 'nan.dnn', '--set', 'data.targets=x.npy', status=1)
    check('what the model cannot take is an error of data, too',
          done.stderr != '', done.stdout)


def test_memory_limit():
    done = run('train', 'nan.dnn', '--memory-limit', 'much', status=2)
    check('--memory-limit wants bytes', 'as 300M' in done.stderr, done.stderr)
    script = pathlib.Path(__file__).parent.parent.parent / 'build-aux'
    done = subprocess.run(
        [sys.executable, script / 'large-data.py', DNNRUN, '--gigabytes', '0.2',
         '--limit', '48M', '--most', '150', '--folder', '.'],
        capture_output=True, text=True, timeout=300)
    check('200 MB train in less', done.returncode == 0,
          done.stdout + done.stderr)
    done = subprocess.run(
        [sys.executable, script / 'large-data.py', DNNRUN, '--gigabytes', '0.2',
         '--limit', '', '--most', '150', '--folder', '.'],
        capture_output=True, text=True, timeout=300)
    check('without a limit they take it', done.returncode == 1 and
          'val_accuracy' in done.stdout, done.stdout + done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        test_table()
        test_report()
        test_nan()
        test_memory_limit()
        os.chdir('/')
    return finish()


sys.exit(main())
