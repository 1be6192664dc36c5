#!/usr/bin/env python3
"""test-limits - dnnrun where the machine has no memory, no threads, no room on
the standard output, or another locale; and where nothing can be learnt.

    test-limits.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP.  Everything is written to a folder that is removed at the end.
"""
import importlib.util
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

EXPERIMENT = '''\
[data]
inputs = x.npy
targets = y.npy
validation_first = 12

[model]
layers = dense units=8 activation=relu ! dense units=3 activation=softmax

[train]
metrics = accuracy
epochs = 3

[optimizer]
type = adam
'''
WIDE = EXPERIMENT.replace('units=8 activation=relu',
                          'units=1000000 ! dense units=1000000')
MEGABYTE = 1 << 20


def write_data():
    t.write_npy('x.npy', [(i * 7919 % 101) / 50 - 1 for i in range(60 * 4)],
                (60, 4))
    t.write_npy('y.npy', [i % 3 for i in range(60)], (60,), '<i4')
    pathlib.Path('e.dnn').write_text(EXPERIMENT)
    pathlib.Path('wide.dnn').write_text(WIDE)


def run_within(megabytes, *args, **env):
    """With that much address space; OpenBLAS may make as many threads as it
    likes."""
    limit = megabytes * MEGABYTE
    env = {k: v for k, v in {**os.environ, **env}.items()
           if k != 'OPENBLAS_NUM_THREADS'}
    return subprocess.run(
        [t.DNNRUN, *args], capture_output=True, text=True, timeout=60, env=env,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS,
                                              (limit, limit)))


def test_memory():
    if run_within(1000, '--version').returncode != 0:
        t.skip('limits of address space', 'a sanitizer needs more')
        return
    for megabytes in 60, 80, 100, 150:
        result = run_within(megabytes, '--version')
        t.check(f'--version within {megabytes} MB', result.returncode == 0,
                t.show(result))
    result = run_within(50, 'train', 'e.dnn', '--out', 'small', '--quiet')
    t.check('train without memory for OpenBLAS: a sentence',
            result.returncode == 4 and result.stderr.count('\n') == 1
            and 'OpenBLAS cannot be used' in result.stderr, t.show(result))
    for threads in '2', '1024':
        result = run_within(150, 'train', 'e.dnn', '--out', f'few-{threads}',
                            '--quiet', '--threads', threads)
        t.check(f'train with {threads} threads within 150 MB',
                result.returncode == 0, t.show(result))
    t.check('fewer threads than asked for: a sentence',
            'of 1024 threads; going on with these' in result.stderr,
            t.show(result))
    t.check('and the same bits', all(
        pathlib.Path(f'few-{n}/model.safetensors').read_bytes()
        == pathlib.Path('few-2/model.safetensors').read_bytes()
        for n in ('2', '1024')))


def test_wide():
    result = t.run('summary', '--memory', 'wide.dnn')
    t.check('summary --memory of a model that does not fit',
            result.returncode == 0 and '3.64 TB' in result.stdout
            and 'that does not fit: this machine has' in result.stdout,
            t.show(result))
    result = t.run('summary', 'wide.dnn')
    t.check('summary of it', result.returncode == 0
            and 'Total params: 1,000,009,000,003' in result.stdout,
            t.show(result))
    result = t.run('check', 'wide.dnn')
    t.check('check of it', result.returncode == 0
            and 'it does not fit: ' in result.stdout + result.stderr,
            t.show(result))
    result = t.run('train', 'wide.dnn')
    t.check('train refuses it', result.returncode == 4
            and 'there is no memory for 4000000000000 bytes; dnnrun summary '
            '--memory tells what is needed' in result.stderr, t.show(result))


def test_locale():
    name = 'de_DE.UTF-8'
    made = shutil.which('localedef') and subprocess.run(
        ['localedef', '-i', 'de_DE', '-f', 'UTF-8', f'./{name}'],
        capture_output=True).returncode == 0
    if not made:
        t.skip('decimal dots in another locale', 'localedef cannot make one')
        return
    env = {**os.environ, 'LOCPATH': os.getcwd(), 'LC_ALL': name}
    comma = subprocess.run(['awk', 'BEGIN { printf "%.1f", 0.5 }'], env=env,
                           capture_output=True, text=True)
    for args in (['train', 'e.dnn', '--out', 'de', '--overwrite'],
                 ['evaluate', 'de/model.safetensors'], ['data', 'e.dnn'],
                 ['sweep', 'e.dnn', '--over', 'optimizer.learning_rate='
                  '0.01,0.1', '--out', 'de-sweep', '--quiet']):
        one = subprocess.run([t.DNNRUN, *args], env=env, capture_output=True,
                             text=True, timeout=120)
        text = one.stdout + one.stderr
        t.check(f'{args[0]}: dots where the locale has {comma.stdout}',
                one.returncode == 0 and '0.' in text
                and not any(f'{a},{b}' in text for a in '0123456789'
                            for b in '0123456789'), t.show(one))


def test_void():
    """Settings of which each is right, and with which nothing is learnt."""
    for setting, code, piece in (
            ('train.frozen=*', 0, 'warning: phase train: no weight trains: '
             'frozen = *'),
            ('optimizer.gradient_accumulation_steps=1000', 0,
             'no update is made: 1000 batches are accumulated, and it has 6'),
            ('data.scale=0', 1, "scale '0' would make every input 0"),
            ('optimizer.clipnorm=0', 1, "clipnorm '0' would clip every"),
            ('train.class_weight=0:0, 1:0, 2:0', 1,
             "is 0 for every class, so that nothing counts")):
        result = t.run('train', 'e.dnn', '--out', 'void', '--overwrite',
                       '--quiet', '--set', setting)
        t.check(setting, result.returncode == code
                and piece in result.stderr, t.show(result))
    pathlib.Path('frozen.dnn').write_text(
        EXPERIMENT.replace('[train]', '[train]\nfrozen = *'))
    result = t.run('lr-find', 'frozen.dnn', '--out', 'l.svg', '--quiet')
    t.check('lr-find where nothing trains', result.returncode == 1
            and "no weight trains (frozen is '*')" in result.stderr
            and not os.path.exists('l.svg'), t.show(result))
    result = t.run('train', 'e.dnn', '--out', 'fine', '--quiet')
    t.check('and no word where something does', result.stderr == '',
            t.show(result))


def test_output():
    begun = time.monotonic()
    with open('/dev/full', 'wb') as full:
        result = subprocess.run(
            [t.DNNRUN, 'train', 'e.dnn', '--epochs', '100000', '--out', 'full',
             '--json'], stdout=full, stderr=subprocess.PIPE, text=True,
            timeout=60)
    t.check('a full standard output: its own reason, at the first line',
            result.returncode == 4 and 'cannot write to the standard output: '
            'No space left on device' in result.stderr
            and time.monotonic() - begun < 30, result.stderr)
    t.check('and the run is saved', '--resume full' in result.stderr
            .replace("'", ''), result.stderr)
    with subprocess.Popen([t.DNNRUN, 'train', 'e.dnn', '--epochs', '100000',
                           '--out', 'closed', '--json'], text=True,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as process:
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        code = process.wait(60)
    t.check('a reader that has gone: saved, and a sentence', code == 4
            and 'Broken pipe' in said and '--resume' in said
            and not os.path.exists('closed/control.sock'), f'{code}: {said}')


with tempfile.TemporaryDirectory() as scratch:
    os.chdir(scratch)
    write_data()
    test_memory()
    test_wide()
    test_locale()
    test_output()
    test_void()
    os.chdir('/')
sys.exit(t.finish())
