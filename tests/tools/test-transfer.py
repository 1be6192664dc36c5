#!/usr/bin/env python3
"""test-transfer - dnnrun transfer and dnnrun plot as their users see them.

    test-transfer.py DNNRUN LIBRARY PLUGINS INCLUDE CC

A is trained on three classes, B is transferred to the other two.  Prints TAP.
"""
import csv
import hashlib
import importlib.util
import json
import os
import pathlib
import random
import re
import sys
import xml.etree.ElementTree

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

ROWS, COLUMNS, CLASSES = 150, 6, 5
COMMON = ('[data]\ninputs = x.npy\ntargets = y.npy\nscale = 1/2\n'
          'validation_split = 0.2\n')
A = COMMON + '''keep_classes = 0,1,2
[model]
layers = dense units=12 activation=relu
       ! dense units=8 activation=relu
       ! dense units=3 activation=softmax
[train]
metrics = accuracy
batch_size = 16
epochs = 8
[optimizer]
type = adam
learning_rate = 0.02
'''
B = COMMON.replace('scale = 1/2\n', '') + '''keep_classes = 3,4
train_limit = 20
[train]
metrics = accuracy
batch_size = 8
'''
BASE = 'a/model.safetensors'
TRANSFER = ['transfer', BASE, '--data', 'b.dnn', '--head',
            'dense units=2 activation=softmax', '--frozen-epochs', '3',
            '--epochs', '2']


def digest(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def write_data():
    numbers = random.Random(2)
    x, y = [], []
    for i in range(ROWS):
        label = i % CLASSES
        x += [numbers.gauss(3 * (j == label), 0.7) for j in range(COLUMNS)]
        y.append(label)
    t.write_npy('x.npy', x, (ROWS, COLUMNS))
    t.write_npy('y.npy', y, (ROWS,), '<i4')
    t.write_npy('wide.npy', [0] * ROWS * 7, (ROWS, 7))
    pathlib.Path('a.dnn').write_text(A)
    pathlib.Path('b.dnn').write_text(B)
    pathlib.Path('more.dnn').write_text(B + '[optimizer]\ntype = sgd\n'
                                        '[phase x]\nepochs = 1\n')
    pathlib.Path('few.dnn').write_text(
        B + 'loss = sparse_categorical_crossentropy\n')
    pathlib.Path('wide.dnn').write_text(B.replace('x.npy', 'wide.npy'))
    pathlib.Path('none.dnn').write_text('[train]\nseed = 1\n')
    pathlib.Path('all.dnn').write_text(COMMON + '[train]\nbatch_size = 32\n')


# --- one transfer -----------------------------------------------------------

def test_transfer():
    t.good('train A on three classes',
           t.run('train', 'a.dnn', '--out', 'a', '--quiet'))
    before = digest(BASE)
    result = t.run(*TRANSFER, '--out', 'b')
    t.good('transfer to B', result)
    lines = result.stderr.splitlines()
    t.check('a line a tensor: copied, fresh, dropped', lines[:8] == [
        'copied   dense/kernel (6, 12)', 'copied   dense/bias (12,)',
        'copied   dense_1/kernel (12, 8)', 'copied   dense_1/bias (8,)',
        'fresh    dense_2/kernel (8, 2)', 'fresh    dense_2/bias (2,)',
        'dropped  dense_2/kernel (8, 3)', 'dropped  dense_2/bias (3,)'],
            t.show(result))
    t.check('the phases say what trains', re.search(
        r'^phase frozen: 18 parameters train, 188 do not; adam', result.stderr,
        re.M) and re.search(r'^phase tuned: 206 parameters train, 0 do not; '
                            r'.*slots kept: gradient_mean',
                            result.stderr, re.M), t.show(result))
    t.check('it says that nothing frozen moved, and the base neither',
            f'{BASE} is untouched (sha256 {before[:16]}...)' in result.stderr,
            t.show(result))
    t.check('the base is, byte for byte', digest(BASE) == before)
    values = dict(re.findall(r'^(\w+): (\S+)', result.stdout, re.M))
    t.check('results on stdout', set(values) == {'split', 'loss', 'accuracy',
                                                 'model'}
            and values['split'] == 'validation', t.show(result))
    rows = list(csv.DictReader(open('b/history.csv', encoding='utf-8')))
    t.check('history.csv has both phases', [r['phase'] for r in rows] ==
            ['frozen'] * 3 + ['tuned'] * 2, rows)
    t.check("the base's preprocessing is stored with the new model", t.good(
        'evaluate the new model', t.run('evaluate', 'b/model.safetensors',
                                        '--data', 'b.dnn', '--split',
                                        'train')))
    t.good('train the experiment that it left',
           t.run('train', 'b/experiment.dnn', '--out', 'b2', '--quiet'))
    t.check('it makes the same model',
            digest('b/model.safetensors') == digest('b2/model.safetensors'))


def test_lora():
    """Adapters on a frozen body: few numbers, a proof, a merged model."""
    result = t.run(*TRANSFER, '--lora', '2', '--out', 'lora')
    t.good('transfer --lora 2', result)
    t.check('the body stays frozen, head and adapters train in both phases',
            len(re.findall(r'^phase \w+: 94 parameters train, 188 do not',
                           result.stderr, re.M)) == 2, t.show(result))
    t.check('the proof names what changes while a weight is frozen', all(
        f'{name} is frozen; lora changes what the layer sees\n'
        in result.stderr for name in ('dense/kernel', 'dense_1/kernel'))
            and 'frozen tensors did not move' in result.stderr, t.show(result))
    text = pathlib.Path('lora/experiment.dnn').read_text()
    t.check('the experiment says it', 'base_parametrization = lora(rank=2)'
            in text, text)
    result = t.run('diff', BASE, 'lora/model.safetensors')
    t.check('diff knows adapters, and that the weights are the base\'s',
            'dense/kernel.lora_a' in result.stdout, t.show(result))
    result = t.run('summary', 'lora/model.safetensors')
    t.check('summary shows parametrizations and their numbers',
            re.search(r'dense/kernel \(LoRA\) .* 36 ', result.stdout)
            and re.search(r'dense_1/kernel \(LoRA\) .* 40 ', result.stdout),
            t.show(result))
    t.good('export --merge', t.run('export', 'lora/model.safetensors',
                                   'merged.safetensors', '--merge'))
    outputs = [t.run('predict', model, '--inputs', 'x.npy').stdout
               for model in ('lora/model.safetensors', 'merged.safetensors')]
    t.check('the merged model predicts the same', outputs[0] == outputs[1]
            and len(outputs[0]) > 100, outputs[0][:200])
    result = t.run('summary', 'merged.safetensors')
    t.check('the merged model is plain', 'LoRA' not in result.stdout,
            t.show(result))
    t.bad('nothing to merge: 1', 1, 'nothing to merge',
          args=['export', BASE, 'm2.safetensors', '--merge'])
    t.bad('--lora beside --unfreeze: 2', 2, '--lora keeps the body frozen',
          args=[*TRANSFER, '--lora', '2', '--unfreeze', '1', '--out', 'no'])
    t.bad('a rank that is too large: 1', 1,
          "rank must be at most 6, the weight's, not '9'",
          args=[*TRANSFER, '--lora', '9', '--out', 'no'])


def test_ways():
    result = t.run(*TRANSFER, '--out', 'u0', '--unfreeze', '0')
    t.good('transfer --unfreeze 0', result)
    t.check('it has no phase tuned', 'phase tuned' not in result.stderr
            and len(open('u0/history.csv', encoding='utf-8').readlines()) == 4,
            t.show(result))
    result = t.run(*TRANSFER, '--out', 'u1', '--unfreeze', '1',
                   '--tune-learning-rate', '0.125', '--optimizer',
                   'sgd(momentum=0.9)', '--learning-rate', '0.25', '--seed',
                   '7')
    t.good('transfer --unfreeze 1 with numbers', result)
    rows = list(csv.DictReader(open('u1/history.csv', encoding='utf-8')))
    t.check('the rates are those given', [float(r['learning_rate'])
                                          for r in rows] ==
            [0.25] * 3 + [0.125] * 2, rows)
    text = pathlib.Path('u1/experiment.dnn').read_text()
    t.check('the experiment says what was done', all(
        piece in text for piece in ('trainable = dense_2, dense_1',
                                    'seed = 7', f'base = {BASE}')), text)
    result = t.run('transfer', BASE, '--data', 'more.dnn', '--head',
                   'dense units=2 ! softmax', '--frozen-epochs', '1',
                   '--unfreeze', '0', '--out', 'more')
    t.check('sections that do not count are named', result.returncode == 0
            and '[optimizer], [phase x] of more.dnn: ignored'
            in result.stderr, t.show(result))
    result = t.run(*TRANSFER, '--out', 'quiet', '--quiet')
    t.check('--quiet leaves stderr empty', result.returncode == 0
            and result.stderr == '', t.show(result))
    result = t.run('transfer', BASE, '--data', 'b.dnn', '--head',
                   'dense units=2 activation=softmax', '--out', 'recipe')
    t.good('transfer by the recipe alone', result)
    rows = list(csv.DictReader(open('recipe/history.csv', encoding='utf-8')))
    best = min(float(row['val_loss']) for row in rows)
    loss = float(re.search(r'^loss: (\S+)$', result.stdout, re.M)[1])
    t.check('it ends with the best that it saw, or a mean that is better',
            loss <= best + 5e-5 and best < float(rows[0]['val_loss']),
            t.show(result))
    t.check('the recipe settles after tuning', {r['phase'] for r in rows} ==
            {'frozen', 'tuned', 'settled'}, rows)


def test_json():
    result = t.run(*TRANSFER, '--json', '--out', 'json')
    events = t.parse_lines('transfer --json: every line is an object', result)
    epochs = [e for e in events if e.get('event') == 'epoch']
    t.check('an event an epoch, with its phase', [e['phase'] for e in epochs]
            == ['frozen'] * 3 + ['tuned'] * 2, events)
    t.check('--json leaves stderr empty', result.stderr == '', t.show(result))
    rows = t.parse_lines('transfer --compare --json',
                         t.run(*TRANSFER, '--compare', '--seeds', '2',
                               '--json'))
    t.check('a row a way, with a number a seed',
            [r['name'] for r in rows] ==
            ['0 unfrozen', '1 unfrozen', '2 unfrozen', 'all unfrozen',
             'from scratch'] and all(len(r['accuracy']) == 2
                                     and r['split'] == 'validation'
                                     for r in rows), rows)


def test_compare():
    result = t.run(*TRANSFER, '--compare', '--seeds', '2')
    t.good('transfer --compare', result)
    lines = result.stdout.splitlines()
    t.check('a head, five rows, and what they are', len(lines) == 7
            and lines[0].split() == ['accuracy', 'minus', 'from', 'scratch']
            and lines[6] == '(validation rows, 2 seeds: mean +- standard '
            'error; differences are paired)', t.show(result))
    number = r'\d\.\d{4} \+- \d\.\d{4}'
    t.check('each with its mean, error and difference', all(
        re.fullmatch(rf'(0|1|2|all) unfrozen +{number} +[+-]{number}', line)
        for line in lines[1:5])
            and re.fullmatch(rf'from scratch +{number}', lines[5]),
            t.show(result))
    t.check('each training is told', result.stderr.splitlines()[0]
            == '0 unfrozen, seed 1' and len(result.stderr.splitlines()) == 10,
            t.show(result))
    again = t.run(*TRANSFER, '--compare', '--seeds', '2', '--quiet')
    t.check('again it is the same, and --quiet', again.stdout == result.stdout
            and again.stderr == '', t.show(again))


def test_transfer_errors():
    def args(*more, base=BASE, data='b.dnn', head='dense units=2 ! softmax'):
        return ['transfer', base, '--data', data, '--head', head, '--quiet',
                '--out', 'bad', *more]

    t.bad('no base: 2', 2, 'usage: dnnrun transfer', args=['transfer'])
    t.bad('no --data: 2', 2, '--data FILE.dnn and --head CHAIN',
          args=['transfer', BASE, '--head', 'softmax'])
    t.bad('no --head: 2', 2, '--head CHAIN',
          args=['transfer', BASE, '--data', 'b.dnn'])
    t.bad('--unfreeze that is no number: 2', 2, "'some'",
          args=args('--unfreeze', 'some'))
    t.bad('--unfreeze -1: 2', 2, "'-1'", args=args('--unfreeze', '-1'))
    t.bad('--epochs 0: 2', 2, '--epochs', args=args('--epochs', '0'))
    t.bad('--drop-last -1: 2', 2, '--drop-last', args=args('--drop-last',
                                                            '-1'))
    t.bad('--seeds 0: 2', 2, '--seeds', args=args('--seeds', '0',
                                                  '--compare'))
    t.bad('unknown option: 2', 2, '--frozen', args=args('--frozen', '3'))
    t.bad('a run that is there: 2', 2, "'b'", '--overwrite',
          args=TRANSFER + ['--out', 'b', '--quiet'])
    t.bad('missing base: 1', 1, 'none.safetensors',
          args=args(base='none.safetensors'))
    t.bad('a base that is no model: 1', 1, 'x.npy', args=args(base='x.npy'))
    t.bad('missing data: 1', 1, 'gone.dnn', args=args(data='gone.dnn'))
    t.bad('data without [data]: 1', 1, 'no section [data]',
          args=args(data='none.dnn'))
    t.bad('unknown layer: 1', 1, "did you mean 'dense'",
          args=args(head='dnse units=2'))
    t.bad('too few classes in the head: 1', 1, 'y.npy: row ',
          args=args(data='few.dnn', head='dense units=1 ! softmax'))
    t.bad('inputs of another shape: 1', 1, "'dense/kernel'",
          args=args(data='wide.dnn'))
    t.bad('nothing left of the base: 1', 1, 'drop_last leaves nothing',
          args=args('--drop-last', '3'))
    t.bad('an unknown optimizer: 1', 1, "did you mean 'sgd'",
          args=args('--optimizer', 'sgdd'))
    t.bad('a rate that is none: 1', 1, "'fast'",
          args=args('--tune-learning-rate', 'fast'))
    t.check('none of them left a folder', not os.path.exists('bad'))


def test_frozen():
    """A plugin that moves what is frozen: the run fails, with 1."""
    bad_plugins = os.environ['DNN_TEST_BAD_PLUGINS']
    for name, tensor in (('moves_frozen_buffer', 'calls'),
                         ('writes_frozen_weight', 'shift')):
        t.bad(f'{name}: 1', 1, f"'{name}/{tensor}' is frozen, and it moved",
              "phase 'train'",
              args=['train', '--layers', f'{name} trainable=false ! dense '
                    'units=5 ! softmax', '--data', 'all.dnn', '--epochs', '1',
                    '--quiet', '--out', name, '--plugin-path', bad_plugins])


# --- plot -------------------------------------------------------------------

def names_in(svg):
    root = xml.etree.ElementTree.fromstring(svg)
    return {e.text for e in root.iter('{http://www.w3.org/2000/svg}text')}


def test_plot():
    drawn = pathlib.Path('b/curves.svg').read_bytes()
    os.remove('b/curves.svg')
    result = t.run('plot', 'b')
    t.good('plot a run', result)
    t.check('it draws what the run drew', result.stdout ==
            'curves: b/curves.svg\n' and
            pathlib.Path('b/curves.svg').read_bytes() == drawn,
            t.show(result))
    result = t.run('plot', 'b', 'u1')
    t.check('several runs go to stdout', result.returncode == 0
            and result.stdout.startswith('<svg'), t.show(result)[:300])
    texts = ' '.join(filter(None, names_in(result.stdout)))
    t.check('each by its name', 'b' in texts.split() and 'u1' in texts.split(),
            texts)
    result = t.run('plot', 'b/history.csv', 'u1', '--out', 'both.svg',
                   '--json')
    objects = t.parse_lines('plot --out --json', result)
    t.check('it says where', objects == [{'out': 'both.svg'}]
            and names_in(pathlib.Path('both.svg').read_text()), objects)
    t.bad('no run: 2', 2, 'usage: dnnrun plot', args=['plot'])
    t.bad('--json to stdout: 2', 2, '--out FILE.svg',
          args=['plot', 'b', 'u1', '--json'])
    t.bad('missing run: 1', 1, 'nowhere', args=['plot', 'nowhere'])
    pathlib.Path('odd.csv').write_text('epoch,phase\n1,x,y\n')
    t.bad('a history that is none: 1', 1, 'odd.csv:', args=['plot', 'odd.csv'])
    head = open('b/history.csv', encoding='utf-8').readline()
    pathlib.Path('new.csv').write_text(head)
    t.bad('no epoch yet: 1', 1, 'new.csv: no epoch has ended yet',
          args=['plot', 'new.csv'])
    t.bad('a picture below a file: 4', 4, 'x.npy/p.svg',
          args=['plot', 'b', '--out', 'x.npy/p.svg'])


TESTS = [test_transfer, test_ways, test_lora, test_json, test_compare,
         test_transfer_errors, test_frozen, test_plot]


if __name__ == '__main__':
    sys.exit(t.run_tests([write_data, *TESTS]))
