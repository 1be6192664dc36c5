#!/usr/bin/env python3
"""abi-pins - writes tests/abi/abi-pins.h: size, offsets and enum values of
everything in include/dnn.  With --check it compares instead of writing, so
that a new struct or member without a pin is seen; and the pins of every frozen
minor (tests/abi/1.N/abi-pins.h) are held against what there is now.
"""
import importlib.util
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
PINS = ROOT / 'tests/abi/abi-pins.h'


def without_comments(text):
    return re.sub(r'/\*.*?\*/', '', text, flags=re.S)


def find_rows():
    """Rows (kind, struct or enum, member), in the order of the headers."""
    rows = []
    for path in sorted((ROOT / 'include/dnn').rglob('*.h')):
        text = without_comments(path.read_text(encoding='utf-8'))
        for name, body in re.findall(
                r'typedef struct (\w+) \{(.*?)\n?\} ?\1;', text, re.S):
            rows.append(('SIZE', name, None))
            for declaration in body.split(';'):
                rows += [('AT', name, member)
                         for member in find_members(declaration)]
        for name, body in re.findall(
                r'typedef enum (\w+) \{(.*?)\} ?\1;', text, re.S):
            rows += [('VALUE', None, constant)
                     for constant in re.findall(r'(\w+) =', body)]
    return rows


def find_members(declaration):
    """'int64_t m, n' has m and n; 'void (*f) (int x)' has f."""
    function = re.search(r'\(\*(\w+)\)', declaration)
    if function:
        return [function.group(1)]
    names = [re.search(r'(\w+)(\[\w+\])*\s*$', part)
             for part in declaration.split(',')]
    return [name.group(1) for name in names if name]


def measure(rows):
    """The numbers, from the compiler."""
    expressions = {
        'SIZE': lambda s, m: f'sizeof ({s})',
        'AT': lambda s, m: f'offsetof ({s}, {m})',
        'VALUE': lambda s, m: m,
    }
    lines = [f'  printf ("%ld\\n", (long) ({expressions[kind](s, m)}));'
             for kind, s, m in rows]
    program = ('#include <dnn/plugin.h>\n#include <stdio.h>\n'
               'int main (void)\n{\n' + '\n'.join(lines) + '\n}\n')
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder, 'pins.c')
        source.write_text(program, encoding='utf-8')
        subprocess.run([*shlex.split(os.environ.get('CC', 'cc')),
                        '-I', ROOT / 'include', '-o', f'{folder}/pins',
                        source], check=True)
        return subprocess.run([f'{folder}/pins'], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.split()


def make_text():
    rows = find_rows()
    text = '/* abi-pins.h - made by build-aux/abi-pins.py */\n'
    for (kind, struct, member), number in zip(rows, measure(rows)):
        where = ', '.join(x for x in (struct, member) if x)
        text += f'{kind} ({where}, {number}),\n'
    return text


def find_growing():
    spec = importlib.util.spec_from_file_location(
        'next_abi', ROOT / 'build-aux/next-abi.py')
    next_abi = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(next_abi)
    return {name for path in (ROOT / 'include/dnn').rglob('*.h')
            for name in next_abi.find_growing(path.read_text(encoding='utf-8'))}


def parse(text):
    """'AT (DnnCall, reserved, 4),' as {'AT (DnnCall, reserved': 4}."""
    return {row: int(number) for row, number in
            re.findall(r'^(\w+ \(.*), (\d+)\),$', text, re.M)}


def find_breaks(frozen, now, growing):
    """Sentences about what a plugin of the frozen minor would trip over: only
    the size of a struct that may grow may be larger."""
    frozen, now = parse(frozen), parse(now)
    for row, was in frozen.items():
        struct = row.removeprefix('SIZE (')
        grows = row.startswith('SIZE') and struct in growing
        if row not in now:
            yield f'{row}) is gone'
        elif now[row] != was and not (grows and now[row] > was):
            yield f'{row}) is {now[row]}, and was {was}'


def check_frozen(text):
    growing = find_growing()
    breaks = [f'{path.parent.name}: {fault}'
              for path in sorted((ROOT / 'tests/abi').glob('1.*/abi-pins.h'))
              for fault in find_breaks(path.read_text(encoding='utf-8'), text,
                                       growing)]
    for fault in breaks:
        print(fault)
    return not breaks


def main():
    text = make_text()
    if not check_frozen(text):
        return 1
    if sys.argv[1:] != ['--check']:
        PINS.write_text(text, encoding='utf-8')
        return 0
    if PINS.read_text(encoding='utf-8') == text:
        return 0
    print(f'{PINS.relative_to(ROOT)} is not what include/dnn says: '
          'after a change that only adds, run build-aux/abi-pins.py')
    return 1


if __name__ == '__main__':
    sys.exit(main())
