#!/usr/bin/env python3
"""test-dnnrun - the program as its users see it: output, files, exit codes.

    test-dnnrun.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP, one line per check.  Everything is written to a folder that is
removed at the end; the program is also run from a copied prefix, in which
plugins can be removed.
"""
import csv
import json
import os
import pathlib
import random
import re
import shutil
import struct
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish, skip, write_npy

DNNRUN, LIBRARY, PLUGINS, INCLUDE = map(os.path.abspath, sys.argv[1:5])
CC = sys.argv[5]
VERBS = ['train', 'evaluate', 'predict', 'summary', 'new', 'plugins']
ROWS, COLUMNS, CLASSES = 60, 4, 3


def run(*args, program=DNNRUN, env=None):
    return subprocess.run([program, *args], capture_output=True, text=True,
                          timeout=120, env={**os.environ, **(env or {})})


def show(result):
    return (f'$ {" ".join(map(str, result.args))}\nexit {result.returncode}\n'
            f'{result.stdout}{result.stderr}')


def good(name, result):
    """Exit code 0 and no word of complaint."""
    return check(name, result.returncode == 0
                 and 'dnnrun: ' not in result.stderr, show(result))


def bad(name, code, *pieces, args, program=DNNRUN, env=None):
    """That exit code, nothing on stdout, and on stderr one line that starts
    with the program's name and has the pieces in it, besides warnings."""
    result = run(*args, program=program, env=env)
    lines = [line for line in result.stderr.splitlines()
             if not line.startswith('dnnrun: warning: ')]
    return check(name, result.returncode == code and result.stdout == ''
                 and len(lines) == 1 and lines[0].startswith('dnnrun: ')
                 and not lines[0].endswith('.')
                 and all(piece in lines[0] for piece in pieces),
                 f'{show(result)}expected: exit {code}, {pieces}')


# --- files ------------------------------------------------------------------

def read_npy(path):
    data = pathlib.Path(path).read_bytes()
    n = struct.unpack('<H', data[8:10])[0]
    head = data[10:10 + n].decode('latin-1')
    shape = tuple(map(int, re.findall(r'\d+', head.split('shape')[1])))
    kind, size = ('q', 8) if '<i8' in head else ('f', 4)
    count = (len(data) - 10 - n) // size
    return shape, struct.unpack(f'<{count}{kind}', data[10 + n:])


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    n = struct.unpack('<Q', data[:8])[0]
    return json.loads(data[8:8 + n])


EXPERIMENT = '''\
[data]
inputs = x.npy
targets = y.npy
validation_first = 12
test_inputs = tx.npy
test_targets = ty.npy
class_names = red,light green,blue
standardize = true

[model]
layers = dense units=8 activation=relu
       ! batch_normalization
       ! dense units=3 activation=softmax

[train]
metrics = accuracy
batch_size = 16
epochs = 5

[optimizer]
type = adam
learning_rate = 0.02
'''


def write_data():
    numbers = random.Random(1)
    x, y = [], []
    for i in range(ROWS):
        label = i % CLASSES
        x += [numbers.gauss(3 * (j == label), 0.5) for j in range(COLUMNS)]
        y.append(label)
    write_npy('x.npy', x, (ROWS, COLUMNS))
    write_npy('y.npy', y, (ROWS,), '<i4')
    write_npy('tx.npy', x[:9 * COLUMNS], (9, COLUMNS))
    write_npy('ty.npy', y[:9], (9,), '|u1')
    write_npy('y9.npy', y[:9], (9,), '|u1')
    write_npy('y-wrong.npy', [3 if i == 20 else label
                              for i, label in enumerate(y)], (ROWS,), '<i4')
    write_npy('wide.npy', [0] * 10, (2, 5))
    x[5] = float('nan')
    write_npy('x-nan.npy', x, (ROWS, COLUMNS))
    whole = pathlib.Path('x.npy').read_bytes()
    pathlib.Path('cut.npy').write_bytes(whole[:-5])
    pathlib.Path('a.dnn').write_text(EXPERIMENT)
    pathlib.Path('data.dnn').write_text(
        '[data]\ninputs = x.npy\ntargets = y.npy\nscale = 1/2\n')


# --- help and version -------------------------------------------------------

def test_help():
    for words in ('help',), ('-h',):
        t_help = run(*words)
        check(f'{words[0]}: the same', t_help.returncode == 0
              and t_help.stdout == run('--help').stdout, show(t_help))
    result = run('help', 'train')
    check('help train: the options of train', result.returncode == 0
          and result.stdout == run('train', '--help').stdout, show(result))
    for word in 'version', '-V':
        check(word, run(word).stdout == run('--version').stdout)
    result = run('--help')
    good('--help', result)
    check('--help names every verb',
          all(re.search(rf'^  {verb} ', result.stdout, re.M)
              for verb in VERBS), show(result))
    result = run('--version')
    good('--version', result)
    check('--version is one line of program, version, ABI',
          re.fullmatch(r'dnnrun \d+\.\d+\.\d+ \(plugin ABI 1\.\d+\)\n',
                       result.stdout), show(result))
    for verb in VERBS:
        result = run(verb, '--help')
        good(f'{verb} --help', result)
        check(f'{verb} --help tells its usage and the common options',
              f'dnnrun {verb}' in result.stdout and all(
                  option in result.stdout for option in
                  ('--plugin-path', '--json', '--quiet')), show(result))
    result = run()
    check('no verb: help, and 2', result.returncode == 2
          and 'Usage: dnnrun VERB' in result.stdout + result.stderr,
          show(result))


# --- train ------------------------------------------------------------------

def test_train():
    result = run('train', 'a.dnn', '--out', 'run')
    good('train a file', result)
    for name in ('model.safetensors', 'best.safetensors', 'history.csv',
                 'experiment.dnn'):
        check(f'train leaves {name}', os.path.exists(f'run/{name}'))
    values = dict(re.findall(r'^(\w+): (\S+)$', result.stdout, re.M))
    check('train prints the last losses and metrics on stdout',
          set(values) >= {'loss', 'accuracy', 'val_loss', 'val_accuracy',
                          'model'}, show(result))
    check('train names the model', values.get('model') ==
          'run/model.safetensors', show(result))
    check('train learns', float(values.get('accuracy', 0)) > 0.8, show(result))
    check('train prints a line an epoch to stderr, and the seed',
          len(re.findall(r'^Epoch \d/5 -.* - loss: \S+ - accuracy: \S+ - '
                         r'val_loss: \S+ - val_accuracy: \S+$', result.stderr,
                         re.M)) == 5
          and re.search(r'^seed 1$', result.stderr, re.M), show(result))
    check('no escape codes are piped', '\033' not in result.stderr
          and '\r' not in result.stderr, show(result))
    rows = list(csv.DictReader(open('run/history.csv', encoding='utf-8')))
    check('history.csv has a row an epoch', [r['epoch'] for r in rows] ==
          list('12345'), rows)
    check('history.csv says what was printed',
          f"{float(rows[-1]['loss']):.4f}" == values.get('loss'), rows[-1:])
    head = read_safetensors('run/model.safetensors')
    check('the model has its tensors by name',
          {'dense/kernel', 'batch_normalization/moving_mean', 'dense_1/bias',
           'input/mean'} <= set(head)
          and head['dense/kernel']['shape'] == [COLUMNS, 8], list(head))


def test_train_ways():
    good('train the file that a run left',
         run('train', 'run/experiment.dnn', '--out', 'again', '--quiet'))
    check('it makes the same model',
          pathlib.Path('run/model.safetensors').read_bytes()
          == pathlib.Path('again/model.safetensors').read_bytes())
    good('train on three threads',
         run('train', 'a.dnn', '--threads', '3', '--out', 'three', '--quiet'))
    check('threads do not change a bit',
          pathlib.Path('run/model.safetensors').read_bytes()
          == pathlib.Path('three/model.safetensors').read_bytes())
    result = run('train', 'a.dnn', '--out', 'quiet', '--quiet', '--epochs',
                 '1')
    good('train --quiet', result)
    check('--quiet leaves stderr empty', result.stderr == '', show(result))
    result = run('train', '--layers',
                 'dense units=6 ! leaky_relu ! dense units=3 '
                 'activation=softmax', '--data', 'data.dnn', '--epochs', '2',
                 '--set', 'data.validation_split=0.2', '--set',
                 'optimizer.type=nadam', '--out', 'layers')
    good('train --layers --data', result)
    text = pathlib.Path('layers/experiment.dnn').read_text()
    check('--set and --epochs are in the experiment that is left',
          'validation_split = 0.2' in text and 'type = nadam' in text
          and 'epochs = 2' in text and 'scale = 1/2' in text, text)
    good('train --weights', run('train', 'a.dnn', '--weights',
                                'run/model.safetensors', '--epochs', '1',
                                '--out', 'more', '--quiet'))
    first = list(csv.DictReader(open('more/history.csv', encoding='utf-8')))
    check('it starts from where the weights were',
          float(first[0]['accuracy']) > 0.8, first)
    result = run('train', 'a.dnn', '--weights', 'run/model.safetensors',
                 '--partial', '--set', 'model.layers=dense units=8 ! relu ! '
                 'dense units=3 name=head activation=softmax', '--epochs',
                 '1', '--out', 'partial')
    good('train --weights --partial', result)
    check('it tells what was matched, missing and unused',
          'matched dense/kernel' in result.stderr
          and 'missing head/kernel' in result.stderr
          and 'unused dense_1/kernel' in result.stderr, show(result))
    good('train without --out', run('train', 'a.dnn', '--epochs', '1',
                                    '--quiet'))
    check('the folder is then runs/NAME',
          os.path.exists('runs/a/model.safetensors'))
    good('train --overwrite', run('train', 'a.dnn', '--epochs', '1',
                                  '--quiet', '--overwrite'))


def parse_lines(name, result):
    """Every line of stdout is a JSON object."""
    try:
        objects = [json.loads(line) for line in result.stdout.splitlines()]
    except ValueError as error:
        objects = []
        check(name, False, f'{error}\n{show(result)}')
        return objects
    check(name, objects and all(isinstance(o, dict) for o in objects)
          and result.returncode == 0, show(result))
    return objects


def test_json():
    result = run('train', 'a.dnn', '--json', '--out', 'json')
    events = parse_lines('train --json: every line is an object', result)
    check('--json leaves stderr empty', result.stderr == '', show(result))
    epochs = [e for e in events if e.get('event') == 'epoch']
    columns = open('json/history.csv', encoding='utf-8').readline().strip()
    check('an event an epoch, with the names of the columns of history.csv',
          len(epochs) == 5 and all(set(columns.split(',')) <= set(e)
                                   for e in epochs), events[:1])
    objects = parse_lines('evaluate --json',
                          run('evaluate', 'run/model.safetensors', '--json'))
    check('evaluate --json has split, rows, loss and metrics', objects and
          {'split', 'rows', 'loss', 'accuracy'} <= set(objects[0]), objects)
    objects = parse_lines('summary --json',
                          run('summary', 'run/model.safetensors', '--json'))
    check('summary --json counts', objects and
          objects[0]['trainable_params'] == 8 * 5 + 16 + 27
          and objects[0]['non_trainable_params'] == 16
          and objects[0]['optimizer_params'] > 0
          and [layer['name'] for layer in objects[0]['layers']] ==
          ['dense', 'batch_normalization', 'dense_1'], objects)
    objects = parse_lines('plugins --json', run('plugins', '--json'))
    check('plugins --json: kind, name, path, summary, no problem',
          any(o['name'] == 'dense' and o['kind'] == 'layer' and o['summary']
              and o['problem'] is None for o in objects), objects[:2])


# --- evaluate, predict, summary, plugins ------------------------------------

def test_evaluate():
    result = run('evaluate', 'run/model.safetensors')
    good('evaluate', result)
    check('the default is the test split', result.stdout.startswith(
        'split: test (9 rows)\nloss: '), show(result))
    result = run('evaluate', 'run/model.safetensors', '--split', 'validation')
    good('evaluate --split validation', result)
    rows = list(csv.DictReader(open('run/history.csv', encoding='utf-8')))
    check('it finds what training found in its last epoch',
          f"loss: {float(rows[-1]['val_loss']):.4f}\n" in result.stdout
          and 'split: validation (12 rows)' in result.stdout, show(result))
    result = run('evaluate', 'run/model.safetensors', '--data', 'data.dnn')
    good('evaluate --data', result)
    check('another file has its own splits, and the model its preprocessing',
          'split: train (60 rows)' in result.stdout
          and float(re.search(r'accuracy: (\S+)', result.stdout)[1]) > 0.8,
          show(result))
    result = run('evaluate', 'run/model.safetensors', '--metrics',
                 'f1(average=none), confusion_matrix, auc')
    good('evaluate --metrics', result)
    check('a table has a row and a column for every class, by name',
          re.search(r'^ +red +light green +blue$\n^ +red +3 +0 +0$\n'
                    r'^ +light green +0 +3 +0$\n^ +blue +0 +0 +3$',
                    result.stdout, re.M)
          and re.search(r'^ +light green +1(\.0000)?$', result.stdout, re.M)
          and 'accuracy' not in result.stdout, show(result))
    objects = parse_lines('evaluate --metrics --json',
                          run('evaluate', 'run/model.safetensors', '--json',
                              '--metrics', 'confusion_matrix, auc'))
    check('in JSON it is an array of arrays', objects
          and objects[0]['confusion_matrix'] == [[3, 0, 0], [0, 3, 0],
                                                 [0, 0, 3]]
          and objects[0]['auc'] == 1, objects)
    bad('evaluate with no such metric: 1', 1, "'acuracy'", args=[
        'evaluate', 'run/model.safetensors', '--metrics', 'acuracy'])


def test_samples():
    good('a model with dropout', run(
        'train', 'a.dnn', '--out', 'chance', '--set',
        'model.layers=dense units=8 activation=relu ! dropout rate=0.5 ! '
        'dense units=3 activation=softmax'))
    ask = ['predict', 'chance/model.safetensors', '--inputs', 'tx.npy',
           '--samples', '20']
    good('predict --samples to npy', run(*ask, '--out', 's.npy'))
    shape, values = read_npy('s.npy')
    mean, spread = values[:27], values[27:]
    check('it has a mean and a spread of every number', shape == (2, 9, 3)
          and all(abs(sum(mean[i:i + 3]) - 1) < 1e-5 for i in range(0, 27, 3))
          and min(spread) >= 0 and max(spread) > 0.01, values)
    good('predict --samples to csv', run(*ask, '--out', 's.csv'))
    lines = pathlib.Path('s.csv').read_text().splitlines()[1:]
    check('a line of csv has the means, then the spreads',
          [float(v) for v in lines[4].split(',')[2:]]
          == [float(f'{v:.9g}') for v in mean[12:15] + spread[12:15]],
          lines[4])
    good('another seed', run(*ask, '--seed', '2', '--out', 's2.npy'))
    check('has other samples', read_npy('s2.npy')[1] != values)
    bad('a model without chance: 1', 1, 'draws random numbers', args=[
        'predict', 'run/model.safetensors', '--inputs', 'tx.npy', '--samples',
        '3', '--out', 's3.npy'])
    bad('a negative number of samples: 2', 2, "'-1'",
        args=['predict', 'run/model.safetensors', '--inputs', 'tx.npy',
              '--samples', '-1', '--out', 's3.npy'])


def test_weights():
    write_npy('weights.npy', [0.5] * ROWS, (ROWS,))
    write_npy('weights-few.npy', [1] * 9, (9,))
    quick = ['--epochs', '1', '--overwrite', '--out', 'weighted', '--json']
    plain = parse_lines('train', run('train', 'a.dnn', *quick))
    half = parse_lines('train with weights', run(
        'train', 'a.dnn', *quick, '--set', 'data.weights=weights.npy', '--set',
        'optimizer.type=sgd', '--set', 'optimizer.learning_rate=0'))
    whole = parse_lines('train without', run(
        'train', 'a.dnn', *quick, '--set', 'optimizer.type=sgd', '--set',
        'optimizer.learning_rate=0'))
    check('weights of a half halve the loss, of validation rows too',
          plain and half and whole
          and abs(half[0]['loss'] / whole[0]['loss'] - 0.5) < 1e-6
          and abs(half[0]['val_loss'] / whole[0]['val_loss'] - 0.5) < 1e-6
          and half[0]['accuracy'] == whole[0]['accuracy'], (half, whole))
    bad('weights of other rows: 1', 1, 'weights-few.npy', "'(9,)'", args=[
        'train', 'a.dnn', *quick[:-1], '--set', 'data.weights=weights-few.npy'])
    bad('a class without rows: 1', 1, "'7'", args=[
        'train', 'a.dnn', *quick[:-1], '--set', 'train.class_weight=7:2'])


def test_predict():
    model = 'run/model.safetensors'
    good('predict to npy', run('predict', model, '--inputs', 'tx.npy',
                               '--out', 'p.npy'))
    shape, values = read_npy('p.npy')
    check('predictions have rows and classes', shape == (9, CLASSES), shape)
    check('a softmax sums to 1', all(
        abs(sum(values[i:i + CLASSES]) - 1) < 1e-5
        for i in range(0, len(values), CLASSES)), values)
    good('predict to csv', run('predict', model, '--inputs', 'tx.npy',
                               '--out', 'p.csv'))
    lines = pathlib.Path('p.csv').read_text().splitlines()[1:]
    check('csv and npy hold the same float32',
          [struct.pack('<f', float(v)) for line in lines
           for v in line.split(',')[2:]] == [struct.pack('<f', v)
                                         for v in values], lines)
    good('predict --labels to csv', run('predict', model, '--inputs',
                                        'tx.npy', '--labels', '--out',
                                        'l.csv'))
    labels = pathlib.Path('l.csv').read_text().splitlines()
    check('labels are the names of the classes, and right',
          labels == ['red', 'light green', 'blue'] * 3, labels)
    good('predict --labels to npy', run('predict', model, '--inputs',
                                        'tx.npy', '--labels', '--out',
                                        'l.npy'))
    shape, values = read_npy('l.npy')
    check('labels in npy are whole numbers',
          b"'<i8'" in pathlib.Path('l.npy').read_bytes() and shape == (9,)
          and list(values) == [0, 1, 2] * 3, (shape, values))
    good('predict --raw', run('predict', model, '--inputs', 'tx.npy',
                              '--raw', '--out', 'raw.csv'))
    check('--raw skips the preprocessing',
          pathlib.Path('raw.csv').read_text() !=
          pathlib.Path('p.csv').read_text())
    bad('inputs of another shape', 1, 'wide.npy: ', "'(None, 5)'",
        '(None, 4)', args=['predict', model, '--inputs', 'wide.npy', '--out',
                           'w.npy'])
    check('and nothing is written', not os.path.exists('w.npy'))


def test_summary():
    result = run('summary', 'a.dnn')
    good('summary of an experiment', result)
    check('summary is Keras\' table',
          '│ dense (Dense)                        │ (None, 8)' in
          result.stdout and ' Total params: 99 (396.00 B)\n' in result.stdout,
          show(result))
    check('an experiment has no optimizer yet',
          'Optimizer params' not in result.stdout, show(result))
    result = run('summary', 'run/model.safetensors', '--variables')
    good('summary of a model', result)
    check('a model has its optimizer, and --variables lists them',
          re.search(r'^ Optimizer params: \d+ ', result.stdout, re.M)
          and re.search(r'^ dense/kernel +\(4, 8\) +32 +trainable$',
                        result.stdout, re.M), show(result))


def test_plugins():
    result = run('plugins')
    good('plugins', result)
    names = re.findall(r'^(\w+) +([\w.]+) +\S', result.stdout, re.M)
    built = {(path.parent.name, path.stem)
             for path in pathlib.Path(PLUGINS).glob('*/*.so')}
    check('every plugin that was built is there', {name for _, name in names}
          >= {stem for _, stem in built}, show(result))
    check('each has a word of its kind', ('layer', 'dense') in names
          and ('optimizer', 'sgd') in names
          and ('activation', 'relu') in names, names)
    result = run('plugins', '--problems')
    check('none has a problem', result.stdout == '', show(result))
    os.makedirs('odd/layers')
    pathlib.Path('odd/layers/broken.so').write_text('this is no library')
    result = run('plugins', '--problems', '--plugin-path', 'odd')
    check('a file that is no plugin is a row with its reason, not an end',
          result.returncode == 0 and re.fullmatch(
              r'layer/broken\n  file: +odd/layers/broken.so\n'
              r'  problem: .+ is no shared object\n  to do: +move .+\n',
              result.stdout, re.S), show(result))


# --- plugins removed and added ----------------------------------------------

def copy_prefix():
    """bin/dnnrun, lib/libdnn and lib/dnn/plugins-1 of their own.  Returns the
    program, its environment, and the folder of plugins."""
    prefix = pathlib.Path('prefix').absolute()
    (prefix / 'bin').mkdir(parents=True)
    (prefix / 'lib/dnn').mkdir(parents=True)
    shutil.copy(DNNRUN, prefix / 'bin/dnnrun')
    shutil.copy(os.path.realpath(LIBRARY), prefix / 'lib/libdnn.so.1')
    plugins = prefix / 'lib/dnn/plugins-1'
    for path in pathlib.Path(PLUGINS).glob('*/*.so'):
        to = plugins / path.parent.name
        to.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, to)
    env = {'LD_LIBRARY_PATH': str(prefix / 'lib'), 'DNN_PLUGIN_PATH': ''}
    return str(prefix / 'bin/dnnrun'), env, plugins


def test_removed():
    program, env, plugins = copy_prefix()
    chain = ('dense units=6 activation={} ! dense units=3 '
             'activation=softmax')
    for number, activation in enumerate(('relu', 'tanh')):
        good(f'a copied prefix trains {activation}',
             run('train', '--layers', chain.format(activation), '--data',
                 'data.dnn', '--epochs', '1', '--out', f'copy{number}',
                 '--quiet', program=program, env=env))
    (plugins / 'activations/tanh.so').unlink()
    bad('without tanh.so, a model with tanh is refused, and says where it '
        'looked', 1, "'tanh'", str(plugins), program=program, env=env,
        args=['train', '--layers', chain.format('tanh'), '--data', 'data.dnn',
              '--out', 'copy2', '--quiet'])
    bad('so is a model that was trained with it', 1, "'tanh'",
        'copy1/model.safetensors', program=program, env=env,
        args=['evaluate', 'copy1/model.safetensors', '--data', 'data.dnn'])
    good('all others train as before',
         run('train', '--layers', chain.format('relu'), '--data', 'data.dnn',
             '--epochs', '1', '--out', 'copy3', '--quiet', program=program,
             env=env))
    (plugins / 'optimizers/sgd.so').unlink()
    bad('without sgd.so nothing trains with it', 1, "'sgd'", program=program,
        env=env, args=['train', '--layers', chain.format('relu'), '--data',
                       'data.dnn', '--out', 'copy4', '--quiet'])
    result = run('predict', 'copy0/model.safetensors', '--inputs', 'tx.npy',
                 '--out', 'copy.csv', program=program, env=env)
    good('but a model trained with it still predicts', result)


def own_plugin():
    """The source of an activation that is not ours, made from one of ours:
    softsign's file under another name."""
    source = pathlib.Path(INCLUDE).parent / 'plugins/activations/softsign.c'
    return source.read_text().replace('"softsign"', '"acme.soft"')


def test_own_plugin():
    os.makedirs('mine')
    pathlib.Path('soft.c').write_text(own_plugin())
    built = subprocess.run([CC, '-shared', '-fPIC', f'-I{INCLUDE}', 'soft.c',
                            '-o', 'mine/acme.soft.so'], capture_output=True,
                           text=True)
    check('a plugin is one gcc line, with the header alone',
          built.returncode == 0 and built.stderr == '', built.stderr)
    os.chmod('mine/acme.soft.so', 0o755)
    layers = 'dense units=6 activation=acme.soft ! dense units=3 ! softmax'
    bad('it is not found without its folder', 1, "'acme.soft'",
        args=['train', '--layers', layers, '--data', 'data.dnn', '--out',
              'own0', '--quiet'])
    result = run('train', '--layers', layers, '--data', 'data.dnn', '--out',
                 'own1', '--epochs', '2', '--plugin-path', 'mine')
    good('it trains with --plugin-path', result)
    good('it trains with DNN_PLUGIN_PATH',
         run('train', '--layers', layers, '--data', 'data.dnn', '--out',
             'own2', '--epochs', '2', '--quiet',
             env={'DNN_PLUGIN_PATH': f'mine:{PLUGINS}'}))
    good('it trains as a layer, too',
         run('train', '--layers', 'dense units=6 ! acme.soft ! dense units=3 '
             '! softmax', '--data', 'data.dnn', '--out', 'own3', '--epochs',
             '1', '--quiet', '--plugin-path', 'mine'))
    result = run('plugins', '--plugin-path', 'mine')
    check('plugins lists it', re.search(r'^activation +acme\.soft +\S',
                                        result.stdout, re.M), show(result))
    os.chmod('mine/acme.soft.so', 0o777)
    bad('a file that others can write is refused', 1, 'mine/acme.soft.so',
        args=['train', '--layers', layers, '--data', 'data.dnn', '--out',
              'own4', '--plugin-path', 'mine', '--quiet'])


# --- exit codes -------------------------------------------------------------

def train_with(*sets, out='bad'):
    args = ['train', 'a.dnn', '--quiet', '--out', out]
    for text in sets:
        args += ['--set', text]
    return args


def test_input_errors():
    bad('unknown layer: 1', 1, "'dnse'", "did you mean 'dense'",
        args=train_with('model.layers=dnse units=3'))
    bad('unknown optimizer: 1', 1, "did you mean 'sgd'",
        args=train_with('optimizer.type=sdg'))
    bad('unknown parameter: 1', 1, "'unit'", "did you mean 'units'",
        args=train_with('model.layers=dense unit=3'))
    bad('wrong value: 1', 1, "units must be", "'0'",
        args=train_with('model.layers=dense units=0'))
    bad('unknown section in --set: 1', 1, "did you mean 'train'",
        args=train_with('trian.epochs=3'))
    bad('missing data file: 1', 1, 'none.npy',
        args=train_with('data.inputs=none.npy'))
    bad('truncated .npy: 1', 1, 'cut.npy: ',
        args=train_with('data.inputs=cut.npy'))
    bad('labels out of range: 1', 1, "y-wrong.npy: row 21: label '3'",
        'from 0 to 2', args=train_with('data.targets=y-wrong.npy'))
    bad('NaN among the inputs: 1', 1, 'x-nan.npy: row 2, column 2',
        args=train_with('data.inputs=x-nan.npy'))
    bad('rows differ: 1', 1, 'x.npy has 60 rows, and y9.npy has',
        args=train_with('data.targets=y9.npy'))
    bad('missing experiment: 1', 1, 'none.dnn', args=['train', 'none.dnn'])
    bad('missing model: 1', 1, 'none.safetensors',
        args=['evaluate', 'none.safetensors'])
    bad('not a model: 1', 1, 'x.npy', args=['evaluate', 'x.npy'])
    bad('no such split: 1', 1, "'tset'",
        args=['evaluate', 'run/model.safetensors', '--split', 'tset'])
    bad('weights of another shape: 1', 1, 'dense/kernel',
        args=train_with('model.layers=dense units=9 ! dense units=3 '
                        'activation=softmax') +
        ['--weights', 'run/model.safetensors', '--partial'])
    pathlib.Path('typo.dnn').write_text(EXPERIMENT.replace(
        'learning_rate', 'learning_rte'))
    bad('a wrong key has its file and line: 1', 1, 'dnnrun: typo.dnn:22: ',
        "did you mean 'learning_rate'",
        args=['train', 'typo.dnn', '--out', 'bad', '--quiet'])
    pathlib.Path('value.dnn').write_text(EXPERIMENT.replace(
        '! batch_normalization', '! batch_normalization momentum=2'))
    bad('a wrong value has its file and line: 1', 1, 'dnnrun: value.dnn:12: ',
        "'2'", args=['train', 'value.dnn', '--out', 'bad', '--quiet'])
    pathlib.Path('sections.dnn').write_text(EXPERIMENT.replace(
        '[train]', '[trian]'))
    bad('a wrong section has its file and line: 1', 1,
        'dnnrun: sections.dnn:15: ', "did you mean 'train'",
        args=['train', 'sections.dnn', '--out', 'bad', '--quiet'])
    check('none of them left a folder', not os.path.exists('bad'))


def test_usage_errors():
    bad('unknown verb: 2', 2, "'trian'", args=['trian'])
    bad('unknown option: 2', 2, '--epoch', 'dnnrun train --help',
        args=['train', 'a.dnn', '--epoch', '3'])
    bad('no file: 2', 2, 'FILE.dnn', args=['train'])
    bad('two files: 2', 2, 'usage: dnnrun train',
        args=['train', 'a.dnn', 'b.dnn'])
    bad('file and --layers: 2', 2, '--layers',
        args=['train', 'a.dnn', '--layers', 'relu'])
    bad('--layers without --data: 2', 2, '--data',
        args=['train', '--layers', 'relu'])
    bad('--set without "=": 2', 2, 'SECTION.KEY=VALUE',
        args=train_with('train.epochs'))
    bad('epochs that are no number: 2', 2, 'three',
        args=['train', 'a.dnn', '--epochs', 'three'])
    bad('evaluate without a model: 2', 2, 'MODEL', args=['evaluate'])
    bad('predict without --inputs: 2', 2, '--inputs',
        args=['predict', 'run/model.safetensors', '--out', 'y.npy'])
    bad('predict to another format: 2', 2, 'Y.csv',
        args=['predict', 'run/model.safetensors', '--inputs', 'x.npy',
              '--out', 'y.txt'])
    bad('a run that is there: 2', 2, "'run'", '--overwrite',
        args=train_with(out='run'))
    for option, words in (('--epochs', 'epochs must be'),
                          ('--seed', 'seed must be'),
                          ('--threads', 'threads must be')):
        bad(f'a negative number for {option}: 1', 1, words, "'-1'",
            args=['train', 'a.dnn', option, '-1', '--out', 'bad2', '--quiet'])
    bad('a negative number of threads to evaluate: 2', 2, "'-1'",
        args=['evaluate', 'run/model.safetensors', '--threads', '-1'])
    bad('a negative number of threads to predict: 2', 2, "'-1'",
        args=['predict', 'run/model.safetensors', '--inputs', 'tx.npy',
              '--out', 'y.npy', '--threads', '-1'])


def test_other_errors():
    diverging = train_with('model.layers=dense units=6 ! dense units=1',
                           'train.loss=mean_squared_error', 'train.metrics=',
                           'optimizer.type=sgd', 'optimizer.learning_rate=1e5',
                           'train.epochs=50', out='diverged')
    bad('divergence: 3', 3, 'at step ', 'learning_rate', args=diverging)
    loud = [a for a in diverging if a != '--quiet'] + ['--overwrite']
    result = run(*loud)
    check('beside progress, the error has a line of its own',
          result.returncode == 3 and result.stderr.splitlines()[-1]
          .startswith('dnnrun: '), show(result))
    bad('a folder below a file: 4', 4, 'x.npy/below',
        args=train_with(out='x.npy/below'))
    bad('predictions below a file: 4', 4, 'x.npy/p.csv',
        args=['predict', 'run/model.safetensors', '--inputs', 'tx.npy',
              '--out', 'x.npy/p.csv'])
    os.makedirs('locked', mode=0o500)
    if os.access('locked', os.W_OK):
        skip('a folder that cannot be written: 4', 'root may write anywhere')
    else:
        bad('a folder that cannot be written: 4', 4, 'locked/run',
            args=train_with(out='locked/run'))


TESTS = [test_help, test_train, test_train_ways, test_json, test_evaluate,
         test_samples, test_weights, test_predict, test_summary, test_plugins,
         test_removed, test_own_plugin, test_input_errors, test_usage_errors,
         test_other_errors]


def run_tests(tests):
    """Each in turn, in a folder that is removed at the end; the exit code."""
    folder = tempfile.mkdtemp(prefix='dnn-test-')
    try:
        os.chdir(folder)
        for test in tests:
            print(f'# {test.__name__}')
            test()
    finally:
        os.chdir('/')
        shutil.rmtree(folder)
    return finish()


if __name__ == '__main__':
    sys.exit(run_tests([write_data, *TESTS]))
