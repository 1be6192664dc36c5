#!/usr/bin/env python3
"""test-bundles - several plugins in one file: listed, inspected, checked and
used by their names.

    test-bundles.py DNNRUN LIBRARY PLUGINS INCLUDE CC

DNN_TEST_NEW_PLUGINS names the folder of acme.so.  Prints TAP.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish

DNNRUN = os.path.abspath(sys.argv[1])
NEW = pathlib.Path(os.environ['DNN_TEST_NEW_PLUGINS'])


def run(*args, cwd=None):
    return subprocess.run([DNNRUN, *map(str, args)], text=True, cwd=cwd,
                          capture_output=True, timeout=300)


def show(result):
    return (f'$ {" ".join(map(str, result.args))}\nexit {result.returncode}\n'
            f'{result.stdout}{result.stderr}')


def test_list():
    result = run('plugins', '--json', '--plugin-path', NEW)
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    ours = {(row['kind'], row['name']) for row in rows
            if row['path'] == str(NEW / 'acme.so')}
    check('plugins lists each plugin of the file',
          ours == {('layer', 'acme.tilted'), ('initializer', 'acme.quarter')},
          ours)


def test_inspect():
    result = run('inspect', '--plugin-path', NEW, 'acme.tilted')
    check('inspect finds one of them, and its file',
          result.returncode == 0 and str(NEW / 'acme.so') in result.stdout
          and 'acme.quarter' in result.stdout, show(result))


def test_check():
    result = run('check', NEW / 'acme.so')
    check('check holds each to its contract',
          result.returncode == 0
          and 'acme.so (layer/acme.tilted): 0 of ' in result.stdout
          and 'acme.so (initializer/acme.quarter): 0 of ' in result.stdout,
          show(result))
    result = run('check', '--json', '--only', 'example', NEW / 'acme.so')
    objects = [json.loads(line) for line in result.stdout.splitlines()]
    check('as JSON, an object each',
          [o['plugin'] for o in objects]
          == ['layer/acme.tilted', 'initializer/acme.quarter'], show(result))


def test_train():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, 'a.dnn')
        rows = '\n'.join(f'{i},{-i},{2 * i}' for i in range(40))
        pathlib.Path(folder, 'a.csv').write_text(f'a,b,c\n{rows}\n')
        path.write_text('[data]\ninputs = a.csv\n'
                        '[model]\nlayers = dense units=3 ! acme.tilted ! '
                        'dense units=1\n[train]\nepochs = 2\n'
                        'loss = mean_squared_error\n'
                        '[optimizer]\ntype = sgd\nlearning_rate = 0.0001\n')
        result = run('train', '--plugin-path', NEW, 'a.dnn', cwd=folder)
        check('a model names them', result.returncode == 0, show(result))


test_list()
test_inspect()
test_check()
test_train()
finish()
