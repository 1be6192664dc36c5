#!/usr/bin/env python3
"""test-models - what can be done with models: diff, verify, export, summary.

    test-models.py DNNRUN LIBRARY PLUGINS INCLUDE CC

Prints TAP.
"""
import importlib.util
import json
import os
import pathlib
import shutil
import struct
import sys
import tempfile

sys.dont_write_bytecode = True
spec = importlib.util.spec_from_file_location(
    'dnnrun_test', pathlib.Path(__file__).with_name('test-dnnrun.py'))
t = importlib.util.module_from_spec(spec)
spec.loader.exec_module(t)

A, B = 'a/model.safetensors', 'b/model.safetensors'
CHAIN = 'dense units=5 activation=relu ! dense units=3 activation=softmax'


def train(out, *more):
    return t.run('train', '--layers', CHAIN, '--data', 'data.dnn', '--epochs',
                 '2', '--set', 'optimizer.type=adam', '--quiet', '--out', out,
                 *more)


def test_diff():
    t.good('a', train('a'))
    t.good('the same again', train('again'))
    t.good('another seed', train('b', '--seed', '2'))
    result = t.run('diff', A, 'again/model.safetensors')
    t.check('the same training: the same model', result.returncode == 0
            and result.stderr == '' and 'equal' in result.stdout
            and 'differ' not in result.stdout, t.show(result))
    result = t.run('diff', A, B)
    t.check('another: exit 1, and a sentence', result.returncode == 1
            and f'dnnrun: {A} and {B} differ in' in result.stderr
            and ' of 15 numbers differ, by ' in result.stdout, t.show(result))
    one = json.loads(t.run('diff', '--json', A, B).stdout)
    row = next(row for row in one['rows'] if row['name'] == 'dense/kernel')
    t.check('result, numbers, how many, how far', row['result'] == 'values'
            and row['numbers'] == row['different'] == 20
            and 0 < row['max_absolute'] < 10
            and 0 < row['max_relative'] <= 2, row)
    t.check('nothing is far within a large tolerance',
            t.run('diff', A, B, '--tolerance', '1e9').returncode == 0)
    for args in ((A, 'nowhere.safetensors'), (A, 'data.dnn'), (A,)):
        t.bad(f'diff {" ".join(args)}: like diff(1), 2 is trouble', 2,
              args=['diff', *args])
    t.bad('a tolerance below 0', 2, '--tolerance', "'-1'",
          args=['diff', A, B, '--tolerance', '-1'])


def test_verify():
    result = t.run('verify', A)
    t.check('a good model', result.returncode == 0 and result.stderr == ''
            and '  the model' in result.stdout
            and 'dense/kernel' in result.stdout, t.show(result))
    data = bytearray(pathlib.Path(A).read_bytes())
    length, = struct.unpack('<Q', data[:8])
    header = json.loads(data[8:8 + length])
    start = 8 + length + header['dense/bias']['data_offsets'][0]
    data[start:start + 4] = struct.pack('<f', float('nan'))
    pathlib.Path('nan.safetensors').write_bytes(data)
    result = t.run('verify', 'nan.safetensors')
    t.check('a number that is none: its tensor and place, and 1',
            result.returncode == 1 and "fault: 'dense/bias' has 1 of 5" in
            result.stdout and "nan.safetensors: 1 fault in " in result.stderr,
            t.show(result))
    for args in (['evaluate', 'nan.safetensors'],
                 ['predict', 'nan.safetensors', '--inputs', 'x.npy', '--out',
                  'y-nan.npy']):
        t.bad(f'{args[0]}: a weight that is no number', 3,
              "nan.safetensors: the weight 'dense/bias' is not finite",
              args=args)
    t.check('and nothing is written', not os.path.exists('y-nan.npy'))
    good, = t.parse_lines('as JSON', t.run('verify', '--json', A))
    bad = json.loads(t.run('verify', '--json', 'nan.safetensors').stdout)
    changed = [one['name'] for one, other in
               zip(good['tensors'], bad['tensors'])
               if one['hash'] != other['hash']]
    t.check('one hash is another, and the model\'s',
            changed == ['dense/bias'] and good['hash'] != bad['hash'] and
            good['faults'] == [] and len(bad['faults']) == 1, (good, bad))
    t.bad('no safetensors file', 1, 'data.dnn', args=['verify', 'data.dnn'])


def test_overflow():
    """Weights that are finite, and a loss that is not."""
    result = t.run('train', '--layers', 'dense units=4 '
                   'kernel_initializer=constant(value=1e20) ! dense units=3 '
                   'kernel_initializer=constant(value=1e30)', '--data',
                   'data.dnn', '--epochs', '1', '--out', 'over', '--set',
                   'optimizer.type=sgd', '--set', 'train.loss='
                   'sparse_categorical_crossentropy(from_logits=true)')
    t.check('train: 3, the layer and the row', result.returncode == 3
            and "the first output that is not finite is that of layer "
            "'dense_1', for row 1 of the batch, row " in result.stderr,
            t.show(result))
    result = t.run('evaluate', 'over/model.safetensors')
    t.check('evaluate prints it, and says why', result.returncode == 3
            and 'loss: nan\n' in result.stdout
            and "over/model.safetensors: the loss is not finite: the first "
            "output that is not finite is that of layer 'dense_1', for row "
            in result.stderr, t.show(result))
    t.bad('predict: the row and the layer', 3, "x.npy: row 1: the first output "
          "that is not finite is that of layer 'dense_1'",
          args=['predict', 'over/model.safetensors', '--inputs', 'x.npy',
                '--out', 'y-over.npy'])


def test_validation_overflow():
    """Rows that validate and are too large for float32 layer by layer."""
    rows = [f'{3e38 if i < 20 else i * 0.001},{i}' for i in range(60)]
    pathlib.Path('val.csv').write_text('x,y\n' + '\n'.join(rows) + '\n')
    pathlib.Path('val.dnn').write_text(
        '[data]\ninputs = val.csv\ntarget = y\nvalidation_first = 20\n'
        '[model]\nlayers = dense units=4 '
        'kernel_initializer=constant(value=2) ! dense units=1\n'
        '[train]\nloss = mean_squared_error\nepochs = 3\n'
        '[optimizer]\ntype = sgd\nlearning_rate = 0.0001\n')
    result = t.run('train', 'val.dnn', '--out', 'val-run')
    t.check('a warning, once: the layer and the row',
            result.returncode == 0 and result.stderr.count('val_loss is') == 1
            and "warning: val_loss is 'nan' in epoch 1: the first output that "
            "is not finite is that of layer 'dense', for row 1 of the batch, "
            'row 1 of val.csv' in result.stderr, t.show(result))


def test_export():
    result = t.run('export', A, 'small.safetensors')
    t.good('export', result)
    names = sorted(t.read_safetensors('small.safetensors'))
    t.check('no optimizer', names == [
        '__metadata__', 'dense/bias', 'dense/kernel', 'dense_1/bias',
        'dense_1/kernel'], names)
    t.check('the model is the same', t.run(
        'diff', '--model-only', A, 'small.safetensors').returncode == 0)
    t.check('so are its results',
            t.run('evaluate', A, '--json').stdout ==
            t.run('evaluate', 'small.safetensors', '--json').stdout != '')
    one, = t.parse_lines('as JSON', t.run('export', '--json', A, 'x.sft'))
    t.check('what went over', (one['out'], one['tensors'], one['bytes']) ==
            ('x.sft', 4, 4 * (20 + 5 + 15 + 3)), one)
    t.check('what did not: two moments, counters, the checkpoint',
            one['left_out_tensors'] > 12 and
            one['left_out_bytes'] > 2 * one['bytes'] + 4 * 8, one)
    t.bad('over itself', 2, A, args=['export', A, A])
    t.bad('into no folder', 4, 'no/x', args=['export', A, 'no/x.safetensors'])


def test_memory():
    one, = t.parse_lines('summary --memory', t.run(
        'summary', '--memory', '--json', A))
    t.check('of a model', one['weight_bytes'] == 4 * 43
            and one['optimizer_bytes'] == 2 * 4 * 43
            and 0 < one['arena_bytes'] <= one['buffer_bytes']
            and one['data_bytes'] > 0 and len(one['memory']) == 2
            and sum(row['weight_bytes'] for row in one['memory']) ==
            one['weight_bytes'], one)
    other, = t.parse_lines('--batch', t.run(
        'summary', '--memory', '--json', '--batch', '1', A))
    t.check('a smaller batch, a smaller arena',
            other['arena_bytes'] < one['arena_bytes'], other)
    pathlib.Path('x.npy').rename('away.npy')
    result = t.run('summary', '--memory', A)
    pathlib.Path('away.npy').rename('x.npy')
    t.check('without its data, all but these', result.returncode == 0
            and 'the data are left out' in result.stderr
            and 'arena of a training step' in result.stdout, t.show(result))
    t.bad('--batch alone', 2, '--memory', args=['summary', '--batch', '3', A])


def test_tensorboard():
    t.good('--tensorboard', train('c', '--tensorboard', 'logs/c'))
    files = list(pathlib.Path('logs/c').iterdir())
    t.check('one event file', len(files) == 1
            and 'tfevents' in files[0].name, files)
    t.check('its numbers leave the training as it was',
            t.run('diff', A, 'c/model.safetensors').returncode == 0)
    result = train('d', '--tensorboard', '/dev/null/x')
    t.check('no folder for it: 4', result.returncode == 4
            and '/dev/null/x' in result.stderr, t.show(result))


def main():
    folder = tempfile.mkdtemp(prefix='dnn-test-')
    try:
        os.chdir(folder)
        t.write_data()
        for test in (test_diff, test_verify, test_overflow,
                     test_validation_overflow, test_export,
                     test_memory, test_tensorboard):
            print(f'# {test.__name__}')
            test()
    finally:
        os.chdir('/')
        shutil.rmtree(folder)
    return t.finish()


if __name__ == '__main__':
    sys.exit(main())
