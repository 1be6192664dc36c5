#!/usr/bin/env python3
"""test-bench-report - bench/run.py --report, on numbers made up.

    test-bench-report.py BENCH

Nothing is timed.  Prints TAP.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

RUN = pathlib.Path(sys.argv[1]) / 'run.py'
RAW = {
    'machine': {'date': '2026-01-02', 'cpu': 'a CPU', 'family': '1',
                'cores': 2, 'instructions': ['avx2'], 'commit': 'abc',
                'environment': {}},
    'packages': {'JAX': {'version': 'jax 1', 'own': 1e6, 'all': 2e6}},
    'versions': {}, 'rounds': 3, 'quick': False,
    'kept': {'memory': 'commit def, 4 rounds'}, 'repeated': 7, 'doubtful': 0,
    'missing': {'PyTorch': 'pip could not install it'},
    'failures': {'study-32 Keras 1': 'it fell over'},
    'titles': {'study-32': ['study, batch 32', 's'],
               'memory': ['peak memory', 'MB']},
    'size': {'own': 2e6, 'libraries': 1e6},
    'plan': {'data': 40e6, 'weights': 4e6, 'gradients': 4e6, 'arena': 2e6,
             'by_hand': True},
    'samples': {'study-32 dnnrun 1': [9, 1.04, 1.0],
                'study-32 dnnrun 2': [0.8, 0.9, 0.8],
                'study-32 bare-blas 1': [1.0, 1.0, 1.0],
                'study-32 JAX 1': [1.6, 1.6, 1.6],
                'study-32 JAX 2': [1.2, 1.2, 1.2],
                'memory dnnrun 1': [60, 60, 60]},
}


def report(folder, *more):
    return subprocess.run(
        [sys.executable, '-B', RUN, '--report', '--raw', folder / 'raw.json',
         '--out', folder, *more], capture_output=True, text=True)


def row(text, words):
    """Cells of the one line of a table that has these words."""
    lines = [line for line in text.split('\n') if words in line]
    assert len(lines) == 1, (words, lines)
    return [cell.strip() for cell in lines[0].strip('|').split('|')]


def acceptance(text, _folder):
    assert row(text, 'on 1 thread, on 1 thread')[3:] == ['1.04', 'yes']
    assert row(text, 'on 1 thread, on 2 threads')[3:] == ['0.8', '**no**']
    assert row(text, 'gradients and arena')[3:] == ['1.2', 'yes']
    assert row(text, 'takes Keras')[3:] == ['not measured', '']


def better_of_threads(text, _folder):
    assert row(text, 'whole epoch compiled')[3:] == ['1.5', '**no**']
    assert row(text, '| JAX |') == ['JAX', '1.60', '1.20', '1.50', '1.20']


def what_is_missing(text, _folder):
    assert '* PyTorch: pip could not install it' in text
    assert '* Keras 1 threads, study-32: it fell over' in text


def what_was_repeated(text, _folder):
    assert 'it was made again: 7 times' in text
    assert 'the last one counts: 0.' in text


def what_was_kept(text, _folder):
    assert '### Peak memory\n\nOf an earlier run: commit def, 4 rounds.' in text
    assert text.count('Of an earlier run') == 1


def picture(_text, folder):
    root = xml.etree.ElementTree.parse(folder / 'results.svg').getroot()
    words = [node.text for node in root.iter() if node.text]
    assert {'JAX', '1.50', 'study, batch 32'} <= set(words), words


def main():
    cases = [acceptance, better_of_threads, what_is_missing, what_was_repeated,
             what_was_kept, picture]
    print(f'1..{len(cases)}')
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / 'raw.json').write_text(json.dumps(RAW))
        done = report(folder)
        assert done.returncode == 0, done.stderr
        text = (folder / 'results.md').read_text()
        for i, case in enumerate(cases, 1):
            path = f'/bench-report/{case.__name__.replace("_", "-")}'
            try:
                case(text, folder)
                print(f'ok {i} {path}')
            except AssertionError as error:
                failed += 1
                print(f'not ok {i} {path}\n# {error!r}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
