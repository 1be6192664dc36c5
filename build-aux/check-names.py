#!/usr/bin/env python3
"""check-names - the core knows no plugin by name: no string literal in core/ or
tools/ is one.
"""
import pathlib
import re
import sys

# Words that are the host's own, and only happen to be a plugin's name too.
HOST_WORDS = {
    'activation': 'a key of every layer, and the name of a kind',
    'average': 'a parameter of early stopping',
    'constant': "a mode of ONNX' Pad",
    'lora': 'an option of transfer',
    'threshold': 'an option of predict',
}

# A tree with fewer has moved, and this would look at nothing.
LEAST_SOURCES = 200

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def find_names(root):
    return {path.stem for path in (root / 'plugins').glob('*/*.c')}


def find_sources(root):
    return [path for folder in ('core', 'tools')
            for path in sorted((root / folder).rglob('*.[ch]'))]


def find_uses(root, names):
    for path in find_sources(root):
        text = re.sub(r'/\*.*?\*/', lambda m: '\n' * m[0].count('\n'),
                      path.read_text(encoding='utf-8'), flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            for literal in LITERAL.findall(line):
                if literal in names and literal not in HOST_WORDS:
                    yield (f'{path.relative_to(root)}:{number}: knows the '
                           f'plugin "{literal}"')


def main():
    root = pathlib.Path(sys.argv[1])
    names = find_names(root)
    n_sources = len(find_sources(root))
    faults = list(find_uses(root, names))
    if n_sources < LEAST_SOURCES or not names:
        faults.append('looked in the wrong place')
    print('\n'.join(faults + [f'{len(names)} names looked for in {n_sources} '
                              'files']))
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
