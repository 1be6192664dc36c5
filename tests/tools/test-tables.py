#!/usr/bin/env python3
"""test-tables - tables as people have them, from one command to predictions.

    test-tables.py DNNRUN

Prints TAP, one line per check.
"""
import csv
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish

DNNRUN = os.path.abspath(sys.argv[1])
TABLES = ROOT / 'tests' / 'golden' / 'tables'

HEAD = """[train]
metrics = accuracy
epochs = 60
[optimizer]
type = adam
learning_rate = 0.05
"""
SOFTMAX = ('[model]\nlayers = dense units=20 activation=relu'
           ' ! dense units={} activation=softmax\n' + HEAD)


def run(*args, status=0):
    done = subprocess.run([DNNRUN, *args], capture_output=True, text=True,
                          timeout=120)
    if done.returncode != status:
        check(f'exit {status} of {" ".join(args)}', False,
              f'{done.returncode}\n{done.stdout}{done.stderr}')
    return done


def number(text, name):
    found = re.search(rf'^{name}: (\S+)$', text, re.M)
    return float(found.group(1)) if found else float('nan')


def write(name, text):
    pathlib.Path(name).write_text(text)


def copy(*names):
    for name in names:
        write(name, (TABLES / name).read_text())


def predict(model, table, *args):
    run('predict', model, '--inputs', table, '--out', 'p.csv', '--quiet', *args)
    return pathlib.Path('p.csv').read_text().splitlines()


# --- one command ------------------------------------------------------------

def one_command():
    copy('iris.csv', 'penguins.csv')
    done = run('train', 'penguins.csv', '--target', 'species', '--epochs', '40')
    lines = done.stderr.splitlines()
    check('train TABLE prints what it chose',
          {line.split()[0] for line in lines[:8]} == {
              'data', 'target', 'inputs', 'holes', 'split', 'layers', 'loss',
              'training'}, done.stderr)
    check('the split is stratified, with a test part',
          'stratified: 69 rows train, 23 validate, 23 test' in done.stderr,
          done.stderr)
    check('the experiment is written',
          'split = stratified' in pathlib.Path(
              'runs/penguins/experiment.dnn').read_text())
    run('train', 'runs/penguins/experiment.dnn', '--out', 'again', '--quiet')
    first = pathlib.Path('runs/penguins/model.safetensors').read_bytes()
    check('and repeats to the same bits',
          first == pathlib.Path('again/model.safetensors').read_bytes())
    result = run('evaluate', 'again/model.safetensors', '--quiet').stdout
    check('the test rows are predicted well',
          'split: test (23 rows)' in result and
          number(result, 'accuracy') >= 0.95, result)
    rows = list(csv.reader((TABLES / 'penguins.csv').open()))[1:]
    labels = predict('again/model.safetensors', 'penguins.csv', '--labels')
    right = sum(a == row[0] for a, row in zip(labels, rows))
    check('the table with its holes is predicted, row by row',
          len(labels) == len(rows) and right >= 0.95 * len(rows),
          f'{right} of {len(rows)}')


def chosen():
    done = run('data', 'penguins.csv', '--target', 'species')
    check('data TABLE says what train would do',
          'stratified' in done.stdout and 'filled_cells' in done.stdout,
          done.stdout)
    done = run('train', 'iris.csv', '--quiet')
    check('the last column is the target if none is named',
          number(done.stdout, 'val_accuracy') >= 0.8, done.stdout)
    write('n.csv', 'a,b,price\n' + ''.join(
        f'{i},{i * i % 17},{20000 + 310.5 * i}\n' for i in range(60)))
    done = run('train', 'n.csv', '--target', 'price', '--set', 'data.test_split=0.1')
    check('a number is predicted in its own unit, and row numbers are left out',
          "column 'a'" in done.stderr and 'rescaling' in done.stderr,
          done.stderr)
    check('--set goes on top', 'test_split = 0.1' in pathlib.Path(
        'runs/n/experiment.dnn').read_text())
    done = run('train', 'iris.csv', '--target', 'kind', status=1)
    check('a column that is not there',
          "there is no column 'kind'" in done.stderr, done.stderr)
    write('one.csv', 'a,y\n' + '1,x\n2.5,x\n' * 10)
    done = run('train', 'one.csv', '--target', 'y', status=1)
    check('a target of one value', "'x' in every row" in done.stderr,
          done.stderr)
    write('few.csv', 'a,y\n1,x\n2.5,z\n')
    done = run('train', 'few.csv', '--target', 'y', status=1)
    check('too few rows', "has '2' rows" in done.stderr, done.stderr)


def given():
    """Keys of [data] from --set count before anything is chosen."""
    write('g.csv', 'x,team,w,day,y\n' + ''.join(
        f'{i * 37 % 100 / 10},team{i // 2},{1 + i % 3},'
        f'2020-{1 + i // 28:02}-{1 + i % 28:02},{i % 2}\n'
        for i in range(120)))
    write('bare.csv', '\n'.join((TABLES / 'iris.csv').read_text().split('\n')[1:]))
    for name, table, sets, piece in (
            ('group', 'g.csv', ['data.group=team'], 'split     random: '),
            ('time', 'g.csv', ['data.time=day'], 'split     time: '),
            ('weights', 'g.csv', ['data.weight_column=w'], 'inputs    2 col'),
            ('target', 'g.csv', ['data.target=x'], 'target    a number'),
            ('no header', 'bare.csv', ['data.header=false'], '4 columns'),
            ('no validation', 'iris.csv', ['data.validation_split=0'],
             '0 validate')):
        words = [word for text in sets for word in ('--set', text)]
        done = run('train', table, *words, '--epochs', '1', '--out', 'given',
                   '--overwrite', *(['--set', 'train.callbacks=']
                                    if name == 'no validation' else []))
        check(f'a table and {name}', piece in done.stderr, done.stderr)


# --- sorted rows ------------------------------------------------------------

def sorted_rows():
    write('s.dnn', '[data]\ninputs = iris.csv\nvalidation_split = 0.2\n'
          + SOFTMAX.format(3))
    done = run('train', 's.dnn', '--epochs', '1')
    check('train warns of sorted rows', 'sorted by their target' in done.stderr,
          done.stderr)
    done = run('data', 's.dnn')
    check('and so does data', 'sorted_rows: ' in done.stdout, done.stdout)


# --- faults of strangers' tables --------------------------------------------

def duplicate_columns():
    copy('dup.csv')
    write('dup.dnn', '[data]\ninputs = dup.csv\n' + SOFTMAX.format(2))
    done = run('train', 'dup.dnn', status=1)
    check('two columns of one name are refused',
          "dup.csv:1: two columns are named 'a'" in done.stderr, done.stderr)
    check('and nothing is written', not os.path.exists('runs/dup'))


def offset():
    copy('offset.csv')
    write('o.dnn', '[data]\ninputs = offset.csv\nstandardize = true\n[model]\n'
          'layers = rescaling scale=1\n[train]\nloss = mean_squared_error\n'
          'epochs = 1\n[optimizer]\ntype = sgd\n')
    run('train', 'o.dnn', '--quiet')
    values = [float(x) for x in predict('runs/o/model.safetensors', 'offset.csv')]
    # (i - 19.5) / sqrt ((40^2 - 1) / 12), as NumPy in float64
    want = [(i - 19.5) / (1599 / 12) ** 0.5 for i in range(40)]
    check('an offset of 1e8 keeps 40 values',
          max(abs(a - b) for a, b in zip(values, want)) < 1e-5, f'{values}')
    found = run('data', 'o.dnn').stdout
    check('and data finds no constant column', 'constant' not in found, found)


def class_order():
    copy('abc.csv')
    write('abc.dnn', '[data]\ninputs = abc.csv\n' + SOFTMAX.format(3))
    write('other.dnn', '[data]\ninputs = abc.csv\nclass_names = cat, bee, ant\n')
    run('train', 'abc.dnn', '--quiet')
    done = run('evaluate', 'runs/abc/model.safetensors', '--data', 'other.dnn',
               status=1)
    check('classes in another order are refused',
          "classes are ant, bee, cat in the model and 'cat, bee, ant'"
          in done.stderr, done.stderr)
    write('keep.dnn', '[data]\ninputs = abc.csv\nkeep_classes = 2,0\n'
          + SOFTMAX.format(2))
    write('keep2.dnn', '[data]\ninputs = abc.csv\nkeep_classes = 0,2\n')
    run('train', 'keep.dnn', '--quiet')
    done = run('evaluate', 'runs/keep/model.safetensors', '--data', 'keep2.dnn',
               status=1)
    check('so are kept classes', 'in one order' in done.stderr, done.stderr)
    done = run('evaluate', 'runs/keep/model.safetensors', '--data', 'keep.dnn')
    check('in the same order they are right',
          number(done.stdout, 'accuracy') == 1, done.stdout)


def class_names():
    for name, words in (('paren', ['Benign (B)', 'Malignant (M)']),
                        ('quote', ["don't know", 'know']),
                        ('comma', ['Doe, Jane', 'Smith, John'])):
        with open(f'{name}.csv', 'w', newline='') as file:
            csv.writer(file).writerows(
                [['x', 'y']] + [[i % 2, words[i % 2]] for i in range(20)])
        write('t.dnn', f'[data]\ninputs = {name}.csv\n' + SOFTMAX.format(2))
        run('train', 't.dnn', '--quiet', '--overwrite')
        predict('runs/t/model.safetensors', f'{name}.csv', '--labels')
        with open('p.csv', newline='') as file:
            rows = [row[0] for row in csv.reader(file)]
        check(f'classes named {words} come back', rows == words * 10, f'{rows}')


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        one_command()
        chosen()
        given()
        sorted_rows()
        duplicate_columns()
        offset()
        class_order()
        class_names()
        os.chdir('/')
    finish()


main()
