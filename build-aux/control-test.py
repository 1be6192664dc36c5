#!/usr/bin/env python3
"""control-test - a run that is steered while it trains, by friends and others.

    control-test.py DNNRUN PLUGINS CC [COMMANDS]

A run is begun with sgd and switched to adam, then to a third party's optimizer
that is built meanwhile, without a restart; then it gets random commands (200 by
default): good ones, wrong values, half lines, binary rubbish, very long lines,
many connections at once.  In the middle it is killed and resumed.  Every answer
is looked at.  In the end the run must be what its written experiment says:
trained from the start, that gives the same bits.  Prints TAP.
"""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time

from testing import check, finish, write_classes

DNNRUN, PLUGINS = map(os.path.abspath, sys.argv[1:3])
CC = sys.argv[3]
COMMANDS = int(sys.argv[4]) if len(sys.argv) > 4 else 200
SEED = int(os.environ.get('CONTROL_TEST_SEED', '0')) or random.randrange(1, 2**31)
TOP = pathlib.Path(__file__).resolve().parent.parent
ROWS, COLUMNS, CLASSES = 2000, 12, 4
LIMIT = 60  # seconds that any one thing may take
ENV = {**os.environ, 'DNN_PLUGIN_PATH': PLUGINS, 'OPENBLAS_NUM_THREADS': '1'}

EXPERIMENT = '''\
[data]
inputs = x.npy
targets = y.npy
validation_split = 0.1

[model]
layers = dense units=64 activation=relu ! dropout rate=0.2
       ! dense units=48 activation=relu name=middle
       ! dense units=4 activation=softmax

[train]
metrics = accuracy
batch_size = 4
epochs = 100000
callbacks = reduce_lr_on_plateau(patience=2)

[optimizer]
type = sgd
momentum = 0.9
learning_rate = 0.01
'''

numbers = random.Random(SEED)
begun = []  # processes that train


# --- the run ----------------------------------------------------------------

def begin(*args):
    process = subprocess.Popen(
        [DNNRUN, 'train', *args, '--quiet'], env=ENV, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    begun.append(process)
    end = time.monotonic() + LIMIT
    while process.poll() is None and time.monotonic() < end:
        try:
            connect().close()
            break
        except OSError:
            time.sleep(0.01)
    return process


def end_of(process):
    try:
        text = process.communicate(timeout=LIMIT)[0]
    except subprocess.TimeoutExpired:
        process.kill()
        text = process.communicate()[0] + 'killed: it took too long'
    return process.returncode, text


def control(*words):
    result = subprocess.run([DNNRUN, 'control', 'run', *words, '--json'],
                            env=ENV, capture_output=True, text=True,
                            timeout=LIMIT)
    return result.returncode, result.stdout + result.stderr


def status():
    return json.loads(control('status')[1])


# --- bytes on the socket ----------------------------------------------------

def connect():
    s = socket.socket(socket.AF_UNIX)
    s.connect('run/control.sock')  # waits while very many do
    s.settimeout(LIMIT)
    return s


def receive(s):
    """All lines until the run closes or is silent for a moment."""
    data = b''
    s.settimeout(2)
    try:
        while not data.endswith(b'\n'):
            piece = s.recv(1 << 16)
            if not piece:
                break
            data += piece
    except (TimeoutError, ConnectionError):
        pass
    return data.decode()


def talk(data):
    """The answer to these bytes."""
    with connect() as s:
        try:
            s.sendall(data)
        except ConnectionError:
            pass
        return receive(s)


def is_refused(text):
    lines = [json.loads(line) for line in text.splitlines()]
    return bool(lines) and not lines[-1]['ok'] and lines[-1]['error'] != ''


# --- commands ---------------------------------------------------------------

def set_good():
    rate = 10 ** numbers.uniform(-4, -2)
    words = numbers.choice([
        [f'optimizer.learning_rate={rate}'],
        [f'train.batch_size={numbers.randint(3, 9)}'],
        ['frozen=middle'], ['frozen='], ['trainable=*'],
        ['optimizer.type=sgd', f'optimizer.learning_rate={rate}'],
        ['optimizer.type=adam', f'optimizer.learning_rate={rate}',
         'optimizer.global_clipnorm=1'],
        ['optimizer.type=rmsprop', f'optimizer.learning_rate={rate / 10}'],
        ['optimizer.type=acme.lamb', f'optimizer.learning_rate={rate}'],
        ['shuffle=false'], ['shuffle=true'],
    ])
    code, text = control('set', *words)
    return code == 0 and json.loads(text)['change'] != '', (words, text)


def set_bad():
    words = numbers.choice([
        ['optimizer.type=adamm'], ['optimizer.learning_rate=-1'],
        ['train.batch_size=0'], ['frozen=nothing'], ['train.seed=2'],
        ['data.scale=2'], ['model.layers=relu'], ['epochs'], ['=1'],
        ['callbacks=x'], ['loss=mean_squared_error', 'batch_size=none'],
        ['metrics=accuracy'], ['optimizer.type=adam', 'optimizer.beta_1=7'],
        ['learning_rate=0.1'], ['frozen=#'], ['optimizer.type=../x'],
        ['epochs=1', 'steps=1'],
    ])
    code, text = control('set', *words)
    return code in (1, 2), (words, code, text)


def pause_and_resume():
    code, text = control('pause')
    before = status()
    time.sleep(0.02)
    after = status()
    good = (code == 0 and before['state'] == 'paused'
            and before['step'] == after['step'])
    if numbers.random() < 0.5:
        good = set_good()[0] and good
    return control('resume')[0] == 0 and good, (text, before, after)


def save():
    code, text = control('checkpoint')
    answer = json.loads(text)
    return code == 0 and answer['step'] == answer['saved_step'], text


def look():
    answer = status()
    return answer['ok'] and answer['state'] == 'training', answer


def half_line():
    with connect() as s:
        s.sendall(numbers.choice([b'sto', b'set optimizer.type=', b'stop']))
        if numbers.random() < 0.5:
            s.shutdown(socket.SHUT_WR)
    return True, ''


def rubbish():
    data = numbers.randbytes(numbers.randint(1, 3000))
    text = talk(data + b'\n')
    return is_refused(text), text


def long_line():
    text = talk(b'set frozen=' + b'x' * numbers.randint(1 << 16, 1 << 20))
    return is_refused(text) and '64 KiB' in text, text[:200]


def many_connections():
    sockets = [connect() for _ in range(numbers.randint(20, 80))]
    answer = status()
    for s in sockets:
        s.close()
    return answer['ok'], answer


def many_lines():
    text = talk(b'status\nstap\n\nstatus "\nstatus x\npause\nresume\n')
    time.sleep(0.05)
    return status()['state'] == 'training', text


def byte_by_byte():
    with connect() as s:
        for byte in b'status\n':
            s.sendall(bytes([byte]))
            time.sleep(0.002)
        text = receive(s)
    return json.loads(text)['ok'], text


def deaf():
    """Asks much and reads nothing."""
    with connect() as s:
        s.settimeout(0.05)
        try:
            for _ in range(200):
                s.sendall(b'status\n' * 50)
        except (TimeoutError, ConnectionError):
            pass
    return True, ''


KINDS = [set_good] * 5 + [set_bad] * 3 + [
    pause_and_resume, save, look, half_line, rubbish, long_line,
    many_connections, many_lines, byte_by_byte, deaf]


# --- the test ---------------------------------------------------------------

def switch_optimizers():
    code, text = control('set', 'optimizer.type=adam',
                         'optimizer.learning_rate=1e-3')
    check('sgd -> adam', code == 0 and 'begin anew' in text, text)
    code, text = control('set', 'optimizer.type=acme.lamb')
    check('a plugin that is not there is refused', code == 1, text)
    os.mkdir('own')
    subprocess.run(
        [CC, '-shared', '-fPIC', '-O2', '-fvisibility=hidden',
         f'-I{TOP}/include', '-o', 'own/acme.lamb.so',
         f'{TOP}/examples/third-party/acme.lamb.c', '-lm'], check=True)
    code, text = control('set', 'optimizer.type=acme.lamb',
                         'optimizer.learning_rate=0.002', '--plugin-path',
                         'own')
    check('adam -> a third party\'s that was built meanwhile',
          code == 0 and 'slots kept: ' in text, text)


def steer(n):
    """Random commands; the names of those that went wrong."""
    kinds = {}
    for _ in range(n):
        kind = numbers.choice(KINDS)
        time.sleep(numbers.uniform(0, 0.03))
        good, detail = kind()
        kinds[kind.__name__] = kinds.get(kind.__name__, 0) + 1
        if not good:
            check(kind.__name__, False, detail)
    return kinds


def kill_and_resume(process):
    control('set', 'train.batch_size=6')
    process.send_signal(signal.SIGKILL)
    end_of(process)
    process = begin('--resume', 'run', '--plugin-path', 'own')
    time.sleep(0.1)
    text = pathlib.Path('run/experiment.dnn').read_text()
    check('killed after an answer, it goes on with what was set',
          process.poll() is None and 'batch_size = 6' in text, text)
    return process


def compare():
    code, text = end_of(subprocess.Popen(
        [DNNRUN, 'train', 'run/experiment.dnn', '--out', 'again', '--quiet',
         '--plugin-path', 'own'], env=ENV, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True))
    check('the written experiment trains from the start', code == 0, text)
    for name in ('model.safetensors', 'best.safetensors', 'experiment.dnn'):
        check(f'{name}: the same bits',
              pathlib.Path(f'run/{name}').read_bytes()
              == pathlib.Path(f'again/{name}').read_bytes())


def main():
    start = time.monotonic()
    write_classes(ROWS, COLUMNS, CLASSES, EXPERIMENT)
    process = begin('e.dnn', '--out', 'run')
    check('0600', os.stat('run/control.sock').st_mode & 0o777 == 0o600)
    switch_optimizers()
    kinds = steer(COMMANDS // 2)
    if check('it lives', process.poll() is None,
             process.poll() is not None and end_of(process)):
        process = kill_and_resume(process)
    for name, n in steer(COMMANDS - COMMANDS // 2).items():
        kinds[name] = kinds.get(name, 0) + n
    code, text = control('set', 'epochs=2')
    check('the end is set', code == 0, text)
    code, text = end_of(process)
    check('it ends well', code == 0, text)
    check('the socket is gone', not os.path.exists('run/control.sock'))
    compare()
    code = finish()
    steps = pathlib.Path('run/experiment.dnn').read_text().count('[phase ')
    print(f'# {sum(kinds.values())} commands: {kinds}; {steps} phases; seed '
          f'{SEED}, {time.monotonic() - start:.0f} s')
    return code


with tempfile.TemporaryDirectory() as scratch:
    os.chdir(scratch)
    try:
        result = main()
    finally:
        for left in begun:
            left.kill()
            left.wait()
        os.chdir('/')
sys.exit(result)
