#!/usr/bin/env python3
"""test-aliases - every name of Keras' that docs/keras.md has a plugin of ours
beside is understood as it is, in Keras' spelling and in snake case.

    test-aliases.py DNNRUN ...

Prints TAP.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_classes

DNNRUN = os.path.abspath(sys.argv[1])
KINDS = {
    'Layers': ('layer', 'activation'), 'Activations': ('activation', 'layer'),
    'Losses': ('loss',), 'Metrics': ('metric', 'loss'),
    'Optimizers': ('optimizer',), 'Schedules': ('schedule',),
    'Initializers': ('initializer',), 'Regularizers': ('regularizer',),
    'Constraints': ('constraint',),
}


def rows():
    kind = None
    for line in (ROOT / 'docs/keras.md').read_text().splitlines():
        if line.startswith('## '):
            kind = line[3:]
        found = re.match(r'\| (\w+) \| \[`([a-z0-9_]+)`\]\(plugins\.md#', line)
        if found and kind in KINDS:
            yield kind, found[1], found[2]


def name_of(kind, name):
    done = subprocess.run([DNNRUN, 'inspect', f'{kind}/{name}', '--json'], text=True,
                          capture_output=True, timeout=60)
    found = re.search(r'"name"\s*:\s*"([^"]+)"', done.stdout)
    return found[1] if found else done.stderr


EXPERIMENT = '''[data]
inputs = x.npy
targets = y.npy
validation_split = 0.25
[model]
layers = dense units=3 activation=softmax
[train]
epochs = 2
[optimizer]
type = sgd
'''
# Names as people type them, wherever one may stand.
SETTINGS = ('train.loss=SparseCategoricalCrossentropy',
            'train.metrics=acc, SparseCategoricalAccuracy',
            "train.callbacks=EarlyStopping, ReduceLROnPlateau",
            'optimizer.type=AdamW',
            'optimizer.learning_rate=CosineDecay(decay_steps=10, '
            'initial_learning_rate=0.01)',
            'model.layers=Dense units=4 activation=ReLU '
            'kernel_initializer=HeNormal kernel_regularizer=L1L2(l2=0.01) '
            'kernel_constraint=MaxNorm ! BatchNormalization ! '
            'Dense units=3 activation=Softmax')


def check_settings():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_classes(40, 5, 3, EXPERIMENT)
        for number, setting in enumerate(SETTINGS):
            done = subprocess.run(
                [DNNRUN, 'train', 'e.dnn', '--quiet', '--out', f'r{number}',
                 '--set', setting], text=True, capture_output=True, timeout=60)
            check(f'set/{setting}', done.returncode == 0, done.stderr)
        os.chdir(ROOT)


check_settings()
for kind, keras, ours in rows():
    names = [name_of(each, keras) for each in KINDS[kind]]
    check(f'{kind}/{keras}', ours in names, names)
sys.exit(finish())
