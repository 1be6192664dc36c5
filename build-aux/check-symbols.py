#!/usr/bin/env python3
"""check-symbols - what a plugin exports and needs: dnn_plugin_v1 and nothing
else, no symbol of ours, GLib's or a BLAS's, and no library but libc and libm,
and of a decoder that of its format.
"""
import pathlib
import re
import subprocess
import sys

FORBIDDEN = re.compile(r'(_?dnn_|cblas_|openblas|g_|s?gemm_)')
# Also those of the sanitizers, in a build that has them.
LIBRARIES = re.compile(r'(libc|libm|ld-linux.*|libasan|libubsan|libgcc_s)\.so')
DECODERS = {'png.so': re.compile('libpng'), 'jpeg.so': re.compile('libjpeg')}


def run(*command):
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def list_symbols(paths, which):
    """Of each file, by one nm: hundreds of them take seconds."""
    symbols = {path: [] for path in paths}
    for line in run('nm', '-A', '-D', which, *paths).splitlines():
        symbols[line.partition(':')[0]].append(line.split()[-1])
    return symbols


def list_libraries(paths):
    text = run('readelf', '-d', *paths)
    # One file alone has no heading.
    parts = re.split(r'^File: (.*)$', text, flags=re.M)[1:] or [paths[0], text]
    return {path: re.findall(r'NEEDED.*\[(.*)\]', part)
            for path, part in zip(parts[::2], parts[1::2])}


def list_faults(path, exported, needed, libraries):
    exported = [name for name in exported if '__odr_asan.' not in name]
    if exported not in (['dnn_plugin_v1'], ['dnn_plugins_v1']):
        yield f'exports {", ".join(exported) or "nothing"}'
    for symbol in needed:
        if FORBIDDEN.match(symbol):
            yield f'needs {symbol}'
    own = DECODERS.get(pathlib.Path(path).name)
    for library in libraries:
        if not (LIBRARIES.match(library) or own and own.match(library)):
            yield f'links {library}'


def find_faults(*paths):
    """A sentence for each."""
    paths = [str(path) for path in paths]
    tables = (list_symbols(paths, '--defined-only'),
              list_symbols(paths, '--undefined-only'), list_libraries(paths))
    for path in paths:
        for fault in list_faults(path, *(table[path] for table in tables)):
            yield f'{pathlib.Path(path).name}: {fault}'


def main():
    paths = sys.argv[1:]
    faults = list(find_faults(*paths)) if paths else ['no plugin is named']
    print(*faults, f'{len(paths)} plugins looked at', sep='\n')
    return 1 if faults else 0


if __name__ == '__main__':
    sys.exit(main())
