#!/usr/bin/env python3
"""test-faults - what once went wrong in silence: files written over, metrics and
losses at their edges, frozen weights that were called trainable.

    test-faults.py DNNRUN

Prints TAP.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
NEW = ['--out', 'new', '--overwrite', '--quiet']
SOFTMAX = 'dense units=2 activation=softmax'


def run(*words):
    return subprocess.run([DNNRUN, *words], capture_output=True, text=True,
                          timeout=60)


def show(done):
    return f'exit {done.returncode}\n{done.stdout}{done.stderr}'


def write(name, layers, data='inputs = t.csv', train=''):
    pathlib.Path(name).write_text(
        f'[data]\n{data}\n[model]\n{layers}\n[train]\n{train}\nepochs = 2\n'
        '[optimizer]\ntype = sgd\n')


def write_table():
    pathlib.Path('t.csv').write_text('a,b,y\n' + ''.join(
        f'{i % 7 / 7},{i % 5 / 5},{i % 2}\n' for i in range(40)))


# --- files written over what was read ----------------------------------------

def over_itself():
    write('t.dnn', f'layers = {SOFTMAX}')
    run('train', 't.dnn', '--out', 'run', '--quiet')
    model = pathlib.Path('run/model.safetensors')
    pathlib.Path('m.npy').write_bytes(model.read_bytes())
    os.symlink('t.csv', 'link.csv')
    lines = {
        'plot over a history': 'plot run --out run/history.csv',
        'plot over a model': 'plot run --out run/model.safetensors',
        'plot over what is called an experiment': 'plot run --out other.dnn',
        'lr-find over its experiment': 'lr-find t.dnn --out t.dnn',
        'predict over its rows': f'predict {model} --inputs t.csv --out t.csv',
        'predict over its rows, by a link': f'predict run t.csv --out link.csv',
        'predict from a link over its rows': 'predict run link.csv --out t.csv',
        'predict over its model': 'predict m.npy t.csv --out m.npy',
    }
    for name, line in lines.items():
        before = {path: path.read_bytes() for path in pathlib.Path().rglob('*')
                  if path.is_file()}
        done = run(*line.split(), '--quiet')
        after = {path: path.read_bytes() for path in pathlib.Path().rglob('*')
                 if path.is_file()}
        check(f'{name}: nothing is written', done.returncode == 2
              and before == after and "'" + line.split()[-1] + "'"
              in done.stderr, show(done))


# --- metrics and losses at their edges ---------------------------------------

def measure(metric, x, y, weights=None, loss='mean_squared_error'):
    """A metric of predictions that are x itself."""
    columns = len(x[0])
    write_npy('x.npy', [v for row in x for v in row], (len(x), columns))
    write_npy('y.npy', [v for row in y for v in row], (len(y), len(y[0])))
    data = 'inputs = x.npy\ntargets = y.npy'
    if weights:
        write_npy('w.npy', weights, (len(weights),))
        data += '\nweights = w.npy'
    write('m.dnn', 'layers = activation activation=linear', data,
          f'loss = {loss}\n{"weighted_" if weights else ""}metrics = {metric}')
    done = run('train', 'm.dnn', *NEW)
    found = re.search(rf'^{metric.split("(")[0]}\w*: (\S+)$', done.stdout, re.M)
    return float(found.group(1)) if found else show(done)


def r2_of(x, y, weights, p):
    """The mean over outputs of the adjusted R2."""
    total = 0
    for j in range(len(x[0])):
        rows = [(a[j], b[j], w) for a, b, w in zip(x, y, weights)]
        mean = sum(w * b for _, b, w in rows) / sum(weights)
        total += 1 - (sum(w * (a - b) ** 2 for a, b, w in rows)
                      / sum(w * (b - mean) ** 2 for _, b, w in rows))
    n = sum(w > 0 for w in weights)
    return 1 - (1 - total / len(x[0])) * (n - 1) / (n - p - 1)


def rows_that_count():
    x = [(i, 2 * i) for i in range(8)]
    y = [(i + (-1) ** i, 2 * i + i % 3) for i in range(8)]
    for weights in None, [1, 2, 0, 1, 0, 1, 1, 3]:
        right = r2_of(x, y, weights or [1] * 8, 2)
        came = measure('r2(num_regressors=2)', x, y, weights)
        check(f'r2 of several outputs counts rows, weights {weights}',
              isinstance(came, float) and abs(came - right) < 1e-3,
              f'{came}, not {right}')


def ties():
    x = [(.4, .4, .2), (.3, .3, .4), (.5, .5, .5)]
    y = [(0, 1, 0), (1, 0, 0), (1, 0, 0)]
    for k in 1, 2:
        found = [sorted(range(3), key=lambda j: -row[j])[:k] for row in x]
        right = sum(row[j] for row, js in zip(y, found) for j in js)
        for metric, of in ('precision', 3 * k), ('recall', 3):
            came = measure(f'{metric}(top_k={k})', x, y,
                           loss='categorical_crossentropy')
            check(f'{metric} of the first {k}, of equals the first',
                  isinstance(came, float) and abs(came - right / of) < 1e-3,
                  f'{came}, not {right / of}')


def refused():
    write('p.dnn', 'layers = dense units=1 activation=sigmoid',
          train='loss = mse')
    for metric in ('recall(thresholds=-0.25)', 'precision(thresholds=2)',
                   'f1(threshold=1.1)', 'fbeta(threshold=-0.5)',
                   'true_positives(thresholds=1.5)',
                   'false_negatives(thresholds=-2)'):
        done = run('train', 'p.dnn', *NEW, '--set', f'train.metrics={metric}')
        value = re.search('=([-.0-9]+)', metric).group(1)
        check(f'{metric} is refused', done.returncode == 1
              and f"not '{value}'" in done.stderr, show(done))
    for optimizer in ('adam', 'adamw', 'adamax', 'nadam', 'radam', 'lamb',
                      'rmsprop', 'adagrad', 'adadelta', 'muon',
                      'schedule_free_adamw'):
        done = run('train', 'p.dnn', *NEW, '--set',
                   f'optimizer.type={optimizer}', '--set',
                   'optimizer.epsilon=2')
        check(f'{optimizer} takes any epsilon', done.returncode == 0,
              show(done))


def not_a_number():
    """Rows that overflow are not the best epoch's."""
    rows = [(i % 3 / 3,) for i in range(12)] + [(1e30,)] * 4
    write_npy('x.npy', [v for row in rows for v in row], (16, 1))
    write_npy('y.npy', [float(i % 3 == j) for i in range(16)
                        for j in range(3)], (16, 3))
    losses = ['categorical_focal_crossentropy', 'categorical_crossentropy',
              'kl_divergence', 'mean_squared_error', 'poisson', 'huber',
              'categorical_hinge', 'dice', 'tversky', 'cosine_similarity',
              'log_cosh', 'mean_absolute_error', 'hinge',
              'mean_squared_logarithmic_error']
    for loss in losses:
        write('n.dnn', 'layers = dense units=3 activation=exponential ! '
              'activation activation=softmax',
              'inputs = x.npy\ntargets = y.npy\nvalidation_split = 0.25',
              f'loss = {loss}')
        done = run('train', 'n.dnn', *NEW)
        check(f'{loss} of what is no number is none',
              'val_loss: nan' in done.stdout, show(done))
        check(f'{loss}: a sentence names row and layer',
              re.search(r"row 13\b.*layer 'dense'|layer 'dense'.*row 13\b",
                        done.stderr), show(done))


# --- rows that are others than they were -------------------------------------

def rows_of(n, flip=False, shift=0):
    return 'a,y\n' + ''.join(f'{(i * 37 % 100) / 50 - 1 + shift},'
                             f'{int((i * 37 % 100 > 50) != flip)}\n'
                             for i in range(n))


def changed_rows():
    """Each: a file, what it becomes, and what is named."""
    one = rows_of(600).splitlines()
    one[2] = one[2][:-1] + ('0' if one[2].endswith('1') else '1')
    changes = {
        'labels that validate': ('v.csv', rows_of(50, flip=True),
                                 r'validation rows .*\(v\.csv\)'),
        'inputs that validate': ('v.csv', rows_of(50, shift=1),
                                 r'validation rows .*\(v\.csv\)'),
        'fewer rows that validate': ('v.csv', rows_of(5),
                                     r'validation rows .*\(v\.csv\)'),
        'one label of 600': ('r.csv', '\n'.join(one) + '\n',
                             r'training rows .*\(r\.csv\)'),
        'weights': ('w.csv', '3\n' * 600, r'weights of rows'),
        'nothing': ('v.csv', rows_of(50), None),
    }
    for name, (path, text, pattern) in changes.items():
        pathlib.Path('r.csv').write_text(rows_of(600))
        pathlib.Path('v.csv').write_text(rows_of(50))
        pathlib.Path('w.csv').write_text('1\n' * 600)
        write('r.dnn', f'layers = {SOFTMAX}',
              'inputs = r.csv\nvalidation_inputs = v.csv\nweights = w.csv')
        run('train', 'r.dnn', *NEW)
        pathlib.Path(path).write_text(text)
        done = run('train', '--resume', 'new', '--epochs', '3', '--quiet')
        check(f'--resume with other rows: {name}',
              done.returncode == (1 if pattern else 0)
              and re.search(pattern or '', done.stderr), show(done))


def numbers_as_classes():
    pathlib.Path('count.csv').write_text('a,y\n' + ''.join(
        f'{i},{i * i}\n' for i in range(2, 16)))
    write('c.dnn', 'layers = dense units=1', 'inputs = count.csv',
          'loss = mean_squared_error')
    done = run('data', 'c.dnn')
    check('whole numbers of a regression are no classes',
          done.returncode == 0 and 'class' not in done.stdout, show(done))
    write('c.dnn', 'layers = dense units=226 activation=softmax',
          'inputs = count.csv')
    done = run('data', 'c.dnn')
    check('classes without rows are one sentence',
          done.stdout.count('missing_class') == 1 and '212 classes' in
          done.stdout, show(done))


def indices():
    write_npy('x.npy', [i * 97 % 4000 for i in range(120)], (40, 3), '<i4')
    write_npy('y.npy', [i % 2 for i in range(40)], (40,), '<i4')
    data = 'inputs = x.npy\ntargets = y.npy'
    for layers, found in ((f'embedding input_dim=4000 output_dim=2 ! flatten ! '
                           f'{SOFTMAX}', False), (SOFTMAX, True)):
        write('i.dnn', f'layers = {layers}', data)
        done = run('data', 'i.dnn')
        check(f'large_inputs, {layers.split()[0]}: {found}',
              ('large_inputs' in done.stdout) == found, show(done))


# --- what trains -------------------------------------------------------------

NET = ('layers = dense units=8 name=body ! dense units=2 activation=softmax '
       'name=head')
FROZEN = {
    'frozen and trainable': ('frozen = *\ntrainable = head', 18),
    'frozen': ('frozen = body', 18),
    'all frozen': ('frozen = *', 0),
    'phases: the first': (
        '[phase one]\nepochs = 1\nfrozen = *\ntrainable = head\n'
        '[phase two]\nepochs = 1', 18),
    'none': ('', 42),
}


def trainable():
    for name, (train, n) in FROZEN.items():
        write('f.dnn', NET)
        text = pathlib.Path('f.dnn').read_text()
        at = '[optimizer]' if train.startswith('[') else '[train]\n'
        pathlib.Path('f.dnn').write_text(
            text.replace(at, train + '\n' + at if at == '[optimizer]'
                         else at + train + '\n'))
        whole = run('summary', '--variables', 'f.dnn', '--json')
        said = json.loads(whole.stdout) if whole.returncode == 0 else {}
        check(f'summary of {name}', said.get('trainable_params') == n
              and sum(v['params'] for v in said['variables']
                      if v['trainable']) == n, show(whole))
        if '[' in train:
            continue
        run('train', 'f.dnn', *NEW)
        whole = run('summary', '--variables', 'new', '--json')
        check(f'summary of a model of {name}', whole.returncode == 0
              and json.loads(whole.stdout)['trainable_params'] == n,
              show(whole))


def clones():
    write('base.dnn', NET)
    run('train', 'base.dnn', '--out', 'base', '--quiet')
    write('clone.dnn', 'base = base/model.safetensors')
    done = run('train', 'clone.dnn', '--out', 'clone', '--quiet',
               '--set', 'train.frozen=*')
    left = run('predict', 'base/model.safetensors', 't.csv', '--out', '-')
    right = run('predict', 'clone/model.safetensors', 't.csv', '--out', '-')
    check('a base alone is a clone', done.returncode == 0
          and left.stdout == right.stdout != '', show(done) + show(right))
    write('clone.dnn', 'base = base/model.safetensors\ndrop_last = 1')
    done = run('train', 'clone.dnn', *NEW)
    check('a base without its head wants another', done.returncode == 1
          and 'a model is written' in done.stderr, show(done))


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write_table()
        over_itself()
        rows_that_count()
        ties()
        refused()
        not_a_number()
        changed_rows()
        numbers_as_classes()
        indices()
        trainable()
        clones()
        os.chdir('/')
    return finish()


sys.exit(main())
