#!/usr/bin/env python3
"""test-masks - padded sequences by the program: their loss is the mean over
real steps, whatever the batch; weights and classes by step; refusals.

    test-masks.py DNNRUN

Prints TAP.
"""
import ast
import json
import math
import os
import pathlib
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
N, T, C = 12, 5, 3
# Words 1 to 4, and 0 behind the last.
WORDS = [[1 + (i * 3 + t) % 4 if t < 1 + i % T else 0 for t in range(T)]
         for i in range(N)]
LABELS = [[w % C for w in row] for row in WORDS]
WEIGHTS = [[(i + t) % 3 / 2 for t in range(T)] for i in range(N)]

EXPERIMENT = """[data]
inputs = x.npy
targets = y.npy
{data}
[model]
layers = embedding input_dim=5 output_dim=4 mask_zero=true ! {layers}
[train]
loss = sparse_categorical_crossentropy
metrics = accuracy
epochs = 2
{train}
[optimizer]
type = sgd
learning_rate = 0.1
"""
HEAD = 'dense units=3 activation=softmax'


def run(*args):
    return subprocess.run([DNNRUN, *args], text=True, capture_output=True,
                          timeout=60)


def show(result):
    return f'exit {result.returncode}: {result.stdout}{result.stderr}'


def train(folder, data='', layers=HEAD, more=''):
    pathlib.Path('t.dnn').write_text(
        EXPERIMENT.format(data=data, layers=layers, train=more))
    return run('train', 't.dnn', '--out', folder, '--overwrite', '--quiet')


def read_npy(path):
    data = pathlib.Path(path).read_bytes()
    size = struct.unpack('<H', data[8:10])[0]
    shape = ast.literal_eval(data[10:10 + size].decode())['shape']
    return shape, struct.unpack(f'<{math.prod(shape)}f', data[10 + size:])


def expected_loss(model, weights=None):
    """Mean over the real steps of what the model predicts."""
    result = run('predict', model, '--inputs', 'x.npy', '--out', 'p.npy')
    if result.returncode != 0:
        return show(result), None
    _, p = read_npy('p.npy')
    total = right = n = 0
    for i in range(N):
        for t in range(T):
            row = p[(i * T + t) * C:(i * T + t + 1) * C]
            if WORDS[i][t] == 0:
                continue
            label = LABELS[i][t]
            total -= math.log(row[label]) * (weights[i][t] if weights else 1)
            right += row[label] == max(row)
            n += 1
    return total / n, right / n


def evaluate(model, *args):
    result = run('evaluate', model, '--split', 'train', '--json', *args)
    return json.loads(result.stdout) if result.returncode == 0 else {}


def flat(rows):
    return [v for row in rows for v in row]


def check_losses():
    """The same mean, over batches of 12 and of 5 rows that pad differently."""
    for batch in (N, 5):
        trained = train('a', more=f'batch_size = {batch}')
        model = 'a/model.safetensors'
        loss, accuracy = expected_loss(model)
        got = evaluate(model)
        check(f'a loss is the mean over real steps, in batches of {batch}',
              trained.returncode == 0 and accuracy is not None
              and abs(got.get('loss', 9) - loss) < 1e-5 * loss,
              f'{show(trained)} {got} {loss}')
        check(f'and so is a metric, in batches of {batch}',
              accuracy is not None
              and abs(got.get('accuracy', 9) - accuracy) < 1e-6,
              f'{got} {accuracy}')


def check_weights():
    trained = train('w', 'weights = w.npy')
    loss, _ = expected_loss('w/model.safetensors', WEIGHTS)
    got = evaluate('w/model.safetensors')
    check('weights may be one a step', trained.returncode == 0
          and abs(got.get('loss', 9) - loss) < 1e-5 * loss,
          f'{show(trained)} {got} {loss}')
    plain = train('plain')
    heavy = train('heavy', more='class_weight = 1:5')
    check('a class is one of a step', plain.returncode == 0
          and heavy.returncode == 0
          and pathlib.Path('plain/history.csv').read_text()
          != pathlib.Path('heavy/history.csv').read_text(), show(heavy))


def check_padded_labels():
    """Padding may be labelled -1; what is real may not."""
    more = 'class_weight = 1:2\nbatch_size = 5'
    zeros = train('zeros', more=more)
    padded = [[-1 if w == 0 else label for w, label in zip(*rows)]
              for rows in zip(WORDS, LABELS)]
    write_npy('y.npy', flat(padded), (N, T))
    minus = train('minus', more=more)
    check('labels of -1 where padding is change nothing',
          zeros.returncode == 0 and minus.returncode == 0
          and run('diff', 'zeros/model.safetensors',
                  'minus/model.safetensors').returncode == 0,
          show(zeros) + show(minus))
    got = evaluate('minus/model.safetensors', '--metrics',
                   'confusion_matrix,f1')
    check('nor do they in evaluate', 'confusion_matrix' in str(got), got)
    padded[4][0] = -1
    write_npy('y.npy', flat(padded), (N, T))
    bad = train('bad', more=more)
    check('a real label of -1 is refused, with its row', bad.returncode == 1
          and "row 5: the label of element 1 is '-1', which is for padding"
          in bad.stderr, show(bad))
    padded[4][0] = -2
    write_npy('y.npy', flat(padded), (N, T))
    bad = train('bad', more=more)
    check('a label of -2 is refused before the first step',
          bad.returncode == 1 and "row 5: label '-2' must be a whole number "
          'from 0 to 2, or -1 for padding' in bad.stderr, show(bad))
    padded[4][0] = -1
    write_npy('y.npy', flat(padded), (N, T))
    bad = train('bad', layers=HEAD + ' mask=drop')
    check('without a mask there is no padding', bad.returncode == 1
          and "label '-1' must be a whole number from 0 to 2\n" in bad.stderr,
          show(bad))
    write_npy('y.npy', flat(LABELS), (N, T))


def check_refusals():
    for name, args, piece in (
            ('a layer that does not know padding',
             {'layers': 'flatten ! ' + HEAD},
             'flatten does not know what padding is; mask = drop treats '
             'padding as data'),
            ('weights of other steps', {'data': 'weights = short.npy'},
             'weights must be one for each row, or have the first sizes of '
             'predictions'),
            ('classes balanced with padding',
             {'more': 'class_weight = balanced'},
             'cannot count classes behind a mask'),
            ('what a mask may be', {'layers': HEAD + ' mask=keep'},
             "mask must be 'drop'")):
        result = train('refused', **args)
        check(f'{name}: refused', result.returncode == 1
              and piece in result.stderr, show(result))
    dropped = train('dropped', layers=HEAD + ' mask=drop')
    summary = run('summary', 'a/model.safetensors')
    check('mask = drop trains on padding', dropped.returncode == 0,
          show(dropped))
    check('summary says where masks go',
          'Mask: embedding, dense; the loss counts what is real'
          in summary.stdout, show(summary))


with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    write_npy('x.npy', flat(WORDS), (N, T))
    write_npy('y.npy', flat(LABELS), (N, T))
    write_npy('w.npy', flat(WEIGHTS), (N, T))
    write_npy('short.npy', [1] * (N * (T - 1)), (N, T - 1))
    check_losses()
    check_weights()
    check_padded_labels()
    check_refusals()
    os.chdir('/')
finish()
