#!/usr/bin/env python3
"""test-terminal - training as a terminal of any width shows it.

    test-terminal.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP.  A small terminal plays what is written: it knows newline, carriage
return, the end of a line and wrapping.
"""
import fcntl
import importlib.util
import os
import pathlib
import pty
import re
import struct
import sys
import tempfile
import termios

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

CLASSES = '''\
[data]
inputs = x.npy
targets = y.npy
validation_first = 12
[model]
layers = dense units=8 activation=relu ! dense units=3 activation=softmax
[train]
metrics = accuracy, top_k(k=2), f1
batch_size = 1
epochs = 4
[optimizer]
type = adam
'''
NUMBERS = '''\
[data]
inputs = x.npy
targets = y.npy
validation_first = 12
[model]
layers = dense units=1
[train]
loss = mean_squared_error
metrics = mean_absolute_error
batch_size = 1
epochs = 4
[optimizer]
type = adam
'''


def write_data():
    t.write_npy('x.npy', [(i * 7919 % 101) / 50 - 1 for i in range(60 * 4)],
                (60, 4))
    t.write_npy('y.npy', [i % 3 for i in range(60)], (60,), '<i4')
    pathlib.Path('classes.dnn').write_text(CLASSES)
    pathlib.Path('numbers.dnn').write_text(NUMBERS)


def set_columns(fd, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ,
                struct.pack('HHHH', 24, columns, 0, 0))


def show(name, columns, later=None, **env):
    """The output of dnnrun on a terminal of that width, which may change after
    the first bytes."""
    child, fd = pty.fork()
    if child == 0:
        for key in 'TERM', 'NO_COLOR':
            os.environ.pop(key, None)
        os.environ.update({'TERM': 'xterm', **env})
        set_columns(1, columns)
        os.execv(t.DNNRUN, [t.DNNRUN, 'train', name, '--out', 'run',
                            '--overwrite'])
    written = b''
    while True:
        try:
            some = os.read(fd, 65536)
        except OSError:  # the other end is closed
            break
        if not some:
            break
        written += some
        if later is not None:
            set_columns(fd, later)
    os.waitpid(child, 0)
    os.close(fd)
    return written.decode('utf-8')


def play(text, columns):
    """The rows that stand there, and how often one was full and wrapped."""
    rows, row, at, wraps = [], [], 0, 0
    text = re.sub('\033\\[[0-9;]*m', '', text)
    for part in re.findall('\033\\[K|.', text, re.S):
        if part == '\n':
            rows.append(''.join(row).rstrip())
            row, at = [], 0
        elif part == '\r':
            at = 0
        elif part == '\033[K':
            del row[at:]
        else:
            if at == columns:
                rows.append(''.join(row))
                row, at, wraps = [], 0, wraps + 1
            row[at:at + 1] = part
            at += 1
    return rows + [''.join(row)], wraps


def progress_of(text):
    """The progress of steps, without the lines that surround it."""
    return ''.join(re.findall('(?:\r[^\r\n]*)+\r?\n', text))


def test_widths():
    for name in 'classes.dnn', 'numbers.dnn':
        for columns in 10, 30, 60, 80, 200:
            text = progress_of(show(name, columns))
            rows, wraps = play(text, columns)
            lines = [row for row in rows if row]
            t.check(f'{name}: a line an epoch in {columns} columns',
                    wraps == 0 and len(lines) == 4
                    and all(row.startswith('48/48') for row in lines),
                    '\n'.join(rows))
            if columns == 200:
                t.check(f'{name}: all of it where there is room',
                        all('val_loss: ' in row and '━' * 20 in row
                            for row in lines), '\n'.join(rows))
            if columns >= 60:
                t.check(f'{name}: whole values in {columns} columns',
                        all(re.search(r': [-+.e0-9]+$', row)
                            for row in lines), '\n'.join(rows))


def test_change():
    text = show('classes.dnn', 200, later=40)
    rows, wraps = play(progress_of(text[text.index('Epoch 3/4'):]), 40)
    t.check('a terminal that becomes narrow: the line, too', wraps == 0,
            '\n'.join(rows))
    text = show('classes.dnn', 0)
    rows, wraps = play(progress_of(text), 80)
    t.check('a terminal without a width has 80 columns', wraps == 0,
            '\n'.join(rows))


def test_dumb():
    for env in {'TERM': 'dumb'}, {'TERM': ''}:
        text = show('classes.dnn', 60, **env)
        t.check(f'{env}: a line an epoch, as in a pipe', '\033' not in text
                and '\r' not in text.replace('\r\n', '')
                and text.count('Epoch 4/4 - ') == 1, text)
    text = show('classes.dnn', 80, NO_COLOR='1')
    t.check('NO_COLOR: a bar without colours', 'm' not in ''.join(
        re.findall('\033\\[[0-9;]*([A-Za-z])', text)) and '\r' in text, text)
    text = show('classes.dnn', 200)
    t.check('else it has some', '\033[32m' in text, text)


def test_small():
    pathlib.Path('small.dnn').write_text(
        NUMBERS.replace('units=1', 'units=1 kernel_initializer=zeros')
        + 'learning_rate = 1e-6\n')
    t.write_npy('y.npy', [1e-4 * (i % 3 + 1) for i in range(60)], (60,))
    result = t.run('train', 'small.dnn', '--out', 'small', '--quiet')
    told = dict(re.findall('^(\\w+): (\\S+)$', result.stdout, re.M))
    t.check('what is small is not shown as 0.0000', result.returncode == 0
            and 0 < float(told['loss']) < 1e-3 and '0.0000' not in
            result.stdout, t.show(result))
    result = t.run('evaluate', 'small/model.safetensors', '--split',
                   'validation')
    t.check('nor by evaluate', result.returncode == 0 and re.search(
        r'^loss: \d\.\d{4}e-\d\d$', result.stdout, re.M), t.show(result))


with tempfile.TemporaryDirectory() as scratch:
    os.chdir(scratch)
    write_data()
    test_widths()
    test_change()
    test_dumb()
    test_small()
    os.chdir('/')
sys.exit(t.finish())
