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
}

LITERAL = re.compile(r'"((?:[^"\\\n]|\\.)*)"')


def find_names(root):
    return {path.stem for path in (root / 'plugins').glob('*/*.c')}


def find_uses(root, names):
    for folder in ('core', 'tools'):
        for path in sorted((root / folder).glob('*.[ch]')):
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
    uses = list(find_uses(root, names))
    print('\n'.join(uses + [f'{len(names)} names looked for']))
    return 1 if uses or not names else 0


if __name__ == '__main__':
    sys.exit(main())
