#!/usr/bin/env python3
"""test-search - lr-find and sweep as their users see them.

    test-search.py DNNRUN LIBRARY PLUGINS INCLUDE CC
"""
import importlib.util
import json
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

ROWS, COLUMNS, CLASSES = 240, 4, 3
TEXT = '''\
# which rate?
[data]
inputs = x.npy
targets = y.npy
validation_split = 0.25

[model]
layers = dense units=8 activation=relu
       ! dense units=3 activation=softmax

[train]
metrics = accuracy
batch_size = 16
epochs = 2

[optimizer]
type = sgd
learning_rate = 0.01   # to be found

# the end
'''
RULES = ['steepest', 'valley', 'minimum/10', 'slide']
SWEEP = ['sweep', 'a.dnn', '--over', 'optimizer.learning_rate=1e-3..1:log',
         '--over', 'train.batch_size=8,16', '--seeds', '2']


def write_data():
    numbers = random.Random(3)
    x, y = [], []
    for i in range(ROWS):
        x += [numbers.gauss(2 * (j == i % CLASSES), 1) for j in range(COLUMNS)]
        y.append(i % CLASSES)
    t.write_npy('x.npy', x, (ROWS, COLUMNS))
    t.write_npy('y.npy', y, (ROWS,), '<i4')
    pathlib.Path('a.dnn').write_text(TEXT)
    pathlib.Path('schedule.dnn').write_text(TEXT.replace(
        '0.01   #', 'cosine_decay(decay_steps=9) #'))
    pathlib.Path('long.dnn').write_text(TEXT.replace('epochs = 2',
                                                     'epochs = 100000'))


def table(result):
    """The words of every line of stdout."""
    return [re.split(r'  +', line.strip())
            for line in result.stdout.splitlines()]


# --- lr-find ----------------------------------------------------------------

def test_lr_find():
    result = t.run('lr-find', 'a.dnn', '--out', 'p.svg')
    t.good('lr-find', result)
    rows = table(result)
    t.check('a table of four suggestions', rows[0] == ['rule', 'learning_rate']
            and [row[0] for row in rows[1:5]] == RULES
            and all(1e-6 < float(row[1]) < 10 for row in rows[1:5]),
            t.show(result))
    t.check('it says where the picture is', ['picture: p.svg'] in rows
            and xml.etree.ElementTree.parse('p.svg').getroot().tag.endswith(
                'svg'), t.show(result))
    t.check('the file is as it was', pathlib.Path('a.dnn').read_text() == TEXT)
    again = t.run('lr-find', 'a.dnn', '--threads', '2')
    t.check('the same on two threads; the picture has a default',
            again.stdout.splitlines()[:5] == result.stdout.splitlines()[:5]
            and os.path.exists('lr-find.svg'), t.show(again))


def test_lr_find_json():
    result = t.run('lr-find', 'a.dnn', '--json', '--from', '1e-3', '--to',
                   '1e-1', '--steps', '21', '--set', 'optimizer.type=adam')
    t.good('lr-find --json', result)
    found = json.loads(result.stdout)
    rates = [point['learning_rate'] for point in found['points']]
    t.check('its fields', list(found) == ['steepest', 'valley', 'minimum/10',
                                          'slide', 'diverged', 'out',
                                          'applied', 'points']
            and found['applied'] is None and found['diverged'] is False,
            t.show(result))
    t.check('its steps', len(rates) == 21 and abs(rates[0] - 1e-3) < 1e-9
            and abs(rates[20] - 1e-1) < 1e-9
            and set(found['points'][0]) == {'learning_rate', 'loss',
                                            'smoothed'}, rates)


def test_apply():
    for name, words in [('', []), ('=valley', []), (' slide', ['slide']),
                        (' steepest', ['steepest'])]:
        pathlib.Path('b.dnn').write_text(TEXT)
        option = ['--apply' + name] if name.startswith('=') else ['--apply']
        result = t.run('lr-find', *option, *words, 'b.dnn')
        rule = words[0] if words else 'valley'
        t.good(f'lr-find --apply{name}', result)
        rate = next(row[1] for row in table(result) if row[0] == rule)
        t.check('the rate is in the file, and all else is as it was',
                pathlib.Path('b.dnn').read_text()
                == TEXT.replace('= 0.01 ', f'= {rate} '),
                pathlib.Path('b.dnn').read_text())
        t.check('it says so', f'applied: [optimizer] learning_rate = {rate}'
                in result.stdout, t.show(result))
    t.good('the file trains', t.run('train', 'b.dnn', '--out', 'b', '--quiet'))


def test_lr_find_errors():
    t.bad('no such rule: 2', 2, "not 'best'",
          args=['lr-find', 'a.dnn', '--apply=best'])
    t.bad('a rate that is none: 2', 2, "--from must be a number above 0, not "
          "'x'", args=['lr-find', 'a.dnn', '--from', 'x'])
    t.bad('a rate that falls: 1', 1, 'must grow',
          args=['lr-find', 'a.dnn', '--from', '1', '--to', '0.1'])
    t.bad('too few steps: 1', 1, "not '3'",
          args=['lr-find', 'a.dnn', '--steps', '3'])
    t.bad('--apply with --set: 2', 2, "--set 'train.epochs=1'",
          args=['lr-find', 'a.dnn', '--apply', '--set', 'train.epochs=1'])
    t.bad('--apply over a schedule: 1', 1, 'schedule.dnn:18: ', 'a schedule',
          args=['lr-find', 'schedule.dnn', '--apply'])
    t.bad('nothing but divergence: 3', 3, 'begin it below',
          args=['lr-find', 'a.dnn', '--from', '1e5', '--to', '1e6', '--set',
                'model.layers=dense units=9 ! dense units=9 ! dense units=4',
                '--set', 'train.loss=mean_squared_error', '--set',
                'train.metrics=', '--set', 'data.targets=x.npy'])
    t.bad('a picture in the place of a folder: 4', 4, 'not a directory',
          args=['lr-find', 'a.dnn', '--out', '.'])
    t.bad('no such file: 1', 1, 'no.dnn', args=['lr-find', 'no.dnn'])
    t.bad('no file: 2', 2, 'usage: ', args=['lr-find'])


# --- sweep ------------------------------------------------------------------

def test_sweep():
    result = t.run(*SWEEP, '--runs', '4', '--out', 's')
    t.good('sweep', result)
    rows = table(result)
    t.check('the head of the table', rows[0] == [
        'run', 'optimizer.learning_rate', 'train.batch_size', 'val_loss',
        'val_accuracy', 'runs'], t.show(result))
    losses = [float(row[3].split()[0]) for row in rows[1:]]
    t.check('rows, the best first, with mean and error', len(rows) == 5
            and losses == sorted(losses)
            and all(re.fullmatch(r'\d+\.\d+ ± \d+\.\d+', row[3])
                    and row[5] == '2/2 done' for row in rows[1:]),
            t.show(result))
    t.check('a line a run', len(re.findall(r'^\d/8 - \d+s - run \d, seed [12]:'
                                           r' optimizer', result.stderr, re.M))
            == 8, t.show(result))
    t.check('a folder a run', sorted(os.listdir('s')) == sorted(
        [f'run-000{i}-seed-{s}' for i in (1, 2, 3, 4) for s in (1, 2)]
        + ['.lock', 'sweep.dnn']) and all(
            os.path.exists(f's/run-0001-seed-1/{name}') for name in
            ('model.safetensors', 'history.csv', 'experiment.dnn', 'outcome')))
    again = t.run(*SWEEP, '--runs', '4', '--out', 's')
    t.check('once more, and nothing is run', again.stdout == result.stdout
            and again.stderr.startswith('8 of 8 runs are there already\n'),
            t.show(again))
    retrain = re.search(r'best is run 1, .*again: dnnrun (.*)$', again.stderr,
                        re.M)
    once_more = t.run(*shlex.split(retrain.group(1)))
    t.check('the command that trains the best again does',
            once_more.returncode == 0
            and pathlib.Path('runs/best/model.safetensors').read_bytes()
            == pathlib.Path('s/run-0001-seed-1/model.safetensors').read_bytes(),
            t.show(once_more))
    shutil.rmtree('s/run-0002-seed-1')
    more = t.run(*SWEEP, '--runs', '5', '--out', 's')
    t.check('more draws go on from there; a run that is gone is run again',
            '7 of 10 runs' in more.stderr
            and set(result.stdout.splitlines()[1:])
            < set(more.stdout.splitlines()), t.show(more))
    other = t.run(*SWEEP, '--runs', '4', '--out', 's2', '--jobs', '1')
    t.check('one at a time it is the same table', other.stdout
            == result.stdout, t.show(other))


def test_folds():
    result = t.run('train', 'a.dnn', '--folds', '3', '--out', 'f')
    rows = table(result)
    t.check('folds: one row, mean and error', result.returncode == 0
            and len(rows) == 2 and rows[0][1:3] == ['data.folds', 'val_loss']
            and ' ± ' in rows[1][2] and rows[1][-1] == '3/3 done',
            t.show(result))
    t.check('a run a fold', sorted(os.listdir('f'))[-4:] == [
        *(f'run-0001-seed-1-fold-{i}' for i in (1, 2, 3)), 'sweep.dnn'],
        os.listdir('f'))
    means = []
    for i in 1, 2, 3:
        lines = pathlib.Path(
            f'f/run-0001-seed-1-fold-{i}/history.csv').read_text().splitlines()
        at = lines[0].split(',').index('val_loss')
        means.append(min(float(line.split(',')[at]) for line in lines[1:]))
    mean = sum(means) / 3
    error = (sum((x - mean) ** 2 for x in means) / 2 / 3) ** 0.5
    came = [float(x) for x in rows[1][2].split(' ± ')]
    t.check('they are those of the folds', abs(came[0] - mean) < 1e-4
            and abs(came[1] - error) < 1e-4, f'{came} {mean} {error}')
    shutil.rmtree('f/run-0001-seed-1-fold-2')
    again = t.run('train', 'a.dnn', '--folds', '3', '--out', 'f')
    t.check('what is gone is trained again, to the same',
            '2 of 3 runs are there' in again.stderr
            and again.stdout == result.stdout, t.show(again))
    for words, text in {('--folds', '1'): "2 to 10000, not '1'",
                        ('--folds', '3', '--overwrite'): 'goes on with',
                        ('--folds', '900'): 'has no row'}.items():
        bad = t.run('train', 'a.dnn', *words, '--out', 'none')
        t.check(f'{words} is refused', bad.returncode in (1, 2)
                and text in bad.stderr, t.show(bad))
    both = t.run('sweep', 'a.dnn', '--folds', '2', '--over',
                 'optimizer.learning_rate=[0.1,0.01]', '--out', 'both')
    t.check('a sweep with folds', both.returncode == 0
            and [row[-1] for row in table(both)[1:]] == ['2/2 done'] * 2,
            t.show(both))


def test_plot():
    """After test_sweep: s has runs of two seeds each."""
    result = t.run('plot', 's/run-0001-seed-1', 's/run-0002-seed-1')
    t.check('runs of a sweep are called after their values', len(re.findall(
        r'>learning_rate=[^<,]*, batch_size=\d+<', result.stdout)) == 2,
        t.show(result))
    result = t.run('plot', 's/run-0001-seed-1', 's/run-0001-seed-2',
                   '--metric', 'accuracy')
    t.check('of one value by their folders, too', len(re.findall(
        r'>learning_rate=.*run-0001-seed-[12]<', result.stdout)) == 2
        and '>accuracy<' in result.stdout, t.show(result))
    pathlib.Path('labels.csv').write_text('shirt\ncoat\n')
    result = t.run('plot', 'labels.csv', 'f', 's/run-0001-seed-1')
    t.check('what is no run is left out of several', result.returncode == 0
            and result.stderr.count('dnnrun: left out: ') == 2
            and '<svg' in result.stdout, t.show(result))
    for words, code, text in (
            (['s/run-0001-seed-1', '--metric', 'acuracy'], 1,
             "no run has a column 'acuracy'; did you mean 'accuracy'"),
            (['labels.csv', 'f'], 1, 'history.csv')):
        bad = t.run('plot', *words)
        t.check(f'plot {words} is refused', bad.returncode == code
                and text in bad.stderr and not bad.stdout, t.show(bad))


def test_sweep_json():
    result = t.run('sweep', 'a.dnn', '--over', 'optimizer.learning_rate='
                   '0.1,1e5', '--over', 'optimizer.momentum=0,2',
                   '--by', 'val_accuracy', '--json', '--out', 'j', '--seed',
                   '5')
    t.good('sweep --json with runs that fail', result)
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    runs = [line for line in lines if line['event'] == 'run']
    rows = [line for line in lines if line['event'] == 'row']
    t.check('a run is an object', len(runs) == 4 and list(runs[0]) == [
        'event', 'run', 'seed', 'parameters', 'status', 'message', 'epoch',
        'val_accuracy', 'val_loss', 'out', 'seconds'] and all(
            run['seed'] == 5 for run in runs), t.show(result))
    t.check('and so is a row', [row['rank'] for row in rows] == [1, 2, 3, 4]
            and rows[0]['parameters'] == {'optimizer.learning_rate': '0.1',
                                          'optimizer.momentum': '0'}
            and rows[0]['val_accuracy'] > 0
            and rows[0]['val_accuracy_error'] is None, t.show(result))
    bad = [run for run in runs if run['status'] == 'failed']
    t.check('what is wrong is said in the row', len(bad) == 2 and all(
        'momentum must be' in run['message'] for run in bad), t.show(result))
    t.check('runs without an end stand behind, in their order',
            [row['status'] for row in rows] == ['done', 'failed', 'diverged',
                                                'failed'], t.show(result))
    again = t.run('sweep', 'a.dnn', '--over', 'optimizer.learning_rate='
                  '0.1,1e5', '--over', 'optimizer.momentum=0,2', '--by',
                  'val_accuracy', '--out', 'j', '--seed', '5')
    t.check('what failed is run again', '2 of 4 runs are there' in again.stderr
            and again.stderr.count('failed: ') == 2, t.show(again))


def children_of(pid):
    found = subprocess.run(['ps', '-o', 'pid=', '--ppid', str(pid)],
                           capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition() and time.monotonic() < end:
        time.sleep(0.02)
    return condition()


def test_interrupt():
    if shutil.which('ps') is None:
        t.skip('interrupting a sweep', 'there is no ps')
        return
    args = ['sweep', 'long.dnn', '--over', 'train.batch_size=8,16', '--jobs',
            '2', '--out', 'i']
    for how, code in ((signal.SIGINT, 130), (signal.SIGTERM, 130),
                      (signal.SIGKILL, -9)):
        sweep = subprocess.Popen([t.DNNRUN, *args], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        wait_for(lambda: len(children_of(sweep.pid)) == 2)
        children = children_of(sweep.pid)
        os.kill(sweep.pid, how)
        out, err = sweep.communicate(timeout=60)
        t.check(f'{how.name} ends the sweep', sweep.returncode == code
                and out == '' and len(children) == 2
                and ('goes on' in err) == (code == 130),
                f'{sweep.returncode} {err}')
        t.check('and its runs', wait_for(lambda: not any(
            os.path.exists(f'/proc/{child}/exe') for child in children)))
    other = t.run('sweep', 'long.dnn', '--over', 'train.batch_size=8,16',
                  '--out', 'i', '--set', 'train.epochs=1')
    t.check('its folder is not for another sweep', other.returncode == 2
            and 'holds a sweep' in other.stderr, t.show(other))


def test_sweep_errors():
    over = ['--over', 'train.batch_size=8,16']
    for name, code, piece, args in [
            ('no --over: 2', 2, 'a sweep needs --over', []),
            ('a range without --runs: 2', 2, '--runs N must say',
             ['--over', 'train.batch_size=8..16']),
            ('a range that is none: 2', 2, "not '9..8'",
             ['--over', 'train.batch_size=9..8', '--runs', '2']),
            ('an unknown section: 1', 1, "no section 'trian'",
             ['--over', 'trian.batch_size=9,8']),
            ('an unknown key: 1', 1, "did you mean 'batch_size'",
             ['--over', 'train.batch_siz=9,8']),
            ('a value that no run takes: 1', 1, "train.batch_size=0: ",
             ['--over', 'train.batch_size=0']),
            ('the seed: 2', 2, '--seeds N',
             ['--over', 'train.seed=1,2']),
            ('no runs: 2', 2, "--runs must be", over + ['--runs', '-1']),
            ('no seeds: 2', 2, "--seeds must be", over + ['--seeds', '0']),
            ('no jobs: 2', 2, "--jobs must be", over + ['--jobs', '-2']),
            ('no such column: 2', 2, "did you mean 'val_loss'",
             over + ['--by', 'val_los']),
            ('the folder of a run: 2', 2, "'b' holds a run",
             over + ['--out', 'b']),
            ('a folder below a file: 4', 4, 'x.npy/s',
             over + ['--out', 'x.npy/s'])]:
        t.bad(f'sweep: {name}', code, piece, args=['sweep', 'a.dnn', *args])
    result = t.run('sweep', 'a.dnn', '--over', 'optimizer.learning_rate=1e5,'
                   '1e6', '--set', 'model.layers=dense units=9 ! dense '
                   'units=9 ! dense units=4', '--set', 'data.targets=x.npy',
                   '--set', 'train.loss=mean_squared_error', '--set',
                   'train.metrics=', '--out', 'd')
    t.check('all diverge: 3', result.returncode == 3
            and result.stdout.count('0/1 diverged') == 2
            and "none of the '2' runs" in result.stderr, t.show(result))


TESTS = [test_lr_find, test_lr_find_json, test_apply, test_lr_find_errors,
         test_sweep, test_folds, test_plot, test_sweep_json, test_interrupt,
         test_sweep_errors]


def main():
    folder = tempfile.mkdtemp(prefix='dnn-test-')
    try:
        os.chdir(folder)
        write_data()
        for test in TESTS:
            print(f'# {test.__name__}')
            test()
    finally:
        os.chdir('/')
        shutil.rmtree(folder)
    return t.finish()


if __name__ == '__main__':
    sys.exit(main())
