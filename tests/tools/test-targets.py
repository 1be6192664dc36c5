#!/usr/bin/env python3
"""test-targets - targets that a loss does not take are refused by train and
reported by data; logits and margins are cut at 0 by metrics and by predict
--labels.

    test-targets.py DNNRUN

Prints TAP.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])

EXPERIMENT = """[data]
inputs = t.csv
{data}
[model]
layers = {layers}
[train]
epochs = 1
{train}
[optimizer]
type = sgd
learning_rate = 0.01
"""

# Rows, layers, lines of [train], and the sentence of the first row that is
# refused; the range that `data` reports.
REFUSED = {
    'labels 1 and 2 under a sigmoid': (
        [(-0.3, 1), (0.4, 2), (0.1, 1)], 'dense units=1 activation=sigmoid',
        '', "row 2: target '2' must be from 0 to 1 for binary_crossentropy; "
        'positive_class = 2 makes labels 0 and 1', 'it takes from 0 to 1'),
    'a count below 0': (
        [(-0.3, 1), (0.4, -3)], 'dense units=1 activation=exponential',
        'loss = poisson', "row 2: target '-3' must be 0 or more for poisson",
        'it takes 0 or more'),
    'a side of a margin': (
        [(-0.3, 3), (0.4, -1)], 'dense units=1', 'loss = hinge',
        "row 1: target '3' must be from -1 to 1 for hinge",
        'it takes from -1 to 1'),
}

# Rows whose predictions are x itself, what the loss is, and the labels that
# predict writes; every answer is right.
SCORED = {
    'logits': ([(0.2, 1), (0.3, 1), (-0.2, 0), (-0.3, 0)],
               'loss = binary_crossentropy(from_logits=true)',
               ('accuracy', 'binary_accuracy', 'precision', 'recall', 'f1',
                'auc'), ['1', '1', '0', '0']),
    'margins': ([(0.2, 1), (0.3, 1), (-0.2, -1), (-0.3, -1)], 'loss = hinge',
                ('accuracy', 'precision', 'recall', 'f1', 'auc'),
                ['1', '1', '-1', '-1']),
}


def run(*args):
    return subprocess.run([DNNRUN, *args], text=True, capture_output=True,
                          timeout=60)


def show(result):
    return f'exit {result.returncode}\n{result.stdout}{result.stderr}'


def write(rows, layers, train, data=''):
    pathlib.Path('t.csv').write_text(
        'x,y\n' + ''.join(f'{x},{y}\n' for x, y in rows))
    pathlib.Path('t.dnn').write_text(EXPERIMENT.format(
        data=data, layers=layers, train=train))


def test_refused():
    for name, (rows, layers, train, sentence, taken) in REFUSED.items():
        write(rows, layers, train)
        result = run('train', 't.dnn', '--out', 'out', '--overwrite', '--quiet')
        check(f'train: {name}', result.returncode == 1
              and sentence in result.stderr, show(result))
        result = run('data', 't.dnn')
        check(f'data: {name}', 'are not what the loss takes: ' + taken
              in result.stdout, show(result))


def test_remedy():
    rows, layers, train, *_ = REFUSED['labels 1 and 2 under a sigmoid']
    write(rows, layers, train, 'positive_class = 2')
    result = run('train', 't.dnn', '--out', 'out', '--overwrite', '--quiet')
    check('the remedy trains', result.returncode == 0, show(result))


def test_sums():
    write_npy('x.npy', [.1, .2], (2, 1))
    write_npy('y.npy', [.5, .5, .9, .3], (2, 2))
    pathlib.Path('t.dnn').write_text(EXPERIMENT.replace('t.csv', 'x.npy')
                                     .format(
        data='format = npy\ntargets = y.npy',
        layers='dense units=2 activation=softmax',
        train='loss = categorical_crossentropy'))
    result = run('train', 't.dnn', '--out', 'out', '--overwrite', '--quiet')
    check('rows that do not sum to 1', result.returncode == 1
          and "row 2: the targets of a row must sum to 1 for "
          "categorical_crossentropy, not to '1.2'" in result.stderr,
          show(result))


def test_scored():
    for name, (rows, loss, metrics, labels) in SCORED.items():
        write(rows, 'rescaling scale=1',
              f'{loss}\nmetrics = {", ".join(metrics)}')
        result = run('train', 't.dnn', '--out', 'out', '--overwrite', '--quiet')
        check(f'{name}: every metric says that all is right',
              all(f'{metric}: 1.0000' in result.stdout for metric in metrics),
              show(result))
        result = run('predict', 'out/model.safetensors', '--inputs', 't.csv',
                     '--labels', '--out', 'l.csv', '--quiet')
        seen = (pathlib.Path('l.csv').read_text().split()
                if result.returncode == 0 else None)
        check(f'{name}: predict --labels', seen == labels,
              f'{seen}\n{show(result)}')


def test_threshold():
    rows, loss, *_ = SCORED['logits']
    write(rows, 'rescaling scale=1',
          f'{loss}\nmetrics = binary_accuracy(threshold=0.25)')
    result = run('train', 't.dnn', '--out', 'out', '--overwrite', '--quiet')
    check('a threshold that is given means logits as they are',
          'binary_accuracy_0.25: 0.7500' in result.stdout, show(result))


def predictions(*args):
    run('predict', 'out', 't.csv', '--out', 'p.csv', '--quiet', *args)
    return [[float(x) for x in line.split(',')]
            for line in pathlib.Path('p.csv').read_text().splitlines()
            if not line.startswith('prediction')]


def value(result, name):
    return next((float(line.split(': ')[1]) for line in
                 result.stdout.splitlines() if line.startswith(name + ': ')),
                float('nan'))


def test_standardized():
    rows = [(i / 20 - 1, 3e5 + 5e4 * (i / 20 - 1)) for i in range(41)]
    write(rows, 'dense units=1', 'loss = mse\nmetrics = mae, mse',
          'standardize_targets = true')
    train = ['train', 't.dnn', '--out', 'out', '--overwrite', '--quiet',
             '--set', 'optimizer.learning_rate=0.1']
    result = run(*train, '--epochs', '60')
    seen = [row[0] for row in predictions()]
    errors = [abs(y - p) for (_, y), p in zip(rows, seen)]
    check('large targets are learnt by plain descent, and predicted in their '
          'units', max(errors) < 50, f'{max(errors)}\n{show(result)}')
    result = run('evaluate', 'out/model.safetensors', '--quiet')
    mae = sum(errors) / len(errors)
    check('metrics are in their units, the loss is not',
          abs(value(result, 'mae') - mae) < 0.1 + 0.01 * mae
          and value(result, 'mse') > 1e6 * value(result, 'loss'), show(result))
    run(*train, '--epochs', '30')
    run('train', '--resume', 'out', '--epochs', '60', '--quiet')
    check('a run that goes on has the same', seen == [
        row[0] for row in predictions()])
    write(rows, 'dense units=2 ! dropout rate=0.5 ! dense units=1',
          'loss = mse', 'standardize_targets = true')
    run(*train, '--epochs', '1')
    parts = predictions('--samples', '20')
    check('so are samples and their spread', all(
        mean > 1e5 and 10 < spread < 1e5 for mean, spread in parts), parts[:3])


def test_standardized_labels():
    for name, rows, layers, loss, words in (
            ('a loss of classes', [(1, 0), (2, 1)], 'dense units=1',
             'loss = binary_crossentropy',
             "any number, and 'binary_crossentropy' takes from 0 to 1"),
            ('words', [(1, 'a'), (2, 'b')], 'dense units=1', 'loss = mse',
             "the targets of 't.csv' are classes")):
        write(rows, layers, loss, 'standardize_targets = true')
        result = run('train', 't.dnn', '--out', 'out2', '--quiet')
        check(f'{name} cannot have standardized targets',
              result.returncode == 1 and words in result.stderr, show(result))


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        test_refused()
        test_remedy()
        test_sums()
        test_scored()
        test_threshold()
        test_standardized()
        test_standardized_labels()
        os.chdir('/')
    return finish()


if __name__ == '__main__':
    sys.exit(main())
