#!/usr/bin/env python3
"""test-predict - a run's folder as a model, and what predict prints and writes.

    test-predict.py DNNRUN

Prints TAP, one line per check.
"""
import csv
import io
import json
import os
import pathlib
import pty
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish, write_npy

DNNRUN = os.path.abspath(sys.argv[1])
IRIS = ROOT / 'tests' / 'golden' / 'tables' / 'iris.csv'
KINDS = ['setosa', 'versicolor', 'virginica']


def run(*args, status=0, text=''):
    done = subprocess.run([DNNRUN, *args], capture_output=True, text=True,
                          input=text, timeout=120)
    if done.returncode != status:
        check(f'exit {status} of {" ".join(args)}', False,
              f'{done.returncode}\n{done.stdout}{done.stderr}')
    return done


def write(name, text):
    pathlib.Path(name).write_text(text)


def rows_of(text):
    return list(csv.reader(io.StringIO(text)))


# --- a run's folder ---------------------------------------------------------

def folders():
    for args in (['evaluate', 'runs/iris'], ['summary', 'runs/iris'],
                 ['predict', 'runs/iris', 'iris.csv'],
                 ['export', 'runs/iris', 'small.safetensors'],
                 ['verify', 'runs/iris'],
                 ['transfer', 'runs/iris', '--data', 'runs/iris/experiment.dnn',
                  '--head', 'dense units=3 activation=softmax', '--epochs', '1',
                  '--frozen-epochs', '1']):
        done = run(*args)
        check(f'{args[0]} takes a run, and says which model',
              'runs/iris: its best model, runs/iris/best.safetensors'
              in done.stderr, done.stderr)
    check('a run and its best model are the same',
          'differ' not in run('diff', 'runs/iris',
                              'runs/iris/best.safetensors').stderr)
    os.makedirs('only')
    os.link('runs/iris/model.safetensors', 'only/model.safetensors')
    done = run('summary', 'only')
    check('without a best model it is the last',
          'only: its last model, only/model.safetensors' in done.stderr,
          done.stderr)
    done = run('evaluate', 'runs', status=1)
    check('a folder that is no run',
          "runs: is a folder without 'model.safetensors'" in done.stderr,
          done.stderr)


def tables():
    done = run('evaluate', 'runs/iris', 'iris.csv', '--quiet')
    check('evaluate takes a table, all its rows',
          done.stdout.startswith('split: iris.csv (60 rows)\nloss: '),
          done.stdout)
    whole = done.stdout.split('\n', 1)[1]
    done = run('evaluate', 'runs/iris', '-', text=IRIS.read_text())
    check('or the standard input', done.stdout.endswith(whole), done.stdout)
    lines = IRIS.read_text().splitlines()
    write('few.csv', '\n'.join(['id,' + lines[0]] + [
        f'{i},{line}' for i, line in enumerate(lines[1:21])]) + '\n')
    done = run('evaluate', 'runs/iris', 'few.csv', '--quiet', '--json')
    check('other columns do not count',
          json.loads(done.stdout)['split'] == 'few.csv'
          and json.loads(done.stdout)['rows'] == 20, done.stdout)
    done = run('evaluate', 'runs/iris', 'iris.csv', '--split', 'test', status=2)
    check('a table has no splits', '--split is not for it' in done.stderr,
          done.stderr)
    write('bare.csv', 'sepal_length,sepal_width,petal_length,petal_width\n'
          '1,2,3,4\n')
    done = run('evaluate', 'runs/iris', 'bare.csv', status=1)
    check('a table without the target', "none is left for the target" in done.stderr,
          done.stderr)


# --- predict ----------------------------------------------------------------

def printed():
    rows = rows_of(run('predict', 'runs/iris', 'iris.csv').stdout)
    check('the header has the names of classes',
          rows[0] == ['label', 'probability'] + KINDS, rows[0])
    check('a row has its label and the probability of it',
          len(rows) == 61 and all(
              row[0] == KINDS[max(range(3), key=lambda i: float(row[2 + i]))]
              and row[1] == max(row[2:], key=float) for row in rows[1:]), rows)
    text = '\n'.join(IRIS.read_text().splitlines()[:4]) + '\n'
    done = run('predict', 'runs/iris', '--inputs', '-', '--out', '-', text=text)
    check('standard input to standard output',
          rows_of(done.stdout) == rows[:4], done.stdout)
    rows = rows_of(run('predict', 'runs/iris', 'iris.csv', '--carry',
                       'species, sepal_width').stdout)
    check('columns are carried along, as they are written',
          rows[0][:3] == ['sepal_width', 'species', 'label']
          and rows[1][:2] == ['3.5', 'setosa'], rows[:2])
    done = run('predict', 'runs/iris', 'iris.csv', '--carry', 'id', status=1)
    check('a column that is not there', "no column 'id'" in done.stderr,
          done.stderr)
    done = run('predict', 'runs/iris', 'iris.csv', '--labels')
    check('--labels are the labels alone',
          set(done.stdout.split()) <= set(KINDS)
          and len(done.stdout.split()) == 60, done.stdout)
    done = run('predict', 'runs/iris', 'iris.csv', '--json', '--quiet')
    first = json.loads(done.stdout.splitlines()[0])
    check('--json is an object per row',
          list(first) == ['label', 'probability'] + KINDS, first)
    done = run('predict', 'runs/iris', 'iris.csv', '--out', 'p.csv')
    check('a file has the same', pathlib.Path('p.csv').read_text()
          == run('predict', 'runs/iris', 'iris.csv').stdout
          and done.stdout == '', done.stderr)


def terminal():
    main, end = pty.openpty()
    subprocess.run([DNNRUN, 'predict', 'runs/iris', 'iris.csv', '--quiet'],
                   stdout=end, check=True, timeout=120)
    os.close(end)
    text = b''
    try:
        while block := os.read(main, 65536):
            text += block
    except OSError:
        pass
    os.close(main)
    lines = text.decode().split('\r\n')
    check('a terminal gets columns under their names',
          lines[0].split() == ['label', 'probability'] + KINDS
          and len({len(line) for line in lines[:-1]}) == 1, lines[:3])


def thresholds():
    write('two.csv', 'x,y\n' + ''.join(
        f'{i / 10},{"yes" if i > 20 else "no"}\n' for i in range(41)))
    write('two.dnn', '[data]\ninputs = two.csv\nstandardize = true\n[model]\n'
          'layers = dense units=1 activation=sigmoid\n[train]\nepochs = 30\n'
          '[optimizer]\ntype = adam\nlearning_rate = 0.05\n')
    run('train', 'two.dnn', '--quiet')
    rows = rows_of(run('predict', 'runs/two', 'two.csv').stdout)
    check('of one number the second class is named',
          rows[0] == ['label', 'probability', 'yes'], rows[0])
    check('and the probability is of the label', all(
        abs(float(p) - (float(y) if label == 'yes' else 1 - float(y))) < 1e-6
        for label, p, y in rows[1:]), rows)
    for cut in (0.1, 0.8):
        rows = rows_of(run('predict', 'runs/two', 'two.csv', '--threshold',
                           str(cut)).stdout)[1:]
        check(f'--threshold {cut}', all(
            (label == 'yes') == (float(y) > cut) for label, _, y in rows), rows)
    done = run('predict', 'runs/two', 'two.csv', '--threshold', '2', status=2)
    check('a threshold beyond 1', "from 0 to 1, not '2'" in done.stderr)
    done = run('predict', 'runs/iris', 'iris.csv', '--threshold', '.4',
               status=2)
    check('a threshold for three classes', '3 probabilities a row'
          in done.stderr, done.stderr)


def numbers():
    write('n.csv', 'a,b,p,q\n' + ''.join(
        f'{i},{i * i % 7},{i + 0.5},{2 * i}\n' for i in range(30)))
    write('n.dnn', '[data]\ninputs = n.csv\ntarget = p, q\n[model]\n'
          'layers = dense units=2\n[train]\nepochs = 2\nloss = mse\n'
          '[optimizer]\ntype = adam\n')
    run('train', 'n.dnn', '--quiet')
    rows = rows_of(run('predict', 'runs/n', 'n.csv').stdout)
    check('several targets have their names', rows[0] == ['p', 'q'], rows[0])
    run('train', 'n.dnn', '--quiet', '--overwrite', '--set', 'data.target=q',
        '--set', 'model.layers=dense units=1')
    rows = rows_of(run('predict', 'runs/n', 'n.csv').stdout)
    check('one number needs none', len(rows) == 30, rows)
    rows = rows_of(run('predict', 'runs/n', 'n.csv', '--carry', 'a').stdout)
    check('but beside a column it has one', rows[0] == ['a', 'q'], rows[0])


# --- files that would be lost -----------------------------------------------

def lost():
    os.symlink('iris.csv', 'link.csv')
    os.link('runs/iris/model.safetensors', 'm.npy')
    before = IRIS.read_bytes()
    for args, words in (
            (['predict', 'runs/iris', 'iris.csv', '--out', 'link.csv'],
             "'link.csv' is the file of inputs itself"),
            (['predict', 'm.npy', 'iris.csv', '--out', 'm.npy'],
             "'m.npy' is the model itself"),
            (['export', 'runs/iris/model.safetensors', 'm.npy'],
             "'m.npy' is the model itself")):
        done = run(*args, status=2)
        check(f'{args[0]} does not write over what it reads: {words[:11]}',
              words in done.stderr, done.stderr)
    check('and all is what it was', pathlib.Path('iris.csv').read_bytes()
          == before and run('verify', 'm.npy').returncode == 0)


# --- rows as they come ------------------------------------------------------

def near(a, b):
    return len(a) == len(b) and all(
        len(x) == len(y) and all(abs(float(u) - float(v)) < 1e-6
                                 for u, v in zip(x, y)) for x, y in zip(a, b))


def streams():
    table = rows_of(IRIS.read_text())
    lines = [','.join(row[:4]) + '\n' for row in table]
    whole = rows_of(run('predict', 'runs/iris', '-', text=''.join(lines)).stdout)
    for name, text in (('a header', lines), ('no header', lines[1:])):
        done = run('predict', 'runs/iris', '--stream', text=''.join(text))
        got = rows_of(done.stdout)
        check(f'--stream says of rows what predict does, with {name}',
              got[0] == whole[0]
              and [row[0] for row in got] == [row[0] for row in whole]
              and near([row[1:] for row in got[1:]],
                       [row[1:] for row in whole[1:]]), done.stdout)
    done = run('predict', 'runs/iris', '--stream', '--labels', '-',
               text=''.join(lines[1:3]))
    check('--stream --labels', done.stdout == 'setosa\nsetosa\n', done.stdout)
    done = run('predict', 'runs/iris', '--stream', '--json',
               text=''.join(lines[1:3]))
    check('--stream --json: an object a row',
          [json.loads(line)['label'] for line in done.stdout.splitlines()]
          == ['setosa', 'setosa'], done.stdout)
    done = run('predict', 'runs/iris', '--stream', '--labels',
               text='\ufeff' + lines[0].replace('\n', '\r\n') + '5,3.5,1,0.2\r\n')
    check('--stream of another system', done.stdout == 'setosa\n', done.stdout)
    check('--stream of nothing', run('predict', 'runs/iris', '--stream').stdout
          == '')
    for text, words in (
            (lines[1] + '1,2,x,4\n', "line 2: column 3: 'x' is no number"),
            (lines[0] + lines[1] + '1,2\n',
             "line 3: has '2' cells, and the first line has 4"),
            (lines[1] + '\n1,2,3\n', 'line 3: the inputs have shape'),
            (lines[1] + '1,2,3\0,4\n', "line 2: column 3: '3?' is no number"),
            (lines[1] + '1,2,3,4\r5\n', 'line 2: ')):
        done = run('predict', 'runs/iris', '--stream', text=text, status=1)
        check(f'--stream names the line: {words}', words in done.stderr
              and done.stdout.count('setosa') == 2, done.stdout + done.stderr)
    for args in (['iris.csv'], ['--out', 'y.csv'], ['--carry', 'a'],
                 ['--samples', '3']):
        done = run('predict', 'runs/iris', '--stream', *args, status=2)
        check(f'--stream is without {args[0]}',
              '--stream predicts the lines of the standard input' in done.stderr,
              done.stderr)


def stream_at_once():
    """A row is answered before the next one is there."""
    with subprocess.Popen([DNNRUN, 'predict', 'runs/iris', '--stream',
                           '--labels'], text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        got = []
        for row in rows_of(IRIS.read_text())[1:4]:
            process.stdin.write(','.join(row[:4]) + '\n')
            process.stdin.flush()
            got.append(process.stdout.readline())
        process.stdin.close()
        process.wait(timeout=60)
    check('--stream answers each row at once', got == ['setosa\n'] * 3
          and process.returncode == 0, got)


def stream_of_states():
    """running_sum keeps the sum of its steps; y = 2 a - b of that."""
    plugins = ['--plugin-path', os.environ['DNN_TEST_NEW_PLUGINS']]
    write_npy('steps.npy', [i % 5 - 2 for i in range(40)], (20, 1, 2))
    write_npy('sums.npy', [i % 3 for i in range(20)], (20, 1, 1))
    write('state.dnn', '[data]\ninputs = steps.npy\ntargets = sums.npy\n'
          '[model]\nlayers = running_sum ! dense units=1\n[train]\n'
          'loss = mean_squared_error\n[optimizer]\ntype = sgd\n')
    run('train', 'state.dnn', '--quiet', *plugins)

    def answers(text, *options):
        done = run('predict', 'runs/state', '-', *options, *plugins, text=text)
        return [[v] for row in rows_of(done.stdout) for v in row]

    # Each row by itself, and what a state makes of them.
    sums = answers('1,2\n4,6\n5,-1\n')
    got = answers('1,2\n3,4\n1,-7\n', '--stream')
    check('--stream keeps states from row to row', near(got, sums),
          (got, sums))
    got = answers('1,2\n3,4\n\n5,-1\n', '--stream')
    check('and an empty line begins another sequence', near(got, sums),
          (got, sums))


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        write('iris.csv', IRIS.read_text())
        run('train', 'iris.csv', '--quiet', '--epochs', '20')
        folders()
        tables()
        printed()
        terminal()
        thresholds()
        numbers()
        lost()
        streams()
        stream_at_once()
        stream_of_states()
        os.chdir('/')
    return finish()


sys.exit(main())
