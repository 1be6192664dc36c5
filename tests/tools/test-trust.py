#!/usr/bin/env python3
"""test-trust - dnnrun train refuses what dnnrun check refuses, and says whose
fault it is when a plugin crashes, hangs or ends the program.

    test-trust.py DNNRUN LIBRARY PLUGINS INCLUDE CC

DNN_TEST_BAD_PLUGINS names the folder of the bad ones.  Prints TAP.
"""
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
INCLUDE, CC = sys.argv[4:6]
BAD = os.environ['DNN_TEST_BAD_PLUGINS']

EXPERIMENT = """[data]
format = npy
inputs = {0}/x.npy
targets = {0}/x.npy
[model]
layers = {1} name=h
[train]
epochs = 1
loss = mean_squared_error
[optimizer]
type = sgd
"""

# Each bad plugin, the exit code, and a piece of the sentence.
REFUSED = {
    'another_batch': (1, 'h: output 0 is (3, 4) and does not begin with the '
                         'batch, which is 2'),
    'two_of_a_name': (1, "h: it has two weights or buffers of the name "
                         "'scale'"),
    'names_path': (1, "h: it names a weight or buffer '../../etc/passwd'"),
    'weights_of_batch': (1, 'h: its weights or buffers depend on the batch'),
    'misspells_initializer': (1, "there is no initializer plugin 'zerros'"),
    'huge_weight': (1, 'h: a weight of 1.1e+12 numbers is too large'),
    'multiplies_in_build': (1, 'h: it calls gemm in build'),
    'declares_in_forward': (1, 'h: it calls set_output outside of build'),
    'ends_program': (1, 'dnnrun: layer h (ends_program) ends the program in '
                        'forward'),
    'ends_quickly': (1, 'dnnrun: layer h (ends_quickly) ends the program in '
                        'forward'),
    'leaves': (1, "leaves.so' calls '_exit', which ends the program without a "
                  'word'),
    'fills_stack': (-signal.SIGSEGV, 'dnnrun: layer h (fills_stack) crashes '
                                     '(Segmentation fault) in forward'),
    'crashes': (-signal.SIGSEGV, 'dnnrun: layer h (crashes) crashes '
                                 '(Segmentation fault) in forward'),
}
# Crashes that a sanitizer reports before dnnrun can, and its words.
SANITIZED = {'crashes': 'null pointer', 'fills_stack': 'stack-overflow'}

# Functions of what `dnnrun new` writes, each of which ends by itself in turn,
# and the line that names it.
ABORTS = {
    'layer': {'build': 'layer layer (acme.layer) * build',
              'forward': 'layer layer (acme.layer) * forward',
              'backward': 'layer layer (acme.layer) * backward'},
    # With the product that it is done to, and by itself.
    'activation': {'eval': 'layer dense (acme.activation) * eval',
                   'grad': 'layer dense (acme.activation) * grad'},
    'initializer': {'fill': 'initializer dense/kernel (acme.initializer) * '
                            'fill'},
    'optimizer': {'slots': 'optimizer acme.optimizer * slots',
                  'step': 'optimizer acme.optimizer * step'},
    'loss': {'build': 'loss acme.loss * build',
             'value': 'loss acme.loss * value',
             'gradient': 'loss acme.loss * gradient'},
    'metric': {'build': 'metric acme.metric * build',
               'update': 'metric acme.metric * update',
               'result': 'metric acme.metric * result'},
    'schedule': {'value': 'schedule acme.schedule * value'},
    'regularizer': {'penalty': 'regularizer dense/kernel (acme.regularizer) * '
                               'penalty'},
    'constraint': {'constrain': 'constraint dense/kernel (acme.constraint) * '
                                'constrain'},
    'parametrization': {
        'build': 'parametrization dense/kernel (acme.parametrization) * build',
        'forward': 'parametrization dense/kernel (acme.parametrization) * '
                   'forward',
        'backward': 'parametrization dense/kernel (acme.parametrization) * '
                    'backward'},
}


def command(folder, plugin):
    path = pathlib.Path(folder, f'{plugin}.dnn')
    path.write_text(EXPERIMENT.format(folder, plugin))
    return [DNNRUN, 'train', path, '--quiet', '--plugin-path', BAD,
            '--out', f'{folder}/{plugin}']


def test_refused(folder):
    for plugin, (code, piece) in REFUSED.items():
        result = subprocess.run(command(folder, plugin), text=True,
                                capture_output=True, timeout=60)
        seen = f'exit {result.returncode}\n{result.stderr}'
        sanitized = SANITIZED.get(plugin, piece) in result.stderr
        check(f'{plugin}: train says so', piece in result.stderr
              and result.returncode == code or sanitized
              and result.returncode != 0, seen)


def test_endless(folder):
    """The first signal waits, and says for whom; the second one ends it."""
    with subprocess.Popen(command(folder, 'endless_forward'), text=True,
                          stderr=subprocess.PIPE) as run:
        until = time.monotonic() + 60
        while (time.monotonic() < until and run.poll() is None
               and not pathlib.Path(folder, 'endless_forward').exists()):
            time.sleep(.05)
        time.sleep(1)
        run.send_signal(signal.SIGTERM)
        line = run.stderr.readline()
        check('a plugin that hangs is named after a signal',
              line == 'dnnrun: layer h (endless_forward) has not come back; a '
                      'second signal ends the run\n', line)
        run.send_signal(signal.SIGTERM)
        run.wait(timeout=60)
        check('and a second signal ends the run',
              run.returncode == -signal.SIGTERM, run.returncode)


def compile_with_abort(folder, name, function):
    """The plugin of a project, one function of which, if any, begins with
    abort."""
    text, n = (folder / f'{name}.c').read_text(encoding='utf-8'), 1
    if function is not None:
        text, n = re.subn(rf'^({function} \([^;{{}}]*\)\n{{\n)',
                          r'\1  abort ();\n', text, flags=re.M)
    (folder / 'aborts.c').write_text('#include <stdlib.h>\n' + text,
                                     encoding='utf-8')
    (folder / 'build').mkdir(mode=0o755, exist_ok=True)
    result = subprocess.run(
        [*shlex.split(CC), '-shared', '-fPIC', '-fvisibility=hidden', '-I',
         INCLUDE, '-o', folder / f'build/{name}.so', folder / 'aborts.c',
         '-lm'], capture_output=True, text=True)
    return n == 1 and result.returncode == 0


BEGINS = """#include <stdlib.h>
__attribute__ ((constructor)) static void
begin (void)
{
  %s;
}
"""


def test_loading(folder):
    """A plugin that ends the program when it is opened is named, too."""
    project = pathlib.Path(folder, 'acme.begins')
    subprocess.run([DNNRUN, 'new', 'layer', 'acme.begins', project, '--quiet'],
                   check=True)
    source = project / 'acme.begins.c'
    text = source.read_text(encoding='utf-8')
    for what, code, words in (
            ('exit (0)', 1, 'ends the program in loading'),
            ('abort ()', -signal.SIGABRT, 'crashes (Aborted) in loading')):
        source.write_text(BEGINS % what + text, encoding='utf-8')
        built = compile_with_abort(project, 'acme.begins', None)
        result = subprocess.run(
            [DNNRUN, 'train', 'train.dnn', '--quiet', '--plugin-path', 'build',
             '--overwrite'], cwd=project, text=True, capture_output=True,
            timeout=60)
        check(f'{what} in a constructor is named', built
              and result.returncode == code and 'dnnrun: plugin build/'
              in result.stderr and words in result.stderr,
              f'exit {result.returncode}\n{result.stderr}')


def test_aborts(folder):
    """Whichever function of whichever kind it is, it is named."""
    for kind, functions in ABORTS.items():
        name = f'acme.{kind}'
        project = pathlib.Path(folder, name)
        subprocess.run([DNNRUN, 'new', kind, name, project, '--quiet'],
                       check=True)
        for function, line in functions.items():
            line = 'dnnrun: ' + line.replace('*', 'crashes (Aborted) in') + '\n'
            built = compile_with_abort(project, name, function)
            result = subprocess.run(
                [DNNRUN, 'train', 'train.dnn', '--quiet', '--plugin-path',
                 'build', '--overwrite', '--threads', '1'], cwd=project,
                text=True, capture_output=True, timeout=60)
            check(f'{kind}: its {function} is named', built
                  and result.returncode == -signal.SIGABRT
                  and line in result.stderr,
                  f'exit {result.returncode}\n{result.stderr}')


def main():
    with tempfile.TemporaryDirectory() as folder:
        write_npy(f'{folder}/x.npy', [i % 7 - 3 for i in range(40)], (10, 4))
        test_refused(folder)
        test_endless(folder)
        test_loading(folder)
        test_aborts(folder)
    return finish()


if __name__ == '__main__':
    sys.exit(main())
