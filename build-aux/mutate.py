#!/usr/bin/env python3
"""mutate - reads files that were broken in many ways.

    mutate.py READ_FILES CORPORA [--more FOLDER]... [--count N] [--seed N]

READ_FILES is fuzz/read-files of a build without sanitizers, CORPORA the folder
of the NAME.corpus folders; files in `--more` folders are of the kind that
their own names end in.  Held against the limits: no signal, no second of
processor time, no more than 64 MiB and four times the file in memory (pictures: what
their packing may hold), and a
refusal is one sentence that begins with the file's name.  What breaks one is
kept in the current folder.
"""
import argparse
import collections
import gzip
import io
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile
import zipfile

BATCH = 500
SECONDS = 1.0
BYTES = 64 << 20
# Of a picture: what its decoder makes room for, a byte of the file.
RATIOS = {'png': 1032 * 2, 'jpeg': 512 * 9}
# Of a whole batch, on a machine that does other things, too.
PATIENCE = 300
INTERESTING = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff,
               0xffffffff, 1 << 31, 1 << 32, (1 << 63) - 1, 1 << 63,
               (1 << 64) - 1]
WORDS = [b'-1', b'0', b'999999999999999999999', b'1e999', b'nan', b'inf', b'"',
         b"'", b'(', b')', b'[', b']', b'{', b'}', b'!', b'=', b',', b'#',
         b'\n', b'\r', b'\0', b'\xff', b'\xc3', b'\xe2\x80\xa8', b'\x1b[2J']


def place(data, rng):
    return rng.randrange(len(data) + 1)


def flip_bits(data, others, rng):
    data = bytearray(data)
    for _ in range(rng.choice([1, 1, 2, 4, 16])):
        if data:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return bytes(data)


def truncate(data, others, rng):
    return data[:place(data, rng)]


def change_number(data, others, rng):
    """A length, an offset, a size: written in any width and byte order."""
    code = rng.choice('BHIQ')
    size = struct.calcsize(code)
    at = place(data, rng)
    value = rng.choice(INTERESTING + [len(data), len(data) + 1])
    word = struct.pack(rng.choice('<>') + code, value % (1 << 8 * size))
    return data[:at] + word + data[at + size:]


def change_digits(data, others, rng):
    digits = [i for i, c in enumerate(data) if 48 <= c <= 57]
    if not digits:
        return data
    at = rng.choice(digits)
    number = str(rng.choice(INTERESTING)).encode()
    return data[:at] + number + data[at + 1:]


def splice(data, others, rng):
    other = rng.choice(others)
    return data[:place(data, rng)] + other[place(other, rng):]


def repeat(data, others, rng):
    a, b = sorted([place(data, rng), place(data, rng)])
    return data[:b] + data[a:b] * rng.choice([1, 2, 64, 1000]) + data[b:]


def delete(data, others, rng):
    a, b = sorted([place(data, rng), place(data, rng)])
    return data[:a] + data[b:]


def insert_word(data, others, rng):
    at = place(data, rng)
    return data[:at] + rng.choice(WORDS) + data[at:]


MUTATIONS = [flip_bits, truncate, change_number, change_digits, splice, repeat,
             delete, insert_word]


def mutate(data, others, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 3, 5])):
        data = rng.choice(MUTATIONS)(data, others, rng)[:1 << 20]
    return data


def worst_cases():
    """(kind, bytes): what takes long where somebody counts badly."""
    n = 1 << 18
    yield 'experiment', b'[train]\nepochs = 1\n' + b' 1\n' * n
    yield 'experiment', b''.join(b'[layer a%d]\n' % i for i in range(n // 4))
    yield 'experiment', b'[train]\n' + b''.join(
        b'a%d=1\n' % i for i in range(n // 4))
    yield 'experiment', b'[train]\na = ' + b'(' * n
    yield 'experiment', b'[' + b'a' * 3 * n + b']\n'
    yield 'chain', b'relu ! ' * n + b'relu'
    yield 'chain', b'dense ' + b' '.join(b'a%d=1' % i for i in range(n // 4))
    yield 'chain', b'dense a=' + b'(' * n
    yield 'blocks', (b'[block a]\nlayers = relu ! relu\n[block b]\nlayers = '
                     b'a repeat=10000\n[model]\nlayers = b repeat=10000\n')
    for copies in 1, 8, 100:
        text = b'[block b0]\nx = 1\nlayers = relu name=a k=$x\n'
        for i in range(1, 16):
            text += b'[block b%d]\nx = 1\nlayers = b%d x=%s\n' % (
                i, i - 1, b'$x' * copies)
        yield 'blocks', text + (b'[model]\nlayers = b15 repeat=10000 x=' +
                                b'y' * 900 + b'\n')
    yield 'blocks', (b'[block a]\nlayers = relu k=' + b'x' * n +
                     b'\n[model]\nlayers = a repeat=10000\n')
    yield 'blocks', (b'[block a]\nlayers = ' + b'relu ! ' * n + b'relu\n'
                     b'[model]\nlayers = a repeat=10000\n')
    yield 'blocks', b'[block a]\nlayers = relu\n' + b''.join(
        b'[block b%d]\nlayers = a\n' % i for i in range(4999))
    yield 'parameters', b'a(b=' + b'1,' * n + b'1)'
    yield 'parameters', b'a,' * n + b'a'
    yield 'parameters', b'a(' * n + b')' * n
    yield 'history', b'a,' * n + b'a\n'
    yield 'csv', b','.join(b'c%d' % i for i in range(n // 4)) + b'\n'
    yield 'csv', b'a,' * n + b'y\n'
    yield 'csv', b'1,' * n + b'1\n'
    yield 'csv', b'a,y\n' + b''.join(b'1,w%d\n' % i for i in range(n // 8))
    yield 'csv', b'1\n' * n
    yield 'csv', b'"' * n
    zeros = bytes(80 << 20)
    yield 'gz', gzip.compress(b'\0\0\x08\x01' + zeros, 1)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as members:
        members.writestr('x.npy', zeros)
    yield 'npz', archive.getvalue()
    for data in worst_hdf5():
        yield 'hdf5', data
    for data in worst_json():
        yield 'json', data
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as members:
            members.writestr('metadata.json', '{"keras_version":"3"}')
            members.writestr('config.json', data)
            members.writestr('model.weights.h5', b'')
        yield 'keras', archive.getvalue()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w', zipfile.ZIP_DEFLATED) as members:
        members.writestr('metadata.json', '{"keras_version":"3"}')
        members.writestr('config.json', '{}')
        members.writestr('model.weights.h5', zeros)
    yield 'keras', archive.getvalue()
    yield 'npy', b"\x93NUMPY\x02\0" + struct.pack('<I', n) + b'{' * n
    for layer in b'relu', b'dense units=1':
        chain = (b' ! ' + layer) * (n // 8)
        head = (b'{"__metadata__":{"format":"dnn/1","model":"relu' + chain +
                b'","input_shape":"1"}}')
        yield 'model', struct.pack('<Q', len(head)) + head
    for piece in b'[', b'{"a":':
        head = piece * (n // len(piece))
        yield 'safetensors', struct.pack('<Q', len(head)) + head
    for data in worst_models():
        yield 'onnx', data
    for data in worst_pickles():
        yield 'pth', zip_pickle(data)
    members = io.BytesIO()
    with zipfile.ZipFile(members, 'w', zipfile.ZIP_DEFLATED) as archive:
        archive.writestr('a/data.pkl', b'\x80\2' + bytes(80 << 20))
    yield 'pth', members.getvalue()
    head = b'{' + b','.join(
        b'"t%d":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}' % i
        for i in range(n // 16)) + b'}'
    yield 'safetensors', struct.pack('<Q', len(head)) + head


def varint(number):
    out = b''
    while number > 0x7f:
        out += bytes([number & 0x7f | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def worst_models():
    """Of ONNX: many, deep and wide messages."""
    n = 1 << 18
    head = b'\x08\x08' + field(8, b'\x10\x11')
    yield head + field(7, field(1, b'') * n)  # nodes
    yield head + field(7, b'\x0a\0' * n)
    yield head + field(7, field(5, b'\x10\1') * n)  # constants
    yield head + field(7, b'') * n  # one graph in many parts
    yield head + field(14, b'') * n
    yield head + field(25, field(7, field(4, b'f'))) * (n // 8)
    names = b''.join(field(1, field(1, b'x') + field(2, b'%d' % i)
                           + field(4, b'Op')) for i in range(n // 16))
    yield head + field(7, field(11, field(1, b'x')) + names)
    yield head + field(7, field(1, field(4, b'Op') + field(2, b'') * n))
    yield head + field(7, field(5, b'\x10\7' + field(7, b'\0' * n)))
    deep = b''
    for _ in range(n // 64):
        deep = field(6, field(1, field(5, deep)))
    yield head + field(7, field(1, field(5, deep)))


def worst_pickles():
    """Of PyTorch: much that is pushed, kept, named and shared."""
    n = 1 << 18
    yield b'\x80\2' + b'N' * n + b'.'
    yield b'\x80\2' + b'(' * n + b'.'
    yield b'\x80\2]' + b'(e' * n + b'.'
    yield b'\x80\2N' + b'\x94' * n + b'.'
    yield b'\x80\2]' + b'\x85' * n + b'.'
    yield b'\x80\2]' + b'\x94h\0h\0\x86' * n + b'.'
    yield b'\x80\2' + b'ccollections\nOrderedDict\n' * (n // 16) + b'.'
    yield b'\x80\2]' + b''.join(b'q%ch%c\x86' % (i, i)
                                for i in range(200)) + b'.'
    key = b'X' + struct.pack('<I', n) + b'k' * n
    yield (b'\x80\2}' + key + b'q\0' + b'}h\0' * 40 + b'N' + b's' * 41 + b'.')


def zip_pickle(data):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, 'w') as members:
        members.writestr('a/data.pkl', data)
        members.writestr('a/data/0', bytes(8))
    return archive.getvalue()


def hdf5_file(messages, pieces, fill=b'\0'):
    """1 MiB of HDF5: a root of these messages, and pieces at addresses."""
    n = 1 << 20
    data = bytearray(fill * (n // len(fill)))
    pieces = {
        0: b'\x89HDF\r\n\x1a\n' + bytes([0, 0, 0, 0, 0, 8, 8, 0]) + bytes(8) +
           struct.pack('<QQQQQQ', 0, 0, n, 0, 0, 96) + bytes(24),
        96: struct.pack('<BxHIIxxxx', 1, 65535, 1, len(messages)) + messages,
        **pieces}
    for at, piece in pieces.items():
        data[at:at + len(piece)] = piece
    return bytes(data[:n])


def worst_hdf5():
    """Parts that lead to one another, as often as a file can say so."""
    n = 900000
    for message in (struct.pack('<HHB3xQQ', 16, 16, 0, 112, n),
                    struct.pack('<HHB3xBBHHHQ', 12, 16, 0, 1, 0, 1, 0, 0, 0),
                    struct.pack('<HHB3x', 0, 0, 0)):
        yield hdf5_file(message * (n // len(message)), {})
    table = struct.pack('<HHB3xQQ', 17, 16, 0, 168, 136)
    heap = b'HEAP' + struct.pack('<IQQQ', 0, 800000, 1, 200000)
    # a tree of six levels, of each but one node, which all lead to
    levels = {168 + 100000 * (5 - level):
              struct.pack('<4sBBHQQ', b'TREE', 0, level, 5000, 0, 0) +
              struct.pack('<QQ', 0, 168 + 100000 * (6 - level)) * 5000
              for level in range(6)}
    yield hdf5_file(table, {136: heap, **levels, 600168: b'SNOD\1\0\0\0'})
    # links of one name each, to object headers that overlap
    word = bytes([1, 32, 8, 0, 0, 0, 0, 0])
    links = b''.join(struct.pack('<QQ24x', 399959 - i, 480000 + 8 * i)
                     for i in range(1000))
    yield hdf5_file(table, {
        136: heap,
        168: struct.pack('<4sBBHQQQQ', b'TREE', 0, 0, 1, 0, 0, 0, 300000),
        300000: struct.pack('<4sBxH', b'SNOD', 1, 1000) + links,
        500000: b'a' * 99960 + b'\0'}, word)


def worst_json():
    n = 1 << 19
    for piece in b'{},', b'[],', b'0,', b'"",', b'{"a":0},', b'[0],':
        yield b'{"a":[' + piece * (n // len(piece)) + b'0]}'
    yield b'{' + b','.join(b'"%d":0' % i for i in range(n // 8)) + b'}'
    yield b'{"a":' + b'[' * n
    yield b'{"a":' * n


def find_seeds(options):
    """{kind: [bytes]}; the kind is how a file's name ends."""
    seeds = collections.defaultdict(list)
    for folder in sorted(options.corpora.glob('*.corpus')):
        kind = folder.name.removesuffix('.corpus')
        if kind == 'descriptor':  # no file has it
            continue
        kind = 'gz' if kind == 'gzip' else kind
        for path in sorted(folder.iterdir()):
            seeds[kind].append(path.read_bytes())
    for folder in options.more:
        for path in sorted(folder.rglob('*')):
            kind = {'.h5': 'hdf5'}.get(path.suffix, path.suffix[1:])
            if kind in seeds:
                seeds[kind].append(path.read_bytes())
    return dict(seeds)


def judge(path, size, line):
    """The fault in how the file at `path` was read, or None."""
    read, seconds, peak, message = line.split(' ', 3)
    if float(seconds) >= SECONDS:
        return f'took {seconds} s'
    ratio = RATIOS.get(path.rpartition('.')[2], 4)
    if int(peak) > BYTES + ratio * size:
        return f'took {peak} bytes of memory, and it has {size}'
    if read == '1':
        return None
    if not message.startswith(path + ':'):
        return f'does not begin with the place: {message}'
    if re.search(r'(?<!\.\.)\.$', message) or len(message) < len(path) + 8:
        return f'is no sentence: {message}'
    return None


class Report:
    def __init__(self):
        self.faults = []
        self.read = collections.Counter()
        self.refused = collections.Counter()
        self.slowest = 0.0
        self.most = 0

    def take(self, path, kind, size, line):
        read, seconds, peak, _ = line.split(' ', 3)
        (self.read if read == '1' else self.refused)[kind] += 1
        self.slowest = max(self.slowest, float(seconds))
        self.most = max(self.most, int(peak) - 4 * size)
        fault = judge(path, size, line)
        if fault:
            self.blame(path, fault)

    def blame(self, path, fault):
        kept = pathlib.Path(f'mutate-{len(self.faults)}-{path}')
        kept.write_bytes((pathlib.Path(self.folder) / path).read_bytes())
        self.faults.append(f'{kept}: {fault}')


def run_batch(program, files, report):
    """`files`: [(path, kind, size)], below report.folder."""
    names = ''.join(path + '\n' for path, _, _ in files)
    try:
        result = subprocess.run([program], input=names.encode(), timeout=PATIENCE,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                cwd=report.folder)
        output, how = result.stdout, f'exit code {result.returncode}'
        died = result.returncode != 0
    except subprocess.TimeoutExpired as timeout:
        output, how, died = timeout.stdout or b'', 'hangs', True
    lines = output.decode().split('\n')[:-1]
    for (path, kind, size), line in zip(files, lines):
        report.take(path, kind, size, line)
    if len(lines) < len(files):
        report.blame(files[len(lines)][0], how)
        run_batch(program, files[len(lines) + 1:], report)
    elif died:
        report.blame(files[-1][0], f'{how} at the end')


def run_worst(program, report):
    with tempfile.TemporaryDirectory() as folder:
        report.folder = folder
        files = []
        for i, (kind, data) in enumerate(worst_cases()):
            path = f'worst{i}.{kind}'
            (pathlib.Path(folder) / path).write_bytes(data)
            files.append((path, kind, len(data)))
        run_batch(program, files, report)


def run(options):
    rng = random.Random(options.seed)
    seeds = find_seeds(options)
    kinds = sorted(seeds)
    report = Report()
    program = options.program.resolve()
    run_worst(program, report)
    n_worst = sum(report.read.values()) + sum(report.refused.values())
    done = 0
    while done < options.count:
        n = min(BATCH, options.count - done)
        with tempfile.TemporaryDirectory() as folder:
            report.folder = folder
            files = []
            for i in range(n):
                kind = kinds[(done + i) % len(kinds)]
                data = mutate(rng.choice(seeds[kind]), seeds[kind], rng)
                path = f'{done + i}.{kind}'
                (pathlib.Path(folder) / path).write_bytes(data)
                files.append((path, kind, len(data)))
            run_batch(program, files, report)
        done += n
    for kind in kinds:
        print(f'{kind}: {report.read[kind]} read, '
              f'{report.refused[kind]} refused')
    print('\n'.join(report.faults))
    print(f'{n_worst + done} files, {len(report.faults)} faults; the slowest took '
          f'{report.slowest:.3f} s, the largest {report.most / 2**20:.1f} MiB '
          'beyond four times its size')
    return 1 if report.faults else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('program', type=pathlib.Path)
    parser.add_argument('corpora', type=pathlib.Path)
    parser.add_argument('--more', type=pathlib.Path, action='append', default=[])
    parser.add_argument('--count', type=int, default=100000)
    parser.add_argument('--seed', type=int, default=1)
    sys.exit(run(parser.parse_args()))


if __name__ == '__main__':
    main()
