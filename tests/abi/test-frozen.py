#!/usr/bin/env python3
"""test-frozen - plugins of every kind, made for a frozen header, train.

    test-frozen.py DNNRUN CC FOLDER|FREEZE

FOLDER has the built plugins of one minor.  FREEZE is build-aux/freeze-abi.py:
what it would freeze now is compiled and tried, before it is done.  Prints TAP.
"""
import importlib.util
import os
import pathlib
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
DNNRUN, CC, WHAT = sys.argv[1:4]
TOOLS = pathlib.Path(__file__).resolve().parent.parent / 'tools'
# Arguments of test-dnnrun.py.
sys.argv[1:] = [DNNRUN, '.', '.', '.', CC]
spec = importlib.util.spec_from_file_location('dnnrun_test',
                                              TOOLS / 'test-dnnrun.py')
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

EXPERIMENT = '''\
[data]
inputs = data/inputs.npy
targets = data/targets.npy
validation_split = 0.25
[model]
layers = dense units=16 kernel_initializer=frozen.initializer
       ! frozen.layer activation=frozen.activation(beta=2)
       ! dense units=1 activation=sigmoid
[train]
loss = frozen.loss(delta=0.5)
metrics = frozen.metric(tolerance=0.4), accuracy
batch_size = 16
epochs = 60
[optimizer]
type = frozen.optimizer
learning_rate = frozen.schedule(initial=2, factor=0.8, steps=200)
'''


def freeze_now():
    """The folder of what is compiled from what would be frozen."""
    minor = re.search(r'ABI 1\.(\d+)', t.run('--version').stdout)[1]
    result = subprocess.run(
        [sys.executable, WHAT, minor, '--into', 'frozen'],
        capture_output=True, text=True)
    if not t.check('it can be frozen', result.returncode == 0, t.show(result)):
        return None
    folder, built = pathlib.Path('frozen', f'1.{minor}'), pathlib.Path('built')
    built.mkdir(mode=0o755)
    for source in sorted(folder.glob('*.c')):
        result = subprocess.run(
            [*shlex.split(CC), '-std=c11', '-O1', '-shared', '-fPIC', '-Wall',
             '-Werror', '-I', folder / 'include', '-o',
             built / f'{source.stem}.so', source, '-lm'],
            capture_output=True, text=True)
        t.check(f'{source.stem} compiles with the frozen header',
                result.returncode == 0, t.show(result))
    result = subprocess.run(
        [sys.executable, WHAT, minor, '--into', 'frozen'],
        capture_output=True, text=True)
    t.check('it is frozen once', result.returncode == 1
            and 'is there already' in result.stderr, t.show(result))
    result = subprocess.run(
        [sys.executable, WHAT, '99', '--into', 'frozen'],
        capture_output=True, text=True)
    t.check('a minor that the header is not', result.returncode == 1
            and f'is of minor {minor}, not 99' in result.stderr,
            t.show(result))
    return built


def test_frozen():
    folder = WHAT if os.path.isdir(WHAT) else freeze_now()
    if folder is None:
        return
    result = t.run('plugins', '--plugin-path', folder)
    t.check('every kind is listed, and none refused',
            len(re.findall(r'^\w+ +frozen\.', result.stdout, re.M)) == (7 if folder == WHAT else 16)
            and 'refused' not in result.stdout, t.show(result))
    t.good('data', t.run('new', 'layer', 'acme.any', 'data', '--quiet'))
    pathlib.Path('all.dnn').write_text(EXPERIMENT)
    result = t.run('train', 'all.dnn', '--plugin-path', folder, '--quiet')
    if t.good('a network of all kinds trains', result):
        accuracy = float(re.search(r'^val_accuracy: (.*)', result.stdout,
                                   re.M)[1])
        t.check('and learns', accuracy > 0.8, t.show(result))


if __name__ == '__main__':
    sys.exit(t.run_tests([test_frozen]))
