#!/usr/bin/env python3
"""test-void - runs in which nothing can be learnt, or less than it seems, warn;
what can never be right is refused.

    test-void.py DNNRUN

Prints TAP.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish

DNNRUN = os.path.abspath(sys.argv[1])
IRIS = ROOT / 'tests' / 'golden' / 'tables' / 'iris.csv'
SOFTMAX = 'dense units=3 activation=softmax'
EXPERIMENT = """[data]
inputs = iris.csv
[model]
layers = {layers}
[train]
epochs = 2
batch_size = 16
[optimizer]
type = sgd
learning_rate = 0.01
"""

# Layers, what is set, and the warning; none where there is nothing to warn of.
WARNED = {
    'all is frozen': (SOFTMAX, ['train.frozen=*'],
                      'no weight trains: frozen = *'),
    'too much is accumulated': (
        SOFTMAX, ['optimizer.gradient_accumulation_steps=100'],
        'no update is made: 100 batches are accumulated, and it has 8'),
    'a learning rate of 0': (
        SOFTMAX, ['optimizer.learning_rate=0'],
        'the learning rate is 0, so that no weight moves'),
    'a warm-up longer than the run': (
        SOFTMAX,
        ['optimizer.learning_rate=constant(value=0.1, warmup_steps=1000)'],
        'the learning rate still rises at its last step, 8: its warm-up is '
        'longer than the phase'),
    'a warm-up that ends': (
        SOFTMAX,
        ['optimizer.learning_rate=constant(value=0.1, warmup_steps=4)'], None),
    'inputs that are all 0': (SOFTMAX, ['data.inputs=zero.csv'],
                              'every input of the training rows is 0'),
    'softmax of one unit': (
        'dense units=1 activation=softmax',
        ['train.loss=mse', 'data.inputs=house.csv'],
        "layer 'dense': softmax of '1' unit is the same number whatever goes "
        'in; sigmoid is for one unit'),
    'a sigmoid of one unit': (
        'dense units=1 activation=sigmoid',
        ['train.loss=mse', 'data.inputs=house.csv'], None),
    'classes as numbers': (
        'dense units=1', ['train.loss=mse'],
        "targets are 3 classes, 'setosa', 'versicolor', ..., and mse takes "
        'them for the numbers 0 to 2; 3 units with softmax tell classes apart'),
    'batch normalization of single rows': (
        'dense units=4 ! batch_normalization ! ' + SOFTMAX,
        ['train.batch_size=1'],
        "layer 'batch_normalization' goes by the rows of a batch, and every "
        "batch has 1 row; another batch_size than '1' gives it more"),
    'batch normalization of a last row': (
        'dense units=4 ! batch_normalization ! ' + SOFTMAX,
        ['train.batch_size=59'],
        'and the last of an epoch has 1 row'),
    'batch normalization of many': (
        'dense units=4 ! batch_normalization ! ' + SOFTMAX, [], None),
}

# The same, refused, with its exit code.
REFUSED = {
    'three classes and one unit': (
        'dense units=1 activation=sigmoid', [],
        "row 41: target '2' must be from 0 to 1 for binary_crossentropy; 3 "
        'units with softmax tell 3 classes apart, positive_class = 2 tells '
        "'virginica' from the others"),
    'scale = 0': (SOFTMAX, ['data.scale=0'],
                  "scale '0' would make every input 0"),
    **{f'{name} of norms up to 0': (
        f'{SOFTMAX} kernel_constraint={name}(max_value=0)', [],
        "max_value must be a number from 1e-09 to 1e+09, not '0'")
       for name in ('max_norm', 'min_max_norm')},
    'weights that are all 0': (SOFTMAX, ['train.class_weight=0:0,1:0,2:0'],
                               'is 0 for every class, so that nothing counts'),
    **{f'{key} = 0': (SOFTMAX, [f'optimizer.{key}=0'],
                      f"{key} '0' would clip every gradient to 0; leave it "
                      'out, or say inf')
       for key in ('clipnorm', 'clipvalue', 'global_clipnorm')},
}


def run(layers, sets, verb='train', *more):
    pathlib.Path('t.dnn').write_text(EXPERIMENT.format(layers=layers))
    words = ['train', 't.dnn', '--quiet', '--overwrite']
    if verb != 'train':
        words = [verb, 't.dnn', *more]
    for text in sets if verb == 'train' else []:
        words += ['--set', text]
    return subprocess.run([DNNRUN, *words], capture_output=True, text=True,
                          timeout=60)


def warned():
    for name, (layers, sets, warning) in WARNED.items():
        done = run(layers, sets)
        seen = [line for line in done.stderr.splitlines()
                if line.startswith('dnnrun: warning: phase train: ')]
        check(name, done.returncode == 0 and
              (warning in done.stderr if warning else not seen), done.stderr)


def refused():
    for name, (layers, sets, sentence) in REFUSED.items():
        done = run(layers, sets)
        check(name, done.returncode == 1 and sentence in done.stderr,
              f'{done.returncode} {done.stderr}')


def frozen():
    pathlib.Path('f.dnn').write_text(
        EXPERIMENT.format(layers=SOFTMAX).replace('[train]',
                                                  '[train]\nfrozen = *'))
    done = subprocess.run([DNNRUN, 'lr-find', 'f.dnn', '--out', 'l.svg'],
                          capture_output=True, text=True, timeout=60)
    check('lr-find has no rate to find', done.returncode == 1
          and 'no weight trains' in done.stderr
          and not os.path.exists('l.svg'), done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        pathlib.Path('iris.csv').write_text(IRIS.read_text())
        pathlib.Path('zero.csv').write_text('a,b,y\n' + ''.join(
            f'0,0,{i % 3}\n' for i in range(40)))
        pathlib.Path('house.csv').write_text('a,b,y\n' + ''.join(
            f'{i / 9},{i % 5},{i / 40}\n' for i in range(40)))
        warned()
        refused()
        frozen()
        os.chdir('/')
    return finish()


sys.exit(main())
