"""The code that tests in Python share: TAP, and files of numbers."""
import pathlib
import random
import struct
import sys

_n_checks = _n_failed = 0


def check(name, good, detail=''):
    """One line of TAP.  A `detail` is shown where the check failed."""
    global _n_checks, _n_failed
    _n_checks += 1
    _n_failed += not good
    print(f'{"" if good else "not "}ok {_n_checks} - {name}')
    for line in [] if good else str(detail).splitlines():
        print(f'#   {line}')
    sys.stdout.flush()
    return good


def skip(name, why):
    global _n_checks
    _n_checks += 1
    print(f'ok {_n_checks} - {name} # SKIP {why}')


def finish():
    """The last line.  Returns the exit code."""
    print(f'1..{_n_checks}')
    return 1 if _n_failed else 0


def write_npy(path, values, shape, descr='<f4'):
    head = str({'descr': descr, 'fortran_order': False,
                'shape': tuple(shape)})
    head += ' ' * (-(len(head) + 11) % 64) + '\n'
    code = {'<f4': 'f', '<f8': 'd', '<i4': 'i', '|u1': 'B'}[descr]
    with open(path, 'wb') as f:
        f.write(b'\x93NUMPY\x01\x00' + struct.pack('<H', len(head)))
        f.write(head.encode('latin-1'))
        f.write(struct.pack(f'<{len(values)}{code}', *values))


def write_classes(rows, columns, classes, experiment):
    """x.npy and y.npy, rows that can be told apart by some of their columns,
    and e.dnn."""
    numbers = random.Random(1)
    x, y = [], []
    for _ in range(rows):
        label = numbers.randrange(classes)
        x += [numbers.gauss(1.5 * (j % classes == label), 1)
              for j in range(columns)]
        y.append(label)
    write_npy('x.npy', x, (rows, columns))
    write_npy('y.npy', y, (rows,), '<i4')
    pathlib.Path('e.dnn').write_text(experiment)
