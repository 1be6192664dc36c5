#!/usr/bin/env python3
"""test-blocks - experiments with blocks and names of layers that are wrong:
each is refused with its place, the value, what would be right, and the exit
code; and the example of examples/blocks trains.

    test-blocks.py DNNRUN ...

Prints TAP.
"""
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])

BLOCK = '[block res]\nunits = required\nlayers = dense units=$units ! relu\n'
PAIR = '[block pair]\nlayers = add input=input:0,input:1\n'
REST = '[train]\nloss = mean_squared_error\n[optimizer]\ntype = sgd\n'


def model(layers):
    return f'[model]\ninput_shape = 4\nlayers = {layers}\n'


def chain_of_blocks(n):
    """b1 is a layer, and each other block holds the one before."""
    blocks = ['[block b1]\nlayers = relu\n']
    blocks += [f'[block b{i}]\nlayers = b{i - 1}\n' for i in range(2, n + 1)]
    return ''.join(blocks)


# name: (text, line, value, remedy); all end with exit code 1.
WRONG = {
    # names of layers
    'name-empty-part': (model('dense units=4 name=a//b'), 3, "'a//b'",
                        'no part between slashes empty'),
    'name-leading-slash': (model('relu name=/a'), 3, "'/a'",
                           'no part between slashes empty'),
    'name-input-inside': (model('relu name=a/input'), 3, "'a/input'",
                          "'input', 'optimizer'"),
    'name-target': (model('relu name=target'), 3, "'target'",
                    "'checkpoint' or 'target'"),
    'name-checkpoint': (model('relu name=checkpoint/x'), 3, "'checkpoint/x'",
                        "no part between slashes"),
    'name-dollar': (model("relu name='a$b'"), 3, "'a$b'", 'must be of a-z'),
    'name-of-section': ('[layer A b]\ntype = relu\n[model]\ninput_shape = 4\n',
                        1, "'A b'", 'must be of a-z'),
    'name-long': (model('relu name=' + 'a' * 1001), 3, 'a' * 1001,
                  'at most 1000'),
    # sections
    'no-name': ('[block]\nlayers = relu\n' + model('relu'), 1, "'block'",
                'must have a name'),
    'twice': (BLOCK + BLOCK + model('relu'), 4, "'block res'",
              'its first is at line 1'),
    'capital': ('[block Res]\nlayers = relu\n' + model('relu'), 1, "'Res'",
                'of a-z, 0-9 and'),
    'digit-first': ('[block 2d]\nlayers = relu\n' + model('relu'), 1, "'2d'",
                    'begin with a letter'),
    'reserved': ('[block input]\nlayers = relu\n' + model('relu'), 1,
                 "'input'", 'not be'),
    'plugin': ('[block dense]\nlayers = relu\n' + model('relu'), 1, "'dense'",
               "choose another, as 'dense_block'"),
    'activation': ('[block relu]\nlayers = dense units=4\n'
                   + model('dense units=4'), 1, "'relu'", 'choose another'),
    'no-layers': ('[block res]\nunits = 4\n' + model('relu'), 1,
                  '[block res]', 'layers must be given: the chain'),
    'open-chain': ('[block res]\nlayers = relu !\n' + model('relu'), 2, "'!'",
                   'a layer must stand before and after'),
    'parameter-reserved': ('[block res]\nrepeat = 2\nlayers = relu '
                           'name=a$repeat\n' + model('relu'), 2, "'repeat'",
                           'not \'name\', \'input\''),
    'parameter-dot': ('[block res]\na.b = 2\nlayers = relu\n' + model('relu'),
                      2, "'a.b'", 'must be of a-z, 0-9'),
    'parameter-unused': ('[block res]\nunits = 2\nlayers = relu\n'
                         + model('relu'), 2, "'units'", "must have '$units'"),
    'default-refers': ('[block res]\na = 2\nb = $a\nlayers = dense units=$a '
                       'name=n$b\n' + model('relu'), 3, "'$a'",
                       "a value without '$'"),
    'unknown-in-chain': ('[block res]\nunits = 2\nlayers = dense units=$units\n'
                         '       ! dense units=$unit\n' + model('relu'), 4,
                         "'$unit'", "did you mean 'units'"),
    'none-in-chain': ('[block res]\nlayers = dense units=$units\n'
                      + model('relu'), 2, "'$units'", "'NAME = required'"),
    'lone-dollar': ('[block res]\nlayers = dense units=$\n' + model('relu'), 2,
                    "'$'", "a dollar is '$$'"),
    'open-brace': ('[block res]\nn = 1\nlayers = dense units=${n\n'
                   + model('relu'), 3, "'${n'", "'${units}'"),
    # uses
    'unknown-parameter': (BLOCK + model('res units=4 unit=3'), 6, "'unit'",
                          'the block takes units, name, input, repeat, '
                          'trainable'),
    'activation-of-block': (BLOCK + model('res units=4\n ! res units=4 '
                                          'activation=relu'), 7,
                            "'activation'", 'the block takes'),
    'required': (BLOCK + model('relu ! res'), 6, "'units'",
                 "as in 'res units=...'"),
    'repeat-zero': (BLOCK + model('res units=4 repeat=0'), 6, "'0'",
                    'from 1 to 10000'),
    'repeat-word': (BLOCK + model('res units=4 repeat=twice'), 6, "'twice'",
                    'a whole number'),
    'trainable': (BLOCK + model('res units=4 trainable=no'), 6, "'no'",
                  'true or false'),
    'misspelt': (BLOCK + model('ress units=4'), 6, "'ress'",
                 "did you mean 'res'"),
    'number': (BLOCK + model('res units=some'), 3, "'some'",
               'a whole number from 1'),
    'quotient': ('[block h]\nn = 3\nlayers = dense units=$n/2\n' + model('h'),
                 3, "'3/2'", 'a whole number from 1'),
    'overflow': ('[block h]\nn = 4611686018427387904\nlayers = dense '
                 'units=4*$n\n' + model('h'), 3, "'4*4611686018427387904'",
                 'more than a whole number can be'),
    'word-stays-one': (BLOCK + model("res 'units=4 ! relu'"), 3, "'4 ! relu'",
                       'a whole number from 1'),
    'type-value': ('[block t]\nact = required\nlayers = $act\n'
                   + model('t act=a=b'), 3, "'a=b'", 'name(key=value'),
    'within-itself': ('[block a]\nlayers = relu ! a\n' + model('a'), 2,
                      "'a' is within itself", 'others only'),
    'circle': ('[block a]\nlayers = b\n[block b]\nlayers = a\n' + model('a'),
               4, "'a' is within itself, by 'b'", 'others only'),
    'too-deep': (chain_of_blocks(17) + model('b17'), 4, "'b1'",
                 'more than 16 blocks deep'),
    'too-many': ('[block a]\nlayers = relu ! relu\n'
                 + model('a repeat=5000\n  ! a'), 2, "'a_5000/relu'",
                 'more than 10000'),
    'too-large': ('[block a]\nx = 1\nlayers = relu name=' + '$x' * 6 + '\n'
                  + model('a x=' + 'y' * 200), 3, "'yyyyy", 'at most 1000'),
    'grows': ('[block a]\nx = 1\nlayers = dense units=' + '$x' * 900 + '\n'
              + model('a x=' + 'y' * 900), 3, "'$x'", 'more than 65536 bytes'),
    # scopes
    'inside-from-outside': (BLOCK + model('res units=4 ! relu input=res/dense'),
                            6, "'res/dense'", 'there is no layer'),
    'outside-from-inside': ('[block a]\nlayers = dense units=4 ! add '
                            'input=dense,outer\n'
                            + model('relu name=outer ! a'), 2, "'outer'",
                            "there are 'dense' and 'input'"),
    'second-output': (BLOCK + model('res units=4 ! relu input=res:1'), 6,
                      "'res:1'", 'has one output'),
    'second-input': (PAIR + model('relu ! pair'), 2, "'input:1'",
                     'is given 1 input here'),
    'third-input': ('[block three]\nlayers = add input=input:0,input:2\n'
                    + model('relu name=a ! relu name=b ! three input=a,b'), 2,
                    "'input:2'", 'is given 2 inputs here'),
    'input-no-number': ('[block a]\nlayers = relu input=input:x\n'
                        + model('a'), 2, "'input:x'", 'NAME or NAME:NUMBER'),
    'given-unknown': (BLOCK + model('relu ! res units=4 input=rlu'), 6,
                      "'rlu'", "did you mean 'relu'"),
    'name-of-use': (BLOCK + model('res units=4 name=a ! relu name=a'), 6,
                    "'a'", 'two layers named'),
    'name-twice-inside': ('[block a]\nlayers = relu name=x ! relu name=x\n'
                          + model('a'), 2, "'x'", 'two layers named'),
    'name-of-folder': (BLOCK + model('relu name=s/a ! res units=4 name=s'), 6,
                       "'s'", "there are layers 's/...' above"),
    'weights-outside': ('[block a]\nlayers = dense units=4 weights=outer\n'
                        + model('dense units=4 name=outer ! a'), 2, "'outer'",
                        'there is no layer'),
    'unused-layer': ('[block a]\nlayers = dense units=4 name=alone ! relu '
                     'input=input\n' + model('a'), 2, "'a/alone'",
                     'is the input of no other'),
}


def run(*args, cwd=None):
    return subprocess.run([DNNRUN, *args], capture_output=True, text=True,
                          cwd=cwd)


def judge(name, folder):
    text, line, value, remedy = WRONG[name]
    path = folder / 'run.dnn'
    path.write_text(text + REST)
    done = run('summary', 'run.dnn', cwd=folder)
    said = done.stdout + done.stderr
    faults = [
        fault for fault, found in [
            (f'exit code {done.returncode}', done.returncode == 1),
            (f'not at line {line}', f'run.dnn:{line}: ' in said),
            (f'{value} is not in it', value in said),
            (f'"{remedy}" is not in it', remedy in said),
            ('not one line', len(said.strip().splitlines()) == 1),
        ] if not found]
    check(f'wrong/{name}', not faults, '; '.join(faults + [said.strip()]))


def test_wrong():
    with tempfile.TemporaryDirectory() as folder:
        for name in WRONG:
            judge(name, pathlib.Path(folder))


def test_example():
    """The example of examples/blocks, on a hundred rows of its shape."""
    text = (ROOT / 'examples/blocks/residual.dnn').read_text()
    numbers = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        x = [numbers.randrange(256) for _ in range(96 * 784)]
        write_npy(path / 'x.npy', x, (96, 28, 28), '|u1')
        write_npy(path / 'y.npy', [i % 10 for i in range(96)], (96,), '|u1')
        text = text.replace('dataset = fashion-mnist',
                            'inputs = x.npy\ntargets = y.npy')
        text = text.replace('validation_first = 5000', 'validation_first = 32')
        (path / 'residual.dnn').write_text(text)
        done = run('train', 'residual.dnn', '--epochs', '2', '--quiet', '--out',
                   'run', cwd=folder)
        check('example/trains', done.returncode == 0, done.stderr)
        history = (path / 'run/history.csv').read_text().splitlines()
        losses = [float(line.split(',')[2]) for line in history[1:]]
        check('example/learns', len(losses) == 2 and losses[1] < losses[0],
              history)
        for subject in 'residual.dnn', 'run/model.safetensors':
            folded = run('summary', subject, cwd=folder).stdout
            check(f'example/folded/{subject}',
                  'residual_3 (residual, 7 layers)' in folded
                  and 'narrowing (narrowing, 9 layers)' in folded
                  and 'residual/long' not in folded, folded)
            whole = run('summary', '--expand', subject, cwd=folder).stdout
            check(f'example/expanded/{subject}',
                  'residual_3/long' in whole and '7 layers' not in whole, whole)
        layers = json.loads(run('summary', '--json', 'run/model.safetensors',
                                cwd=folder).stdout)['layers']
        check('example/json', [row['block'] for row in layers].count(
            'narrowing') == 9 and layers[0]['block'] is None, layers)
        check('example/verify', run('verify', 'run/model.safetensors',
                                    cwd=folder).returncode == 0)
        done = run('train', 'residual.dnn', '--epochs', '1', '--quiet', '--out',
                   'set', '--set', 'block narrowing.units=32', cwd=folder)
        kept = (path / 'set/experiment.dnn').read_text()
        check('set/section', done.returncode == 0 and
              '[block narrowing]\nunits = 32\n' in kept, done.stderr + kept)


test_wrong()
test_example()
sys.exit(finish())
