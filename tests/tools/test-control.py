#!/usr/bin/env python3
"""test-control - dnnrun control, as a user has it.

    test-control.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP.  build-aux/control-test.py has the random commands.
"""
import importlib.util
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'resume_test', pathlib.Path(__file__).with_name('test-resume.py'))
r = importlib.util.module_from_spec(spec)
spec.loader.exec_module(r)
t = r.t


def begin(folder, *args):
    process = r.begin('train', 'e.dnn', '--out', folder, '--epochs', r.LONG,
                      *args)
    r.wait_for(f'{folder}/history.csv')
    return process


def control(folder, *words):
    return t.run('control', folder, *words)


def check_words():
    process = begin('words')
    for words, pieces in (
            (['status'], ['training, phase train, epoch ', '\nloss: ',
                          '\noptimizer: adam']),
            (['pause'], ['paused after step ', "control 'words' resume"]),
            (['status'], ['paused, phase train']),
            (['checkpoint'], ['is saved in words/model.safetensors']),
            (['set', 'optimizer.type=sgd', 'train.batch_size=8'],
             [' on phase train 2: ', 'sgd', 'begin anew']),
            (['resume'], ['goes on after step '])):
        result = control('words', *words)
        t.check(' '.join(words), result.returncode == 0
                and all(p in result.stdout for p in pieces)
                and result.stderr == '', t.show(result))
    result = control('words', 'stop')
    t.check('stop: answered when all is saved', result.returncode == 0
            and "dnnrun train --resume 'words'" in result.stdout
            and not os.path.exists('words/control.sock'), t.show(result))
    result = r.end(process)
    t.check('stop: as SIGINT, exit 130', result.returncode == 130
            and 'control: paused after' in result.stderr, t.show(result))


def check_refusals():
    process = begin('refused')
    for words, code, piece in (
            (['stap'], 2, "there is no command 'stap'; did you mean 'stop'"),
            (['status', 'now'], 2, "'status' stands alone, without 'now'"),
            (['set'], 2, "'set' needs KEY=VALUE behind it"),
            (['set', 'a\nb=1'], 2, 'a command is one line'),
            (['set', 'train.batch_size=no'], 1, "not 'no'"),
            (['set', 'optimizer.type=adamm'], 1, "did you mean 'adam'"),
            (['set', 'optimizer.learning_rate=x', 'batch_size=4'], 1, "'x'")):
        t.bad('control ' + ' '.join(words).replace('\n', ' '), code, piece,
              args=['control', 'refused', *words])
    text = pathlib.Path('refused/experiment.dnn').read_text()
    t.check('nothing is written of what was refused', '[phase' not in text,
            text)
    process.kill()
    r.end(process)
    t.bad('control of a run that was killed', 4, "no run listens in",
          args=['control', 'refused', 'status'])
    t.bad('control of no folder', 1, "there is no folder 'nowhere'",
          args=['control', 'nowhere', 'status'])
    t.bad('control without a command', 2, 'usage: ', args=['control', 'x'])
    result = t.run('train', '--resume', 'refused', '--plugin-path', 'x',
                   '--quiet', '--json', '--no-control', '--epochs', '1')
    t.check('its socket is in nobody\'s way', result.returncode == 1
            and 'can only raise' in result.stderr, t.show(result))


def check_no_control():
    process = begin('silent', '--no-control')
    t.bad('--no-control', 4, 'no run listens', 'begun with --no-control',
          args=['control', 'silent', 'status'])
    process.kill()
    r.end(process)


def check_places():
    """A folder whose name is longer than a socket's address may be, with a
    socket that a run has left."""
    folder = f'{"d" * 120}/{"e" * 120}'
    process = begin(folder)
    process.kill()
    r.end(process)
    left = os.path.exists(f'{folder}/control.sock')
    process = r.begin('train', '--resume', folder)
    end = time.monotonic() + 60
    result = control(folder, 'status', '--json')
    while result.returncode != 0 and time.monotonic() < end:
        result = control(folder, 'status', '--json')
    t.check('a long path, and a socket that was left', left
            and result.returncode == 0
            and json.loads(result.stdout)['process'] == process.pid,
            t.show(result))
    mode = os.stat(f'{folder}/control.sock').st_mode & 0o777
    t.check('nobody else can write to it', mode == 0o600, oct(mode))
    control(folder, 'pause')
    process.send_signal(signal.SIGTERM)
    result = r.end(process)
    t.check('SIGTERM while it is paused', result.returncode == 130,
            t.show(result))


def check_crash():
    """A plugin that ends the process that loads it."""
    process = begin('crash')
    os.mkdir('own')
    pathlib.Path('own/acme.crash.c').write_text(
        '#include <stdlib.h>\n__attribute__ ((constructor)) static void '
        'begin (void)\n{ abort (); }\n')
    t.subprocess.run([t.CC, '-shared', '-fPIC', '-o', 'own/acme.crash.so',
                      'own/acme.crash.c'], check=True)
    t.bad('a plugin that crashes when it is loaded', 1, 'acme.crash.so: ',
          'crashes', args=['control', 'crash', 'set',
                           'optimizer.type=acme.crash', '--plugin-path', 'own'])
    result = control('crash', 'stop')
    t.check('the run goes on', result.returncode == 0, t.show(result))
    r.end(process)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        r.write_data()
        check_words()
        check_refusals()
        check_no_control()
        check_places()
        check_crash()
        os.chdir('/')
    return t.finish()


if __name__ == '__main__':
    sys.exit(main())
