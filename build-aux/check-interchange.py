#!/usr/bin/env python3
"""check-interchange - dnnrun, safetensors and NumPy read each other's files.

    check-interchange.py DNNRUN

Run by a Python that has the packages safetensors and numpy.  Opens what dnnrun
has written, has dnnrun read, use and compare what Python has written, and
trains on .npy and .npz files of every type, byte order and layout.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import safetensors
import safetensors.numpy

DNNRUN = pathlib.Path(sys.argv[1]).resolve()
TYPES = ['bool', 'int8', 'uint8', 'int16', 'uint16', 'int32', 'uint32',
         'int64', 'uint64', 'float16', 'float32', 'float64']
REFUSED = {
    'object': (np.array([[1, None]] * 40, dtype=object), 'not Python objects'),
    'string': (np.array([['ab', 'c']] * 40), 'not strings'),
    'bytes': (np.array([[b'ab', b'c']] * 40), 'not byte strings'),
    'complex': (np.zeros((40, 2), dtype='c8'), 'not complex numbers'),
    'date': (np.zeros((40, 2), dtype='M8[s]'), 'not dates'),
}
ROWS, COLUMNS = 40, 6
EXPERIMENT = '''\
[data]
inputs = x.npy
targets = y.npy
validation_split = 0.25
[model]
layers = dense units=5 ! batch_normalization ! relu
       ! dense units=3 activation=softmax
[train]
epochs = 3
[optimizer]
type = adam
'''
ONE_FILE = '''\
[data]
inputs = DATA
TARGETS
[model]
layers = dense units=3 activation=softmax
[optimizer]
type = sgd
'''


def check(good, what):
    if not good:
        sys.exit(f'check-interchange: {what}')


def run(*args, code=0):
    done = subprocess.run([DNNRUN, *args], text=True, capture_output=True)
    check(done.returncode == code, f'{args}: exit {done.returncode}, not '
          f'{code}: {done.stdout}{done.stderr}')
    return done


def numbers(shape, name):
    """0 and 1 for bool, else also beyond; the same in every type."""
    values = np.arange(np.prod(shape)).reshape(shape) * 7919 % 101
    return (values % 2 if name == 'bool' else values).astype(name)


def check_same(model, other, what):
    check(all(model[name].tobytes() == other[name].tobytes()
              for name in model), what)


def metadata(path):
    with safetensors.safe_open(path, 'numpy') as file:
        return file.metadata()


def check_model():
    """A model of dnnrun's in Python: every tensor, used as the formulas say,
    predicts what dnnrun predicts."""
    x = np.random.default_rng(1).normal(size=(ROWS, COLUMNS)).astype('<f4')
    np.save('x.npy', x)
    np.save('y.npy', np.arange(ROWS) % 3)
    pathlib.Path('run.dnn').write_text(EXPERIMENT)
    run('train', 'run.dnn', '--quiet', '--out', 'run')
    for name in 'model', 'best':
        path = f'run/{name}.safetensors'
        w = safetensors.numpy.load_file(path)
        told = {row['name']: row for row in
                json.loads(run('verify', path, '--json').stdout)['tensors']}
        check({n: (str(t.dtype), list(t.shape)) for n, t in w.items()}
              == {n: (row['type'], row['shape']) for n, row in told.items()},
              f'{path}: {sorted(w)}, {told}')
        check(metadata(path)['format'] == 'dnn/1', f'{path}: metadata')
        run('predict', path, '--inputs', 'x.npy', '--out', 'p.npy')
        h = x @ w['dense/kernel'] + w['dense/bias']
        norm = {n: w[f'batch_normalization/{n}'] for n in
                ('gamma', 'beta', 'moving_mean', 'moving_variance')}
        h = ((h - norm['moving_mean']) / np.sqrt(norm['moving_variance'] + 1e-3)
             * norm['gamma'] + norm['beta']).clip(0)
        h = np.exp(h @ w['dense_1/kernel'] + w['dense_1/bias'])
        far = np.abs(h / h.sum(1, keepdims=True) - np.load('p.npy')).max()
        check(far < 1e-5, f'{path}: predictions {far} apart')
    print(f'a model of {len(told)} tensors is read by safetensors '
          f'{safetensors.__version__} and predicts the same')


def check_rewritten():
    """The same model, written by Python in its own order and spacing."""
    path = 'run/model.safetensors'
    safetensors.numpy.save_file(safetensors.numpy.load_file(path),
                                'python.safetensors', metadata(path))
    run('diff', path, 'python.safetensors')
    run('verify', 'python.safetensors')
    run('summary', 'python.safetensors')
    ours, theirs = (run('evaluate', model, '--data', 'run.dnn').stdout
                    for model in (path, 'python.safetensors'))
    check(ours == theirs, f'{ours}{theirs}')
    os.makedirs('again')
    run('train', 'run.dnn', '--quiet', '--out', 'whole', '--epochs', '5')
    safetensors.numpy.save_file(safetensors.numpy.load_file(path),
                                'again/model.safetensors', metadata(path))
    run('train', '--quiet', '--resume', 'again', '--epochs', '5')
    # of the optimizer's tensors the order in the file is another
    ours, theirs = (safetensors.numpy.load_file(f'{name}/model.safetensors')
                    for name in ('whole', 'again'))
    check(ours.keys() == theirs.keys(), f'{sorted(theirs)}')
    check_same(ours, theirs, 'a run goes on otherwise')
    print('written by Python it is equal, verified, evaluated, and a run goes '
          'on with it')


def check_weights():
    """Weights that were made in Python, and those of a type the model does not
    compute in."""
    made = {'dense/kernel': numbers((COLUMNS, 3), 'float32'),
            'dense/bias': numbers((3,), 'float32') - 50}
    safetensors.numpy.save_file(made, 'made.safetensors', {'by': 'Python é'})
    pathlib.Path('made.dnn').write_text(ONE_FILE.replace(
        'DATA', 'x.npy').replace('TARGETS', 'targets = y.npy'))
    run('train', 'made.dnn', '--quiet', '--out', 'made', '--weights',
        'made.safetensors', '--set', 'optimizer.learning_rate=0')
    for name, values in safetensors.numpy.load_file(
            'made/model.safetensors').items():
        if name in made:
            check((values == made[name]).all(), name)
    made['dense/kernel'] = made['dense/kernel'].astype('float16')
    safetensors.numpy.save_file(made, 'half.safetensors')
    err = run('train', 'made.dnn', '--quiet', '--out', 'half', '--weights',
              'half.safetensors', code=1).stderr
    check("'dense/kernel' is float16" in err, err)
    print('weights made in Python are taken bit for bit')


def check_types():
    """Every type of safetensors that NumPy has, with one number changed."""
    tensors = {name: numbers((3, 4), name) for name in TYPES}
    tensors['none'] = np.zeros((0, 3), 'float32')
    tensors['scalar'] = np.array(7, 'int64')
    safetensors.numpy.save_file(tensors, 'a.safetensors', {'é\n"': '\\ \t'})
    for name in TYPES:
        tensors[name] = tensors[name].copy()
        tensors[name][1, 2] = not tensors[name][1, 2]
    safetensors.numpy.save_file(tensors, 'b.safetensors')
    run('diff', 'a.safetensors', 'a.safetensors')
    rows = json.loads(run('diff', 'a.safetensors', 'b.safetensors', '--json',
                          code=1).stdout)['rows']
    told = {row['name']: row for row in rows}
    check(sorted(told) == sorted(tensors), f'{sorted(told)}')
    for name in TYPES:
        row, a = told[name], numbers((3, 4), name)
        far = abs(float(a[1, 2]) - float(tensors[name][1, 2]))
        check((row['result'], row['numbers'], row['different'],
               row['max_absolute'], row['place']) ==
              ('values', 12, 1, far, 6), f'{name}: {row}, not {far}')
    check(all(told[name]['result'] == 'equal' for name in ('none', 'scalar')),
          f'{told}')
    print(f'{len(TYPES)} types of safetensors are read, number by number')


def train_on(data, targets=''):
    pathlib.Path('one.dnn').write_text(ONE_FILE.replace(
        'DATA', data).replace('TARGETS', targets))
    run('train', 'one.dnn', '--quiet', '--out', 'one', '--overwrite',
        '--epochs', '2')
    return safetensors.numpy.load_file('one/model.safetensors')


def check_arrays():
    """One model from whatever file holds the same numbers; bool, which holds
    others, has a model of its own."""
    models, n = {}, 0
    for name in TYPES:
        for order in '<>':
            for layout in 'CF':
                x = np.asarray(numbers((ROWS, COLUMNS), name), order=layout)
                x = x.astype(x.dtype.newbyteorder(order), order='K')
                y = (np.arange(ROWS) % (2 if name == 'bool' else 3))
                y = y.astype(x.dtype)
                np.save('in.npy', x)
                np.save('out.npy', y)
                np.savez('stored.npz', x=x, y=y)
                np.savez_compressed('packed.npz', inputs=x, targets=y)
                np.savez('unnamed.npz', x, y)
                for args in (('in.npy', 'targets = out.npy'), ('stored.npz',),
                             ('packed.npz',), ('unnamed.npz',)):
                    model = train_on(*args)
                    first = models.setdefault(name == 'bool', model)
                    check_same(first, model, f'{args} of {x.dtype} {layout}')
                    n += 1
    print(f'{n} trainings on .npy and .npz of NumPy {np.__version__}, '
          f'{len(TYPES)} types: bits of one model each')


def check_refused():
    for name, (array, piece) in REFUSED.items():
        np.save('bad.npy', array, allow_pickle=True)
        np.savez('bad.npz', x=array, y=np.arange(ROWS) % 3)
        for data, targets in (('bad.npy', 'targets = y.npy'), ('bad.npz', '')):
            pathlib.Path('bad.dnn').write_text(ONE_FILE.replace(
                'DATA', data).replace('TARGETS', targets))
            err = run('train', 'bad.dnn', '--out', 'bad', code=1).stderr
            check(data in err and piece in err and err.count('\n') == 1, err)
    print(f'refused by name: {", ".join(REFUSED)}')


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        check_model()
        check_rewritten()
        check_weights()
        check_types()
        check_arrays()
        check_refused()
        os.chdir('/')


main()
