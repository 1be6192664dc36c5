#!/usr/bin/env python3
"""test-pictures - a folder of pictures trained on, evaluated with flips and
folded, and predicted: one picture, a folder with a broken one, a table.

    test-pictures.py DNNRUN

Prints TAP.
"""
import json
import os
import pathlib
import struct
import subprocess
import sys
import tempfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]
                       / 'build-aux'))
from testing import check, finish

DNNRUN = os.path.abspath(sys.argv[1])
SIZE = 8

EXPERIMENT = """[data]
inputs = train
image_size = 6
scale = 1/255
[model]
layers = conv2d filters=4 kernel_size=3 use_bias=false
       ! batch_normalization momentum=0.5 activation=relu ! flatten
       ! dense units=2 activation=softmax
[train]
loss = sparse_categorical_crossentropy
metrics = accuracy
epochs = 30
batch_size = 8
[optimizer]
type = adam
learning_rate = 0.01
"""


def chunk(name, data):
    return (struct.pack('>I', len(data)) + name + data +
            struct.pack('>I', zlib.crc32(name + data)))


def png(shade):
    rows = b''.join(b'\0' + bytes(shade(x, y) for x in range(SIZE))
                    for y in range(SIZE))
    head = struct.pack('>IIBBBBB', SIZE, SIZE, 8, 0, 0, 0, 0)
    return (b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', head) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def write_pictures():
    """Bars that lie and bars that stand."""
    for name in 'lying', 'standing':
        folder = pathlib.Path('train') / name
        folder.mkdir(parents=True)
        for i in range(8):
            def shade(x, y, i=i, lying=name == 'lying'):
                return 255 - i if ((y if lying else x) + i) % 4 < 2 else i
            (folder / f'{i}.png').write_bytes(png(shade))
    pathlib.Path('train/lying/cut.png').write_bytes(png(lambda x, y: 0)[:40])


def run(*words):
    return subprocess.run([DNNRUN, *words], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE)


def evaluate(*words):
    return json.loads(run('evaluate', 'run/model.safetensors', '--json',
                          *words).stdout)


def main():
    write_pictures()
    pathlib.Path('a.dnn').write_text(EXPERIMENT)
    data = run('data', 'a.dnn')
    check('data lists a broken file and the reason',
          data.returncode == 0 and
          'train/lying/cut.png: libpng says' in data.stdout)
    trained = run('train', 'a.dnn', '--out', 'run')
    check('a folder trains',
          trained.returncode == 0)
    plain = evaluate()
    folded = evaluate('--fold')
    check('lying and standing are told apart',
          plain['accuracy'] == 1)
    check('evaluate --fold gives the same loss',
          abs(plain['loss'] - folded['loss']) < 1e-5)
    flipped = evaluate('--tta', 'flip')
    check('evaluate --tta flip takes means',
          flipped['accuracy'] == 1 and
          flipped['loss'] != plain['loss'])
    check('--tta takes flip only',
          run('evaluate', 'run/model.safetensors', '--tta', 'x').returncode == 2)
    one = run('predict', 'run/model.safetensors', 'train/standing/3.png')
    check('predict names the file and the class',
          one.stdout.split('\n')[1].startswith('train/standing/3.png,standing,'))
    many = run('predict', 'run/model.safetensors', 'train', '--fold')
    check('predict leaves out a broken file of a folder, with a note',
          many.stdout.count('\n') == 17 and 'cut.png' in many.stderr)
    pathlib.Path('list.csv').write_text('file\ntrain/lying/5.png\n')
    table = run('predict', 'run/model.safetensors', 'list.csv')
    check('predict takes a table of paths',
          table.stdout.count('\n') == 2 and ',lying,' in table.stdout)
    gone = run('predict', 'run/model.safetensors', 'gone.png')
    check('a picture that is not there is an error',
          gone.returncode == 1 and 'gone.png' in gone.stderr)
    return finish()


if __name__ == '__main__':
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        os.environ['XDG_CACHE_HOME'] = os.path.join(folder, 'cache')
        sys.exit(main())
