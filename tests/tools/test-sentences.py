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


# --- the first hour, line by line ---------------------------------------------

CHAIN = '"dense units=16 activation=relu ! dense units=3 activation=softmax"'
HOUR = {
    # what a person types first
    'train iris.csv --epochs 2': (0, '^target .*3 classes', '^model: runs/iris'),
    'data iris.csv': (0, '^split .*stratified', 'nothing odd|repeated_rows'),
    f'train --layers {CHAIN} --data iris.csv': (
        2, "'iris.csv' is a table, .*: dnnrun train iris.csv --layers CHAIN"),
    f'train iris.csv --layers {CHAIN} --epochs 2 {NEW}': (0, '^val_accuracy: '),
    # the last rows of a sorted table
    f'train sorted.dnn --epochs 2 --out new --overwrite': (
        0, 'rows are sorted by their target, and validation_split takes the '
        "last; 'split = random'", 'no validation row has class'),
    'data sorted.dnn': (0, '^sorted_rows: ', '^unmeasured_class: '),
    # words, empty cells, dates
    f'train peng.dnn {NEW}': (
        1, r"penguins.csv:3: column 3 \('bill_length_mm'\): the cell is empty "
        r"\('NA'\); 'missing = skip' .*'missing = fill'"),
    f'train peng.dnn {NEW} --set data.missing=fill': (0, '^val_accuracy: '),
    f'train penguins.csv --target species --epochs 2 --out peng --quiet': (
        0, '^model: peng/'),
    'predict peng penguins.csv': (0, '^label,probability,Adelie,Chinstrap,'),
    'evaluate peng penguins.csv': (0, r'^split: penguins.csv \(115 rows\)'),
    'evaluate peng --data penguins.csv': (
        0, r'^split: penguins.csv \(115 rows\)'),
    'evaluate peng --data penguins.csv --split test': (
        2, "'penguins.csv' is a table, of which all rows count"),
    # targets
    f'train iris.dnn {NEW} --set "model.layers=dense units=1 '
    'activation=sigmoid"': (1, "target '2' must be from 0 to 1 .*3 units with "
                            'softmax tell 3 classes apart'),
    f'train iris.dnn {NEW} --set "model.layers=dense units=1" --set '
    'train.loss=mse --set train.metrics=mae': (
        0, "targets are 3 classes, .*takes them for the numbers 0 to 2"),
    'data house.dnn': (0, "^large_targets: targets reach .*'standardize_"
                       "targets = true'"),
    'data house.csv': (0, '^training '),
    f'train house.dnn {NEW} --set data.standardize_targets=true': (
        0, '^loss: [0-9]'),
    'train house.dnn --set train.metrics=mae,mse,rmse ' + NEW: (0, '^rmse: '),
    'train iris.dnn --set train.metrics=acc ' + NEW: (0, '^acc: '),
    # predicting
    'predict runs/iris iris.csv': (0, '^label,probability,setosa,versicolor,'),
    'predict runs/iris --inputs iris.csv --out -': (0, '^label,probability,'),
    'predict runs/iris/model.safetensors iris.csv --labels': (0, '^setosa$'),
    'predict runs/iris iris.csv --carry sepal_length --threshold 0.5': (
        2, "--threshold '0.5' cuts the probability of one class of two"),
    'predict runs/iris iris.csv --carry sepal_length': (
        0, '^sepal_length,label,probability,'),
    'predict runs/iris': (2, 'predict MODEL TABLE.csv'),
    'evaluate runs/iris': (0, 'its best model, runs/iris/best', '^split: test'),
    'summary runs/iris': (0, 'Total params'),
    'transfer runs/iris --data iris.dnn --head "dense units=3 '
    'activation=softmax" --out moved --quiet': (0,),
    'export runs/iris exported.safetensors': (0,),
    'plot runs/iris': (0, 'curves.svg'),
    # imbalance
    'data few.csv': (0, '^imbalance: .*accuracy says little'),
    f'train few.csv --epochs 2 {NEW} --set train.class_weight=balanced': (
        0, '^val_accuracy'),
    # pictures, sheets, quotes
    'data iris.dnn --set data.inputs=shapes/*.png': (1, 'a folder of folders'),
    'data iris.dnn --set data.inputs=a.png': (
        1, 'is one picture, which has no label; a folder of folders'),
    'data iris.dnn --set data.inputs=a.xlsx': (
        1, "'a.xlsx' is no table that is read, .*; save the sheet as .csv"),
    'data iris.dnn --set data.inputs=a.parquet': (1, 'its rows as .csv'),
    "data iris.dnn --set data.inputs='\"iris.csv\"'": (
        1, 'has quotes, and names of files are written without'),
    'train a.xlsx': (1, 'save the sheet as .csv'),
    'train a.xlsx --target y': (1, 'save the sheet as .csv'),
    'train a.parquet': (1, 'its rows as .csv'),
    'train a.png': (1, 'a folder'),
    'train none.csv': (1, 'none.csv: there is no file of that name'),
    'predict runs/iris --inputs a.png': (1, r'a\.png: '),
    'check far.dnn': (1, "no layer or activation plugin 'convv2d'; did you "
                      "mean 'conv2d'"),
    # text
    'train text.csv --target y': (
        1, "left out is column 'text': nearly every row has a word"),
    'data tokens.dnn': (0, '(?s)^(?!.*large_inputs)'),
    f'train tokens.dnn {NEW} --set data.standardize=true': (
        1, "column 1: '.*' must be a whole number from 0 to 3999 for layer "
        "'embedding'"),
    # choosing numbers
    'lr-find iris.dnn --quiet': (0, '^steepest', '^picture: lr-find.svg'),
    'lr-find iris.dnn --out a2.png --quiet': (
        2, "'a2.png' has the name of something else than a picture in SVG"),
    'sweep iris.dnn --over optimizer.learning_rate=0.1,0.01 --out sw --quiet': (
        0, '^run +optimizer.learning_rate'),
    'sweep iris.dnn --over lr=0.1,0.2 --out sw2': (
        2, "SECTION.KEY=VALUES, as optimizer.learning_rate=0.1,0.01, not 'lr="),
    f'train wine.dnn --health {NEW}': (0,),
}

# The table of typing errors.
TYPOS = {
    f'train --layers {CHAIN} --data data.dnn --set optimizer.lr=0.1 '
    f'--epochs 1 {NEW}': (0, '^loss: '),
    f'train arrays.dnn {NEW} --set "model.layers=dense units=10 '
    'activation=softmax"': (1, 'loss must be given: .*a flatten before'),
    f'train arrays.dnn {NEW} --set "model.layers=flatten ! dense units=10 ! '
    'relu"': (1, 'loss must be given: .*activation=softmax tells 10 classes'),
    'check pipe.dnn': (1, r"flatten: '\|' must be key=value; layers are "
                       "parted by '!'"),
    f'train arrays.dnn {NEW} --set "model.layers=flatten ! dense units=9 '
    'activation=softmax"': (1, "label '9' must be a whole number from 0 to 8; "
                            'labels count from 0, .*one of its units'),
    'check quoted.dnn': (1, 'has quotes'),
    'check unindented.dnn': (1, "'! dense units=3' must be indented"),
    'check marked.dnn': (0, 'no fault'),
    'help': (0, '^Verbs:'),
    'help train': (0, 'dnnrun train'),
    'version': (0, '^dnnrun '),
    '-V': (0, '^dnnrun '),
    'train iris.csv --lr 0.1': (
        2, '--lr; --set optimizer.learning_rate=0.1 sets'),
    'train iris.csv --epocs 3': (2, "--epocs; did you mean '--epochs'"),
    'train': (2, 'train takes FILE.dnn, TABLE.csv or --layers'),
    'tarin iris.csv': (2, "did you mean 'train'"),
    'check t1.dnn': (1, "no layer or activation plugin 'dens'; did you mean"),
    'check t2.dnn': (1, "there is no parameter 'unit'; did you mean 'units'"),
    'check t3.dnn': (1, "'sofmax'; did you mean 'softmax'"),
    'check t4.dnn': (0, 'no fault'),
    'check t5.dnn': (1, "no section 'Data'; did you mean 'data'"),
    'check t6.dnn': (1, "no key 'epoch'; did you mean 'epochs'"),
    'check t7.dnn': (1, "'Target'"),
    f'train iris.dnn {NEW} --set train.callbacks=EarlyStopping': (
        1, "no column 'val_loss' to monitor"),
}


def write_rows(name, head, row, n):
    write(name, head + '\n' + ''.join(row(i) + '\n' for i in range(n)))


def write_broken():
    """Experiments with a typing error each."""
    text = pathlib.Path('iris.dnn').read_text()
    chain = CHAIN.strip('"')
    changes = {
        'pipe.dnn': (chain, 'flatten | dense units=10'),
        'quoted.dnn': ('inputs = iris.csv', 'inputs = "iris.csv"'),
        'unindented.dnn': (chain, 'dense units=9\n! dense units=3'),
        'marked.dnn': ('[data]', '\ufeff[data]'),
        'far.dnn': (chain, 'convv2d filters=3'),
        't1.dnn': (chain, 'dens units=3'),
        't2.dnn': (chain, 'dense unit=3 activation=softmax'),
        't3.dnn': (chain, 'dense units=3 activation=sofmax'),
        't4.dnn': ('= adam', '= Adam'),
        't5.dnn': ('[data]', '[Data]'),
        't6.dnn': ('epochs = 1', 'epoch = 1'),
        't7.dnn': ('inputs =', 'Target = species\ninputs ='),
    }
    for name, (old, new) in changes.items():
        write(name, text.replace(old, new))


def write_hour():
    tables = ROOT / 'tests' / 'golden' / 'tables'
    for name in 'iris.csv', 'penguins.csv':
        write(name, (tables / name).read_text())
    chain, accuracy = CHAIN.strip('"'), 'metrics = accuracy'
    experiment('iris.dnn', 'iris.csv', chain, train=accuracy)
    experiment('sorted.dnn', 'iris.csv', chain, 'validation_split = 0.2',
               accuracy)
    experiment('peng.dnn', 'penguins.csv', chain,
               'target = species\nsplit = stratified\nvalidation_split = 0.2',
               accuracy)
    experiment('wine.dnn', 'house.csv', train='loss = mse')
    experiment('house.dnn', 'house.csv', train='loss = mse')
    write_rows('house.csv', 'a,b,price', lambda i: f'{i % 17},{i * i % 23},'
               f'{20000 * (i % 17) + 3000 * (i * i % 23)}', 60)
    write_rows('few.csv', 'a,b,y', lambda i: f'{i / 9},{i * i % 23},'
               f'{int(i % 40 == 0)}', 400)
    write_rows('text.csv', 'text,y', lambda i: f'film {i} is long,{i % 2}', 40)
    write('data.dnn', '[data]\ninputs = iris.csv\n')
    os.makedirs('shapes')
    pathlib.Path('a.png').write_bytes(b'\x89PNG\r\n\x1a\nxx')
    pathlib.Path('a.xlsx').write_bytes(b'PK\x03\x04xx')
    pathlib.Path('a.parquet').write_bytes(b'PAR1xxPAR1')
    write_npy('p.npy', [i / 320 for i in range(320)], (20, 4, 4))
    write_npy('q.npy', [i % 10 for i in range(20)], (20,), '<i4')
    experiment('arrays.dnn', 'p.npy', data='targets = q.npy')
    write_npy('tokens.npy', [i * 97 % 4000 for i in range(120)], (40, 3), '<i4')
    write_npy('z.npy', [i % 2 for i in range(40)], (40,), '<i4')
    experiment('tokens.dnn', 'tokens.npy', 'embedding input_dim=4000 '
               'output_dim=2 ! flatten ! dense units=2 activation=softmax',
               'targets = z.npy')
    write_broken()


def hour():
    for table in HOUR, TYPOS:
        for command, (status, *patterns) in table.items():
            holds(command, command, status, *patterns)
    with open('iris.csv', encoding='utf-8') as rows:
        done = run(['predict', 'runs/iris', '-'], stdin=rows)
    check('predict reads the standard input', done.returncode == 0
          and done.stdout.count(b'\n') == 61, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_messages()
        messages()
        write_hour()
        hour()
        os.chdir('/')
    return finish()


sys.exit(main())
