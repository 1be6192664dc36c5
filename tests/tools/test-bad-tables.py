#!/usr/bin/env python3
"""test-bad-tables - tables with one thing wrong, as people have them: refused
with place, value and remedy; nothing is written.

    test-bad-tables.py DNNRUN

Prints TAP.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / 'build-aux'))
from testing import check, finish

DNNRUN = os.path.abspath(sys.argv[1])


def table(u=lambda i: f'{i / 7:.3f}', v=lambda i: i * i % 11,
          y=lambda i: 'ab'[i % 2]):
    return 'u,v,y\n' + ''.join(f'{u(i)},{v(i)},{y(i)}\n' for i in range(24))


def with_line(number, text, whole=None):
    lines = (whole or table()).split('\n')
    lines[number - 1] = text
    return '\n'.join(lines)


def number_at(text):
    """The sixth line's first cell is what was to be a number."""
    return with_line(6, f'{text},1,a')


def no_number(text):
    return (r"t\.csv:6: column 1 \('u'\): '" + re.escape(text) + "' is no number"
            ", and line 2 has one; 'ignore_columns = u' leaves the column out, "
            r"'categories = u' takes it for words \(--set data\.KEY=VALUE\)$")


NUMBERS = table(y=lambda i: i * 1.5)
DATES = table(u=lambda i: f'2020-01-{i + 1:02}')
CELLS = ['1 234', '#DIV/0!', '=A1+B1', '\u22125', '5\u00a0', '1.2.3', '1e',
         '++5', '1/2', '(5)', '5-', 'O', '\uff15', '~5', '5 %%', '< 5']
PARTED = r"' is one column: .*columns must be parted by one of them; "

BAD = {
    'nothing below the names': (
        'u,v,y\n', r't\.csv: it holds no rows; below the names of its columns '
        'each line is one'),
    'no target in any row': (
        table(y=lambda i: ''), "it holds no rows: all '24' of them have an empty "
        'cell in the target'),
    'inputs that are all empty': (
        table(lambda i: '', lambda i: ''), "none is left for the inputs; .*left "
        "out is column 'u': it is empty in every row"),
    'a target that names each row': (
        table(y=lambda i: f'name{i}'), "the target has '24' different words in 24 "
        'rows, too many to be classes; --target names another column'),
    'a target of dates': (
        table(y=lambda i: f'2020-01-{i + 1:02}'), "'24' different words in 24 "
        'rows, .*--target names another'),
    'a target beyond float32': (
        with_line(9, '1,2,1e300', NUMBERS), r"t\.csv:9: column 3 \('y'\): '1e300' "
        'is beyond float32 .*make the unit of the target larger'),
    'a target with a unit': (
        with_line(9, '1,2,7 kg', NUMBERS), r"t\.csv:9: column 3 \('y'\): '7 kg' is "
        'no number, and line 2 has one; a target is numbers or names'),
    'a page of the web': (
        '<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n',
        r"t\.csv:1: '<!DOCTYPE html>" + PARTED + 'it looks like a page of the web'),
    'JSON': ('{"rows": [\n[1]\n]}\n', r't\.csv:1: .*JSON|a quoted cell'),
    'a pointer of git-lfs': (
        'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n',
        r"t\.csv:1: 'version https://git-lfs\..*git lfs pull brings it"),
    'a comment above the names': (
        '# made on Monday\n' + table(), r"t\.csv:1: '# made on Monday" + PARTED
        + 'take out the lines above the names'),
    'a conflict of git': (
        with_line(8, '<<<<<<< HEAD'), r"t\.csv:8: has '1' cells, and the first line "
        'has 3; an empty cell has its separator, too'),
    'another separator in one line': (
        with_line(10, '1;2;a'), r"t\.csv:10: has '1' cells, and the first line has 3"),
    'a decimal comma': (
        with_line(4, '1,5,2,a'), r"t\.csv:4: has '4' cells, .*a cell that holds the "
        'separator stands in quotes'),
    'units below the names': (
        with_line(2, 'cm,kg,a'), r"t\.csv:2: column 1 \('u'\): 'cm' is no number, and "
        "line 3 has one; 'ignore_columns = u'"),
    'a last line of sums': (
        with_line(25, 'Total,132,a'), r"t\.csv:25: column 1 \('u'\): 'Total' is no"),
    'the names once more': (
        with_line(12, 'u,v,y'), r"t\.csv:12: column 1 \('u'\): 'u' is no number"),
    'digits parted wrongly': (
        with_line(6, '"1,23,4",1,a'), no_number('1,23,4')),
    'a month of 13': (
        with_line(6, '2020-13-05,1,a', DATES), r"t\.csv:6: column 1 \('u'\): "
        "'2020-13-05' is no date, and other rows have dates; 'ignore_columns = u'"),
    'a word among dates': (
        with_line(6, 'soon,1,a', DATES), r"t\.csv:6: .*'soon' is no date"),
    'an hour of 25': (
        with_line(6, '25:99,1,a', table(u=lambda i: f'{i:02}:30')),
        r"t\.csv:6: .*'25:99' is no date"),
    'a number among dates': (
        with_line(6, '17,1,a', DATES), r"t\.csv:6: column 1 \('u'\): .*number, and "
        'other rows have dates'),
    'the target alone': (
        'y\n' + 'a\nb\n' * 12, "of its '1' columns none is left for the inputs"),
    'a target that is not there': (
        'u,v\n' + '1,2\n' * 12, "there is no column 'y'; did you mean"),
    **{f"'{cell}' for a number": (number_at(cell), no_number(cell))
       for cell in CELLS},
}


def refused():
    for name, (text, pattern) in BAD.items():
        pathlib.Path('t.csv').write_text(text, encoding='utf-8')
        for verb in 'train', 'data':
            done = subprocess.run(
                [DNNRUN, verb, 't.csv', '--target', 'y'], capture_output=True,
                text=True, encoding='utf-8', timeout=60)
            check(f'{verb}: {name}', done.returncode == 1
                  and re.search(pattern, done.stderr, re.M)
                  and os.listdir('.') == ['t.csv'],
                  f'exit {done.returncode}\n{done.stderr}')


def helped():
    """The remedies are ones."""
    pathlib.Path('t.csv').write_text(number_at('1.2.3'))
    for key in 'ignore_columns', 'categories':
        done = subprocess.run(
            [DNNRUN, 'train', 't.csv', '--target', 'y', '--epochs', '1', '--set',
             f'data.{key}=u', '--out', f'by-{key}', '--quiet'],
            capture_output=True, text=True, timeout=60)
        kept = pathlib.Path(f'by-{key}/experiment.dnn')
        check(f'{key} = u helps', done.returncode == 0
              and f'{key} = u' in kept.read_text(), done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        refused()
        helped()
        os.chdir('/')
    return finish()


sys.exit(main())
