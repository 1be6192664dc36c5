#!/usr/bin/env python3
"""next-abi - the headers as a later minor might have them: every [grows] struct
has one more member at its end, and DNN_ABI_MINOR is MINOR.  Of a MINOR before
the headers' own only the number is written.

    next-abi.py MINOR FROM TO

A host that is built with them (meson's option abi_minor) has other sizes
everywhere than the plugins, which keep to the headers there are.
"""
import pathlib
import re
import shutil
import sys

# A comment with the mark, and the struct that it stands before.
GROWS = re.compile(
    r'(/\*(?:(?!\*/).)*\[grows(?:(?!\*/).)*\*/\n'
    r'typedef struct (\w+) \{.*?)\n\} \2;', re.S)


def find_growing(text):
    return [name for _, name in GROWS.findall(text)]


def grow(text, minor):
    """The text of a header, and how many structs have grown."""
    member = f'\n  uint64_t since_minor_{minor}; /* ABI 1.{minor} */'
    return GROWS.subn(rf'\1{member}\n}} \2;', text)


MINOR = re.compile(r'(#define DNN_ABI_MINOR) (\d+)')


def main():
    minor, source, target = sys.argv[1:]
    shutil.copytree(source, target, dirs_exist_ok=True)
    now = MINOR.search(pathlib.Path(source, 'dnn/plugin.h').read_text(
        encoding='utf-8'))[2]
    earlier = int(minor) < int(now)
    grown = 0
    for path in sorted(pathlib.Path(target, 'dnn').rglob('*.h')):
        text, n = path.read_text(encoding='utf-8'), 0
        if not earlier:
            text, n = grow(text, minor)
        path.write_text(MINOR.sub(rf'\1 {minor}', text), encoding='utf-8')
        grown += n
    print(f'{grown} structs have grown')
    return 0 if grown or earlier else 1


if __name__ == '__main__':
    sys.exit(main())
