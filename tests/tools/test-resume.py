#!/usr/bin/env python3
"""test-resume - signals, --resume and disks that are full, as a user has them.

    test-resume.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP.  Everything is written to a folder that is removed at the end.
"""
import importlib.util
import os
import pathlib
import resource
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

# So long that nobody waits for its end.
LONG = '1000000'

EXPERIMENT = '''\
[data]
inputs = x.npy
targets = y.npy
validation_first = 12

[model]
layers = dense units=8 activation=relu ! dense units=3 activation=softmax

[train]
metrics = accuracy
batch_size = 16
epochs = 3

[optimizer]
type = adam
'''


def write_data():
    t.write_npy('x.npy', [(i * 7919 % 101) / 50 - 1 for i in range(60 * 4)],
                (60, 4))
    t.write_npy('y.npy', [i % 3 for i in range(60)], (60,), '<i4')
    pathlib.Path('e.dnn').write_text(EXPERIMENT)


def run_limited(limit, *args):
    """`limit`: bytes that a file may have."""
    return subprocess.run(
        [t.DNNRUN, *args], capture_output=True, text=True, timeout=120,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                              (limit, limit)))


def begin(*args):
    """Its words go to files: a run that nobody reads from would stand still as
    soon as a pipe is full, and answer nobody."""
    out, err = (tempfile.TemporaryFile() for _ in range(2))
    process = subprocess.Popen([t.DNNRUN, *args], stdout=out, stderr=err)
    process.said = out, err
    return process


def said(process):
    """Its stdout and stderr so far."""
    return tuple(os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0)
                 .decode() for file in process.said)


def wait_for(path):
    """Until there is such a file."""
    end = time.monotonic() + 60
    while not os.path.exists(path) and time.monotonic() < end:
        time.sleep(0.005)


def end(process):
    process.wait(timeout=60)
    result = subprocess.CompletedProcess(process.args, process.returncode,
                                         *said(process))
    for file in process.said:
        file.close()
    return result


def check_signals():
    for number in (signal.SIGINT, signal.SIGTERM):
        folder = f'signal-{number.name}'
        process = begin('train', 'e.dnn', '--out', folder, '--epochs', LONG)
        wait_for(f'{folder}/history.csv')
        process.send_signal(number)
        result = end(process)
        t.check(f'{number.name}: saved, exit 130, and how to go on',
              result.returncode == 130
              and 'dnnrun: interrupted after step' in result.stderr
              and f"dnnrun train --resume '{folder}'" in result.stderr,
              t.show(result))
    process = begin('train', '--resume', 'signal-SIGINT')
    time.sleep(0.5)
    process.send_signal(signal.SIGUSR1)
    line = ''
    while not line and process.poll() is None:
        line = next((line for line in said(process)[1].splitlines()
                     if 'of the run)' in line), '')
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    result = end(process)
    t.check('SIGUSR1: a line of status',
          line.startswith('Epoch ') and 'step ' in line and '- loss: ' in line,
          line)
    t.check('--resume can be interrupted, too', result.returncode == 130,
          t.show(result))


def check_second_signal():
    process = begin('train', 'e.dnn', '--out', 'second', '--epochs', LONG)
    wait_for('second/history.csv')
    # Stopped, it gets both at once.
    process.send_signal(signal.SIGSTOP)
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    result = end(process)
    t.check('a second signal kills',
          result.returncode in (-signal.SIGINT, -signal.SIGTERM),
          t.show(result))


def check_two_runs():
    process = begin('train', 'e.dnn', '--out', 'two', '--epochs', LONG)
    wait_for('two/history.csv')
    for args in (['e.dnn', '--out', 'two', '--overwrite'],
                 ['--resume', 'two']):
        result = t.run('train', *args)
        t.check(f'{args[-1]}: a second run is refused',
              result.returncode == 2
              and f'by another run, process {process.pid};' in result.stderr,
              t.show(result))
    process.kill()
    end(process)
    result = t.run('train', 'e.dnn', '--out', 'two', '--overwrite')
    t.check('the lock of a killed run is in nobody\'s way',
          result.returncode == 0, t.show(result))


def check_options():
    t.run('train', 'e.dnn', '--out', 'options')
    for args, code, piece in (
            (['--resume', 'options', '--out', 'x'], 2, 'are not for it'),
            (['--resume', 'options', '--overwrite'], 2, 'are not for it'),
            (['--resume', 'nowhere'], 1, 'there is no model.safetensors'),
            (['--resume', 'options', '--epochs', '2'], 1,
             "can only raise the end of the run, which is 3, not '2'"),
            (['--resume', 'options', 'e.dnn', '--set',
              'train.batch_size=8'], 1,
             "[train] batch_size is '8', and the run was begun with '16'"),
            (['--resume', 'options', 'e.dnn', '--seed', '2'], 1,
             "[train] seed is '2', and the run was begun with '1'"),
            (['e.dnn', '--checkpoint-every', '-1'], 2, "not '-1'"),
            (['e.dnn', '--checkpoint-every', '3 days'], 2, "not '3 days'"),
            (['e.dnn', '--set', 'train.save_every=3 days'], 1,
             "[train] save_every must be 'auto' or a number above 0 with"),
            (['--resume', 'options', '--checkpoint-every', '2 epochs',
              '--quiet'], 0, '')):
        result = t.run('train', *args)
        t.check(' '.join(args), result.returncode == code
              and piece in result.stderr, t.show(result))
    pathlib.Path('p.dnn').write_text(EXPERIMENT.replace('epochs = 3', '')
                                     + '[phase a]\nepochs = 1\n')
    t.run('train', 'p.dnn', '--out', 'phases', '--quiet')
    result = t.run('train', '--resume', 'phases', '--epochs', '2')
    t.check('--epochs of a run with phases: what to do instead',
            result.returncode == 2
            and "--weights 'phases/model.safetensors'" in result.stderr,
            t.show(result))
    whole = t.run('train', 'e.dnn', '--out', 'whole', '--epochs', '5')
    result = t.run('train', 'e.dnn', '--resume', 'options', '--epochs', '5',
                 '--threads', '2')
    t.check('--epochs raises the end, to the same bits',
          whole.returncode == result.returncode == 0
          and pathlib.Path('whole/model.safetensors').read_bytes()
          == pathlib.Path('options/model.safetensors').read_bytes(),
          t.show(result))


def check_health():
    """Rows of a run in one go, and of one that went on."""
    t.run('train', 'e.dnn', '--out', 'health-whole', '--health')
    t.run('train', 'e.dnn', '--out', 'health', '--health', '--epochs', '2')
    result = t.run('train', '--resume', 'health', '--health', '--epochs', '3')
    t.check('health.csv goes on', pathlib.Path('health/health.csv').read_text()
          == pathlib.Path('health-whole/health.csv').read_text(),
          t.show(result))


# Each has numbers of its own beside the weight: trained ones, buffers (the
# vectors of the power method, a mask), and what `first` made of a new model.
PARAMETRIZED = (
    'lora(rank=2)', 'spectral_normalization', 'weight_normalization',
    'pruning(schedule=polynomial, end_step=3000, frequency=10)')


def check_killed(name, text):
    """Killed and resumed, until the end: the same bits as in one go."""
    file, whole, cut = f'{name}.dnn', f'{name}-whole', f'{name}-cut'
    pathlib.Path(file).write_text(text.replace('epochs = 3', 'epochs = 1500'))
    result = t.run('train', file, '--out', whole, '--quiet')
    if not t.good(f'{name}: trains', result):
        return
    process = begin('train', file, '--out', cut, '--quiet')
    kills = 0
    while kills < 3:
        wait_for(f'{cut}/history.csv')
        time.sleep(0.05)
        if process.poll() is not None:
            break
        process.kill()
        end(process)
        kills += 1
        process = begin('train', '--resume', cut, '--quiet')
    result = end(process)
    t.check(f'{name}: killed and resumed, it ends in the same bits',
            result.returncode == 0 and kills > 0
            and pathlib.Path(cut, 'model.safetensors').read_bytes()
            == pathlib.Path(whole, 'model.safetensors').read_bytes(),
            f'{kills} kills\n{t.show(result)}')


def check_parametrized():
    for what in PARAMETRIZED:
        check_killed(what.split('(')[0], EXPERIMENT.replace(
            'units=8', f'units=8 kernel_parametrization={what}'))


# It halves the rate after each 400 epochs that it has counted.
HALVES = '''
#include <dnn/plugin.h>

static int32_t
epoch (const void *self, const DnnHost *host, DnnEpoch *e)
{
  (void) self;
  (void) host;
  if (++e->state[0] < 400)
    return 0;
  e->state[0] = 0;
  e->rate *= 0.5;
  return 0;
}

static const DnnCallbackOps ops = {
  .struct_size = DNN_END_OF (DnnCallbackOps, check),
  .n_state = 1,
  .sets_rate = 1,
  .epoch = epoch,
};

const DnnPlugin dnn_plugin_v1 = {
  .magic = DNN_MAGIC,
  .struct_size = DNN_END_OF (DnnPlugin, example_inputs),
  .abi_major = DNN_ABI_MAJOR,
  .abi_minor = 1,
  .kind = DNN_KIND_CALLBACK,
  .name = "acme.halves",
  .title = "Halves",
  .version = "0.1",
  .summary = "halves the rate after so many epochs",
  .reference = "",
  .ops = &ops,
};
'''


def check_callback():
    """A stranger's: its state and the rate that it has set go on."""
    pathlib.Path('acme.halves.c').write_text(HALVES)
    subprocess.run([t.CC, '-shared', '-fPIC', f'-I{t.INCLUDE}', '-o',
                    'acme.halves.so', 'acme.halves.c'], check=True)
    os.environ['DNN_PLUGIN_PATH'] += os.pathsep + os.getcwd()
    text = EXPERIMENT.replace('epochs = 3',
                              'epochs = 3\ncallbacks = acme.halves')
    check_killed('halves', text)
    rate = pathlib.Path('halves-cut/history.csv').read_text().splitlines()
    t.check('halves: its rate is in the history',
            rate[-1].split(',')[-2] == '0.000125', rate[-1])
    for case, text, piece in (
            ('two', text.replace('acme.halves',
                                 'acme.halves, reduce_lr_on_plateau'),
             "'acme.halves' and 'reduce_lr_on_plateau' both set"),
            ('a schedule', text + 'learning_rate = cosine_decay('
             'initial_learning_rate=0.1, decay_steps=9)\n', 'a schedule drives it')):
        pathlib.Path('refused.dnn').write_text(text)
        t.bad(f'halves: {case} beside it', 1, piece, args=[
            'train', 'refused.dnn', '--out', 'refused'])


def check_full_disk():
    result = run_limited(1000, 'train', 'e.dnn', '--out', 'full')
    t.check('a disk too full for the first checkpoint: exit 4, at once',
          result.returncode == 4 and 'Epoch' not in result.stderr
          and 'full/model.safetensors: cannot be written' in result.stderr,
          t.show(result))
    t.run('train', 'e.dnn', '--out', 'filling')
    size = os.path.getsize('filling/model.safetensors')
    # The history grows until it fits neither into its table nor, instead, into
    # the checkpoint.
    result = run_limited(size + 300, 'train', '--resume', 'filling',
                         '--epochs', '300', '--quiet')
    t.check('a disk that fills up: a warning, training goes on, exit 4',
          result.returncode == 4
          and 'dnnrun: warning: filling/history.csv: cannot be written'
          in result.stderr and 'training goes on' in result.stderr
          and 'dnnrun: training is not saved beyond step' in result.stderr
          and result.stderr.count('history.csv') == 1,
          t.show(result))
    t.run('train', 'e.dnn', '--out', 'never-full', '--epochs', '300')
    result = t.run('train', '--resume', 'filling', '--quiet')
    t.check('the last good checkpoint goes on, to the same bits',
          result.returncode == 0
          and pathlib.Path('filling/model.safetensors').read_bytes()
          == pathlib.Path('never-full/model.safetensors').read_bytes(),
          t.show(result))


def main():
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        write_data()
        check_signals()
        check_second_signal()
        check_two_runs()
        check_options()
        check_health()
        check_parametrized()
        check_callback()
        check_full_disk()
        os.chdir('/')
    return t.finish()


if __name__ == '__main__':
    sys.exit(main())
