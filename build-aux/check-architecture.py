#!/usr/bin/env python3
"""check-architecture - docs/architecture.md says what is so.

    check-architecture.py ROOT LAYER=BELOW,BELOW...

Each file that a row of "Where is" names defines the function beside it; "may
be used by" and "may not use" of each folder follow from the rows of
core/meson.build; each path in backquotes exists.
"""
import pathlib
import re
import sys

ROW = re.compile(r'^\| [^|]+ \| `(\S+)` \| `(\w+)` \|$', re.M)
FOLDER = re.compile(r'^\*\*(\w+)/\*\*: .*?May be used\s+by\s+([\w,\s]+);'
                    r'\s+may\s+not\s+use\s+([\w,\s]+)\.$', re.M | re.S)
PATH = re.compile(r'`((?:core|tools|plugins|include|tests)/[\w./-]+)`')
LEAST_QUESTIONS = 10


def names(text):
    words = set(re.split(r',\s*', text.strip()))
    return set() if words == {'none'} else words


def undefined(root, text):
    for path, function in ROW.findall(text):
        file = root / path
        source = file.read_text(encoding='utf-8') if file.exists() else ''
        if not re.search(rf'^{function} \(', source, re.M):
            yield f'{path} does not define {function}'


def wrong_folders(text, rows):
    seen = {}
    for name, by, not_use in FOLDER.findall(text):
        seen[name] = names(by), names(not_use)
    for name, below in rows.items():
        want = ({other for other, row in rows.items() if name in row},
                set(rows) - below - {name})
        if seen.get(name) != want:
            yield (f'{name}/: may be used by {sorted(want[0])}, '
                   f'may not use {sorted(want[1])}')


def missing(root, text):
    for path in sorted(set(PATH.findall(text))):
        if not re.search(r'NAME|KIND', path) and not (root / path).exists():
            yield f'{path} is not there'


def main():
    root = pathlib.Path(sys.argv[1])
    text = (root / 'docs/architecture.md').read_text(encoding='utf-8')
    rows = {name: set(filter(None, below.split(',')))
            for name, below in (row.split('=') for row in sys.argv[2:])}
    faults = [*undefined(root, text), *wrong_folders(text, rows),
              *missing(root, text)]
    n = len(ROW.findall(text))
    if n < LEAST_QUESTIONS or not rows:
        faults.append(f'{n} questions are answered')
    print('\n'.join(f'docs/architecture.md: {fault}' for fault in faults))
    print(f'{n} questions, {len(rows)} folders, {len(faults)} faults')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
