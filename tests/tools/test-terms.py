#!/usr/bin/env python3
"""test-terms - layers that add terms to the loss or take the targets, by the
program: what is wrong is refused with a sentence; bits do not depend on threads
or on a kill; models go where there are no targets; the examples train.

    test-terms.py DNNRUN ...

Prints TAP.
"""
import csv
import itertools
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
ROWS, SIZE, CLASSES = 48, 6, 3

FACES = ('dense name=e units=4 activation=tanh ! '
         'center_loss classes=3 weight=0.1 input=e,target ! '
         'arcface name=face units=3 scale=4 input=e,target')
VAE = ('dense name=mean units=2 ! dense name=v units=2 input=input ! '
       'gaussian_sampling name=z input=mean,v ! dense units=6')
COSTLY = 'dense units=4 ! activity_regularization l2=0.5 ! dense units=3'
OWN = '[data]\ninputs = x.npy\ntargets = x.npy\n'
LABELS = '[data]\ninputs = x.npy\ntargets = t.npy\n'


def experiment(layers, train='', data=LABELS, optimizer=''):
    return (f'{data}[model]\nlayers = {layers}\n[train]\nepochs = 2\n'
            f'batch_size = 10\n{train}[optimizer]\ntype = adam\n{optimizer}')


# name: (text, pieces of the sentence); all end with exit code 1.
WRONG = {
    'taken': (experiment('dense name=a units=3 ! activity_regularization '
                         'name=r ! dense units=3 input=r:1'),
              ("output 1 of layer 'r' is a term of the loss",
               "'input=NAME' names another")),
    'taken-next': (experiment('dense name=a units=4 ! center_loss classes=3 '
                              'name=c input=a,target ! dense units=3'),
                   ("output 0 of layer 'c' is a term of the loss",)),
    'output': (experiment('dense name=a units=4 ! center_loss classes=3 '
                          'name=c input=a,target').replace(
        '[train]', 'outputs = c\n[train]'),
        ("first output of 'c' is a term of the loss",)),
    'activation': (experiment('dense name=a units=4 ! center_loss classes=3 '
                              'input=a,target activation=relu'),
                   ('is a term of the loss', "no activation 'relu'")),
    'target-1': (experiment('dense name=a units=4 ! center_loss classes=3 '
                            'input=a,target:1'),
                 ('the data have 1 target', "'target:1'")),
    'no-term': (experiment('dense units=3', 'loss = none\n'),
                ("loss: it is 'none'", 'mean_squared_error')),
    'not-reached': (experiment(VAE, 'loss = none\n', OWN),
                    ('dense: it is to be trained, and no loss depends on it',
                     'trainable=false')),
    'label': (experiment(FACES.replace('=3', '=2')),
              ("'2'", 'from 0 to 1')),
    'shape': (experiment('dense name=e units=4 ! center_loss classes=3 '
                         'input=e,target', data=OWN),
              ('one label a sample',)),
    'no-data': ('[model]\ninput_shape = 6\nlayers = ' + FACES,
                ("it takes 'target', and there are no targets here",
                 '[model] target_shape')),
    'two-terms-none': (experiment('arcface units=3 scale=4 input=target'),
                       ('takes a row of numbers',)),
    'augment': (experiment(FACES, data=LABELS +
                           'augment = activity_regularization l1=1\n'),
                ('augment', 'belongs into the model')),
}


def run(folder, *args):
    return subprocess.run([DNNRUN, *map(str, args)], cwd=folder, text=True,
                          capture_output=True, timeout=120)


def write(folder, name, text):
    (folder / name).write_text(text)


def train(folder, text, *args, out='run'):
    write(folder, 'e.dnn', text)
    return run(folder, 'train', 'e.dnn', '--quiet', '--out', out, *args)


def weights(folder, out='run'):
    done = run(folder, 'verify', f'{out}/model.safetensors')
    return next((line.split()[0] for line in done.stdout.splitlines()
                 if line.endswith('the model')), done.stderr)


def history(folder, out='run'):
    with open(folder / out / 'history.csv', newline='') as file:
        return list(csv.DictReader(file))


def make_data(folder):
    numbers = random.Random(7)
    x = [numbers.gauss(0, 1) for _ in range(ROWS * SIZE)]
    write_npy(folder / 'x.npy', x, (ROWS, SIZE), '<f4')
    write_npy(folder / 't.npy', [i % CLASSES for i in range(ROWS)], (ROWS,),
              '<i4')
    write_npy(folder / 'w.npy', [i % 2 for i in range(ROWS)], (ROWS,), '<f4')


def test_wrong(folder):
    for name, (text, pieces) in WRONG.items():
        write(folder, 'e.dnn', text)
        done = run(folder, *(('summary', 'e.dnn') if name == 'no-data' else
                             ('train', 'e.dnn', '--out', f'wrong-{name}')))
        check(f'wrong/{name}', done.returncode == 1 and
              all(piece in done.stderr for piece in pieces),
              (done.returncode, done.stderr))


def test_bits(folder):
    for name, text in (('faces', experiment(FACES)),
                       ('vae', experiment(VAE, data=OWN,
                                          train='loss = mean_squared_error\n')),
                       ('accumulated', experiment(
                           FACES, optimizer='gradient_accumulation_steps = 3\n')),
                       ('clipped', experiment(
                           COSTLY, 'loss = mean_squared_error\n',
                           optimizer='global_clipnorm = 0.1\n',
                           data=LABELS.replace('t.npy', 'x.npy')).replace(
                               'units=3', 'units=6'))):
        found = set()
        for threads in '1', '2', '3':
            done = train(folder, text, '--threads', threads,
                         out=f'{name}-{threads}')
            check(f'bits/{name}/{threads}', done.returncode == 0, done.stderr)
            found.add(weights(folder, f'{name}-{threads}'))
        check(f'bits/{name}', len(found) == 1, found)


def test_elsewhere(folder):
    """The verbs that take a model take one that was trained so."""
    done = train(folder, experiment(FACES, 'metrics = accuracy\n'), out='faces')
    model = 'faces/model.safetensors'
    last = history(folder, 'faces')[-1]
    check('elsewhere/trains', done.returncode == 0, done.stderr)
    for args in (('predict', model, '--inputs', 'x.npy', '--out', 'p.npy'),
                 ('summary', model), ('verify', model),
                 ('export', model, 'plain.safetensors'),
                 ('summary', 'e.dnn', '--memory')):
        done = run(folder, *args)
        check(f'elsewhere/{args[0]}', done.returncode == 0, done.stderr)
    done = run(folder, 'evaluate', model, '--split', 'train')
    loss = next((float(line.split()[1]) for line in done.stdout.splitlines()
                 if line.startswith('loss:')), None)
    check('elsewhere/evaluate', loss is not None, done.stderr)
    check('elsewhere/trained', float(last['accuracy']) > 0.3, last)
    done = train(folder, experiment(FACES).replace(
        'layers = ', 'base = plain.safetensors\ndrop_last = 1\nlayers = ')
        .replace(FACES, 'arcface units=3 scale=4 input=e,target'), out='again')
    check('elsewhere/transfer', done.returncode == 0, done.stderr)


def test_counts(folder):
    """The loss has the terms, by the weights of rows, frozen or not."""
    numbers = itertools.count()

    def loss(layers, data=OWN, train_keys=''):
        out = f'count-{next(numbers)}'
        done = train(folder, experiment(
            layers, 'loss = mean_squared_error\n' + train_keys, data,
            'learning_rate = 0\n'), out=out)
        check(f'counts/{out}', done.returncode == 0, done.stderr)
        return float(history(folder, out)[-1]['loss'])

    plain = 'dense units=4 trainable=false ! dense units=6'
    with_term = plain.replace('false !',
                              'false ! activity_regularization l2=0.5 !')
    base, more = loss(plain), loss(with_term)
    check('counts/term', more > base * 1.05, (base, more))
    check('counts/frozen', loss(with_term.replace('units=6',
          'units=6 trainable=true')) == more, more)
    half = loss(with_term, OWN + 'weights = w.npy\n')
    check('counts/weights', base * 0.2 < half < more * 0.9, (half, more))


def test_resume(folder):
    text = experiment(FACES).replace('epochs = 2', 'epochs = 4')
    done = train(folder, text, out='whole')
    check('resume/whole', done.returncode == 0, done.stderr)
    done = train(folder, experiment(FACES), out='half')
    done = run(folder, 'train', '--quiet', '--resume', 'half', '--epochs', '4')
    check('resume/goes-on', done.returncode == 0, done.stderr)
    check('resume/same', weights(folder, 'half') == weights(folder, 'whole'),
          done.stderr)


def test_examples(folder):
    numbers = random.Random(1)
    x = [numbers.randrange(256) for _ in range(96 * 784)]
    write_npy(folder / 'images.npy', x, (96, 28, 28), '|u1')
    write_npy(folder / 'labels.npy', [i % 10 for i in range(96)], (96,), '|u1')
    for name in 'vae', 'faces':
        text = (ROOT / f'examples/terms/{name}.dnn').read_text()
        text = text.replace('dataset = fashion-mnist',
                            'inputs = images.npy\ntargets = labels.npy')
        text = text.replace('validation_first = 5000', 'validation_first = 32')
        done = train(folder, text, '--epochs', '3', out=name)
        check(f'examples/{name}', done.returncode == 0, done.stderr)
        losses = [float(row['loss']) for row in history(folder, name)]
        check(f'examples/{name}/learns', losses[-1] < losses[0], losses)


with tempfile.TemporaryDirectory() as name:
    top = pathlib.Path(name)
    for number, test in enumerate((test_wrong, test_bits, test_elsewhere,
                                   test_counts, test_resume, test_examples)):
        own = top / str(number)
        own.mkdir()
        make_data(own)
        test(own)
sys.exit(finish())
