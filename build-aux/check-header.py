#!/usr/bin/env python3
"""check-header - compiles what includes <dnn/plugin.h>, as C11, C17 and C++17,
by every compiler that is there, with all warnings as errors.
"""
import pathlib
import shutil
import subprocess
import sys

WARNINGS = ['-Wall', '-Wextra', '-pedantic', '-Werror', '-fsyntax-only']
# Shared by C and C++: rows of the ABI structs end where they end.
PARTLY = ['-Wno-missing-field-initializers']
COMPILERS = {
    'c': (['gcc', 'clang'], ['c11', 'c17', 'gnu11']),
    'c++': (['g++', 'clang++'], ['c++17', 'c++20']),
}


def find_sources(root):
    abi = root / 'tests/abi'
    yield 'c', abi / 'include_only.c'
    yield 'c++', abi / 'include_only.c'
    yield 'c++', abi / 'positional.cc'
    for source in sorted(abi.glob('hard_*.c')):
        yield 'c', source


def find_headers(root):
    """Each part must stand alone."""
    return sorted((root / 'include/dnn').rglob('*.h'))


def compile_one(compiler, language, standard, source, root, more=()):
    return subprocess.run(
        [compiler, '-x', language, f'-std={standard}', *WARNINGS, *PARTLY,
         '-I', root / 'include', *more, source],
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def main():
    root = pathlib.Path(sys.argv[1])
    failed = done = 0
    for language, (compilers, standards) in COMPILERS.items():
        for compiler in compilers:
            if shutil.which(compiler) is None:
                print(f'skipped: there is no {compiler}')
                continue
            jobs = [s for s in find_sources(root) if s[0] == language]
            jobs += [(language, h) for h in find_headers(root)]
            for _, source in jobs:
                for standard in standards:
                    # A header as the main file: "pragma once" is no news.
                    more = (['-Wno-pragma-once-outside-header']
                            if 'clang' in compiler else [])
                    if source.suffix == '.h':
                        result = compile_stand_alone(
                            compiler, language, standard, source, root)
                    else:
                        result = compile_one(compiler, language, standard,
                                             source, root, more)
                    done += 1
                    if result.returncode != 0:
                        failed += 1
                        print(f'{compiler} -std={standard} {source}:\n'
                              f'{result.stdout}')
    print(f'{done} compilations, {failed} failed')
    return 1 if failed or not done else 0


def compile_stand_alone(compiler, language, standard, header, root):
    name = header.relative_to(root / 'include')
    return subprocess.run(
        [compiler, '-x', language, f'-std={standard}', *WARNINGS, *PARTLY,
         '-Wno-unused-function', '-I', root / 'include', '-'],
        input=f'#include <{name}>\n', text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


if __name__ == '__main__':
    sys.exit(main())
