#!/usr/bin/env python3
"""check-style - the rules of the house style that a machine can hold.

    check-style.py ROOT [FILE...]

A limit is raised by an argued commit to this file, never by a comment in the
file that breaks it.
"""
import pathlib
import re
import shutil
import subprocess
import sys

FOLDERS = ['include', 'core', 'plugins', 'tools', 'tests', 'fuzz', 'bench',
           'examples']
LINE = 80
FUNCTION = 60
PARAMETERS = 7
# Functions whose parameters the plugin ABI fixes.
ABI_SIGNATURES = {'grad', 'dnn_windows', 'start'}
# Trials of the ABI, each a plugin whose maths is in one function.
MANY_PARAMETERS = {'tests/abi/hard_attention.c', 'tests/abi/hard_lstm_cell.c'}
LENGTHS = [  # first match counts
    # The ABI must make these possible in so many lines.
    (re.compile(r'^plugins/layers/conv\.c$'), 110),
    (re.compile(r'^plugins/layers/pooling\.c$'), 100),
    (re.compile(r'^plugins/layers/(lstm|multi_head_attention)\.c$'), 200),
    (re.compile(r'^plugins/losses/ctc\.c$'), 170),
    (re.compile(r'^plugins/optimizers/sam\.c$'), 60),
    (re.compile(r'^plugins/optimizers/lbfgs\.c$'), 160),
    (re.compile(r'^plugins/optimizers/schedule_free_adamw\.c$'), 80),
    (re.compile(r'^plugins/parametrizations/lora\.c$'), 80),
    (re.compile(r'^plugins/callbacks/early_stopping\.c$'), 90),
    (re.compile(r'^plugins/.*\.c$'), 250),
    (re.compile(r'^tests/abi/abi-pins\.h$'), 1000),  # made by a script
    (re.compile(r'\.h$'), 150),
    (re.compile(r'\.(c|cc)$'), 500),
]
# Kernels as inline functions: one table of polynomials, not an interface; and
# the one table of services, a struct that cannot be cut.
LONG_HEADERS = {'core/compute/dnn-vmath-kernels.h': 250,
                'include/dnn/abi/host.h': 220}

LIBC = {'assert', 'complex', 'ctype', 'errno', 'fenv', 'float', 'inttypes',
        'limits', 'math', 'stdalign', 'stdbool', 'stddef', 'stdint', 'stdlib',
        'string', 'tgmath'}
# The yardstick of speed stays as it was measured, whatever it looks like.
KEPT = ('bare-blas.c',)
# A released minor of the ABI never changes.
FROZEN = re.compile(r'^tests/abi/1\.\d+/')
STDIO_FOLDERS = ('tools/', 'tests/', 'fuzz/', 'bench/', 'examples/')
BANNED = re.compile(
    r'\b(v?printf|v?fprintf|puts|putchar|g_print|g_printerr|g_warning|exit|'
    r'_exit|quick_exit|abort|strcpy|strcat|v?sprintf|gets|system|popen|'
    r'alloca|g_alloca|strtok|atoi|atof) \(')
BANNED_FOLDERS = ('core/', 'plugins/')
WORDS = re.compile(r'\b(TODO|FIXME|XXX)\b')
# A comment begins with its subject: "True if ...", not "Whether ..."; "The rows
# that ...", not "What ...".
NO_SUBJECT = re.compile(r'(?:/\*+|//) *(?:\d+\. *)?(What|Whether|Who)\b')
# The library of a format is its decoder's.
DECODERS = {'plugins/decoders/png.c': ['png.h', 'setjmp.h'],
            'plugins/decoders/jpeg.c': ['jpeglib.h', 'jerror.h', 'setjmp.h',
                                      'stdio.h']}
INCLUDE = re.compile(r'^#\s*include\s+([<"])([^>"]+)[>"]')


def blank(text):
    """Comments and string literals as spaces; lines stay where they are."""
    return re.sub(
        r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'',
        lambda m: re.sub(r'[^\n]', ' ', m[0]), text, flags=re.S)


def check_head(name, text):
    stem = pathlib.Path(name).name
    if name.startswith(('plugins/', 'tests/', 'examples/')):
        stem = stem.rsplit('.', 1)[0]
    want = f'/* {stem}'
    if not re.match(re.escape(want) + r'(\.\w+)? - \S', text):
        yield 1, f'must open with "/* {stem} - "'


def check_length(name, text):
    limit = LONG_HEADERS.get(name)
    if limit is None:
        limit = next(n for rule, n in LENGTHS if rule.search(name))
    n = text.count('\n')
    if n > limit:
        yield n, f'has {n} lines, and {limit} are the most'


def check_lines(name, text):
    for i, line in enumerate(text.split('\n'), 1):
        if len(line) > LINE:
            yield i, f'is {len(line)} characters wide, and {LINE} are the most'
        if line != line.rstrip():
            yield i, 'has white space at its end'
        if '\t' in line:
            yield i, 'has a tab'
        if WORDS.search(line):
            yield i, f'"{WORDS.search(line)[0]}": do it, or leave it'
        match = NO_SUBJECT.search(line)
        if match:
            yield i, f'a comment begins with "{match[1]}": subject first'
        if re.match(r'\s*#\s*if\s+0\b', line):
            yield i, '"#if 0": no code that is none'
    if text and not text.endswith('\n'):
        yield text.count('\n') + 1, 'has no newline at its end'


def check_include(name, quote, header):
    """Why this file may not include that header, or None."""
    if name.startswith('plugins/'):
        if quote == '<' and header == 'dnn/plugin.h':
            return None
        if quote == '<' and header.removesuffix('.h') in LIBC:
            return None
        if header in DECODERS.get(name, ()):
            return None
        return 'a plugin includes <dnn/plugin.h> and libc only'
    if header == 'cblas.h' and not name.startswith('bench/'):
        if name != 'core/compute/gemm-openblas.c':
            return 'only core/compute/gemm-openblas.c includes cblas.h'
    if header in ('stdio.h', 'glib/gstdio.h', 'glib/gprintf.h'):
        if header != 'glib/gstdio.h' and not name.startswith(STDIO_FOLDERS):
            return 'only tools and tests print'
    if name.startswith('include/'):
        if not (quote == '<' and (header.startswith('dnn/abi/')
                                  or header in ('stddef.h', 'stdint.h'))):
            return 'the ABI needs stddef.h and stdint.h only'
    return None


def check_includes(name, text):
    for i, line in enumerate(text.split('\n'), 1):
        match = INCLUDE.match(line)
        if match:
            why = check_include(name, *match.groups())
            if why:
                yield i, why


def check_calls(name, text):
    for i, line in enumerate(blank(text).split('\n'), 1):
        if re.search(r'\bgoto\b', line):
            yield i, '"goto"'
        match = BANNED.search(line)
        if match and name.startswith(BANNED_FOLDERS):
            yield i, f'"{match[1]}" is not for the library'


def count_parameters(text):
    """Of "(int a, void (*b) (int, int))": 2."""
    depth = count = 0
    for c in text:
        depth += (c == '(') - (c == ')')
        count += c == ',' and depth == 1
        if depth == 0:
            break
    return count + 1


def check_functions(name, text):
    lines = blank(text).split('\n')
    start = body = None
    for i, line in enumerate(lines):
        head = re.match(r'^(?:[\w\s*]*\W)?(\w+) \(', line)
        if head and not line.startswith((' ', '#', '}')):
            start = i
            if line.startswith(head[1]):  # a definition: type above, name first
                rest = '\n'.join(lines[i:])[len(head[1]):]
                n = count_parameters(rest.lstrip())
                if (n > PARAMETERS and head[1] not in ABI_SIGNATURES
                        and name not in MANY_PARAMETERS):
                    yield (i + 1, f'{head[1]} has {n} parameters, and '
                           f'{PARAMETERS} are the most')
        if line == '{' and start is not None:
            body = i
        if line == '}' and body is not None:
            n = i - body + 1
            if n > FUNCTION:
                yield (start + 1, f'a function of {n} lines, and {FUNCTION} '
                       'are the most')
            body = None


CHECKS = [check_head, check_length, check_lines, check_includes, check_calls,
          check_functions]


def check(name, text):
    """Sentences about the file `name`, a path below the root."""
    for rule in CHECKS:
        for line, what in rule(name, text):
            yield f'{name}:{line}: {what}'


def check_format(root, names):
    tool = shutil.which('clang-format')
    if tool is None:
        print('skipped: the format, as there is no clang-format')
        return
    result = subprocess.run([tool, '--dry-run', *names], cwd=root, text=True,
                            stderr=subprocess.PIPE)
    seen = set()
    for name in re.findall(r'^(\S+?):\d+:\d+: ', result.stderr, re.M):
        if name not in seen:
            seen.add(name)
            yield f'{name}: is not as clang-format -i leaves it'


def find_files(root):
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob('*')):
            name = str(path.relative_to(root))
            if path.name in KEPT or FROZEN.match(name):
                continue
            if path.suffix in ('.c', '.h', '.cc') and path.is_file():
                yield name


def main():
    root = pathlib.Path(sys.argv[1])
    names = sys.argv[2:] or list(find_files(root))
    faults = []
    for name in names:
        text = (root / name).read_text(encoding='utf-8')
        faults += check(name, text)
    faults += check_format(root, [n for n in names if 'abi-pins' not in n])
    print('\n'.join(faults + [f'{len(names)} files, {len(faults)} faults']))
    return 1 if faults or not names else 0


if __name__ == '__main__':
    sys.exit(main())
