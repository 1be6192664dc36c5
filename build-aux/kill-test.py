#!/usr/bin/env python3
"""kill-test - a run that is killed at any instant goes on to the same bits.

    kill-test.py DNNRUN PLUGINS [KILLS]

Trains once without a break.  Then trains, killed by SIGKILL at random instants
and resumed, until that many have hit a living process (200 by default; beside
them, one signal in four is SIGTERM, which saves first), and compares what every
run leaves with the unbroken one: model.safetensors and best.safetensors byte
for byte, history.csv but for its seconds.  One in three waits for a temporary
file to appear, so that saves are hit, too.  Prints TAP.
"""
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from testing import write_classes

DNNRUN, PLUGINS = map(os.path.abspath, sys.argv[1:3])
KILLS = int(sys.argv[3]) if len(sys.argv) > 3 else 200
SEED = int(os.environ.get('KILL_TEST_SEED', '1'))
ROWS, COLUMNS, CLASSES = 1500, 12, 4
LIMIT = 120  # seconds that any one process may take

# Everything that remembers something from step to step.
EXPERIMENT = '''\
[data]
inputs = x.npy
targets = y.npy
validation_split = 0.2
standardize = true

[model]
layers = dense units=24 ! batch_normalization ! relu ! dropout rate=0.3
       ! dense units=16 activation=relu
       ! dense units=4 activation=softmax

[train]
metrics = accuracy, top_k(k=2), confusion_matrix
batch_size = 16

[optimizer]
type = adam
learning_rate = 0.003

[phase head]
epochs = 5
frozen = dense
callbacks = early_stopping(patience=4, restore_best=true)

[phase all]
epochs = 30
optimizer.global_clipnorm = 1
callbacks = early_stopping(patience=9, restore_best=true, average=2),
            reduce_lr_on_plateau(patience=1, factor=0.5)

[phase settle]
steps = 333
optimizer.type = sgd
optimizer.momentum = 0.9
optimizer.learning_rate = cosine_decay(initial_learning_rate=0.01)
optimizer.use_ema = true
optimizer.gradient_accumulation_steps = 3
'''
ENV = {**os.environ, 'DNN_PLUGIN_PATH': PLUGINS, 'OPENBLAS_NUM_THREADS': '1'}


def begin(folder, numbers):
    """A process that begins the run, or goes on with it."""
    if os.path.exists(f'{folder}/model.safetensors'):
        args = ['--resume', folder]
    else:
        args = ['e.dnn', '--out', folder, '--overwrite']
    return subprocess.Popen(
        [DNNRUN, 'train', *args, '--checkpoint-every',
         str(numbers.randint(1, 9)), '--threads', str(numbers.randint(1, 3)),
         '--quiet'], env=ENV, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True)


def is_saving(folder):
    try:
        return any(n.endswith('.partial') for n in os.listdir(folder))
    except FileNotFoundError:
        return False


def wait_for_instant(process, folder, numbers, span):
    """Until it is time to kill."""
    end = time.monotonic() + numbers.uniform(0, span)
    while process.poll() is None and time.monotonic() < end:
        time.sleep(0.0005)
    if numbers.randrange(3) == 0:
        end = time.monotonic() + 0.05
        while (process.poll() is None and time.monotonic() < end
               and not is_saving(folder)):
            pass


def end_of(process):
    try:
        text = process.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        text = process.communicate()[0] + 'killed: it took too long'
    return process.returncode, text


def break_off(folder, numbers, span):
    """Kills once; what became of it: 'done', 'killed', 'saving' (killed while
    it wrote a file), 'stopped', or what went wrong."""
    process = begin(folder, numbers)
    wait_for_instant(process, folder, numbers, span)
    which = signal.SIGTERM if numbers.randrange(4) == 0 else signal.SIGKILL
    process.send_signal(which)
    code, text = end_of(process)
    if code == 0:
        return 'done'
    if code == 130:
        return 'stopped'
    if code == -which:
        return 'saving' if is_saving(folder) else 'killed'
    return f'exit {code}: {text}'


def without_seconds(path):
    return [line.rsplit(',', 1)[0]
            for line in pathlib.Path(path).read_text().splitlines()]


def compare(folder):
    """Files other than the unbroken run's, and files left half written."""
    wrong = [name for name in ('model.safetensors', 'best.safetensors')
             if pathlib.Path(f'whole/{name}').read_bytes()
             != pathlib.Path(f'{folder}/{name}').read_bytes()]
    if (without_seconds('whole/history.csv')
            != without_seconds(f'{folder}/history.csv')):
        wrong.append('history.csv')
    wrong += [n for n in os.listdir(folder) if n.endswith('.partial')]
    return wrong


def count_kills(kinds):
    """Those by SIGKILL."""
    return len(kinds) - kinds.count('stopped')


def train_broken(folder, numbers, span, left):
    """Trains to the end, with at most `left` kills.  Returns how every process
    ended, and what went wrong or None."""
    kinds = []
    while True:
        if count_kills(kinds) >= left:
            span = LIMIT
        kind = break_off(folder, numbers, span)
        if kind == 'done':
            return kinds, compare(folder) or None
        if kind not in ('killed', 'saving', 'stopped'):
            return kinds, kind
        kinds.append(kind)


def main():
    start = time.monotonic()
    write_classes(ROWS, COLUMNS, CLASSES, EXPERIMENT)
    begun = time.monotonic()
    code, text = end_of(subprocess.Popen(
        [DNNRUN, 'train', 'e.dnn', '--out', 'whole', '--quiet'], env=ENV,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True))
    if code != 0:
        print(f'Bail out! exit {code}: {text}')
        return 1
    took = time.monotonic() - begun
    numbers = random.Random(SEED)
    n_runs = n_failed = 0
    all_kinds = []
    while count_kills(all_kinds) < KILLS:
        n_runs += 1
        folder = f'run{n_runs}'
        kinds, wrong = train_broken(folder, numbers, took,
                                    KILLS - count_kills(all_kinds))
        all_kinds += kinds
        n_failed += wrong is not None
        print(f'{"not " if wrong else ""}ok {n_runs} - {len(kinds)} signals, '
              'the same bits')
        if wrong:
            print(f'#   {wrong}')
            if not kinds and not isinstance(wrong, list):
                break
        else:
            shutil.rmtree(folder)
        sys.stdout.flush()
    print(f'1..{n_runs}')
    print(f'# {count_kills(all_kinds)} by SIGKILL, of which '
          f'{all_kinds.count("saving")} within a save; '
          f'{all_kinds.count("stopped")} by SIGTERM, seed {SEED}, '
          f'{time.monotonic() - start:.0f} s')
    return n_failed > 0


with tempfile.TemporaryDirectory() as scratch:
    os.chdir(scratch)
    status = main()
    os.chdir('/')
sys.exit(status)
