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


def find_faults(path):
    exported = [line.split()[-1] for line in
                run('nm', '-D', '--defined-only', path).splitlines()
                if '__odr_asan.' not in line]
    needed = [line.split()[-1] for line in
              run('nm', '-D', '--undefined-only', path).splitlines()]
    libraries = re.findall(r'NEEDED.*\[(.*)\]', run('readelf', '-d', path))
    if exported not in (['dnn_plugin_v1'], ['dnn_plugins_v1']):
        yield f'exports {", ".join(exported) or "nothing"}'
    for symbol in needed:
        if FORBIDDEN.match(symbol):
            yield f'needs {symbol}'
    own = DECODERS.get(pathlib.Path(path).name)
    for library in libraries:
        if not (LIBRARIES.match(library) or own and own.match(library)):
            yield f'links {library}'


def main():
    failed = False
    for path in sys.argv[1:]:
        for fault in find_faults(path):
            failed = True
            print(f'{pathlib.Path(path).name}: {fault}')
    print(f'{len(sys.argv) - 1} plugins looked at')
    return 1 if failed or len(sys.argv) < 2 else 0


if __name__ == '__main__':
    sys.exit(main())
