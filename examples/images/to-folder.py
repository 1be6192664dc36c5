#!/usr/bin/env python3
"""to-folder - an IDX set, as MNIST and Fashion-MNIST are, as PNG files

    to-folder.py IMAGES LABELS FOLDER [ROWS]

Writes the first ROWS gray pictures to FOLDER/LABEL/NUMBER.png.
"""
import gzip
import pathlib
import struct
import sys
import zlib


def read(path):
    with open(path, 'rb') as file:
        data = file.read()
    return gzip.decompress(data) if data[:2] == b'\x1f\x8b' else data


def chunk(name, data):
    return (struct.pack('>I', len(data)) + name + data +
            struct.pack('>I', zlib.crc32(name + data)))


def png(pixels, height, width):
    rows = b''.join(b'\0' + pixels[i * width:(i + 1) * width]
                    for i in range(height))
    return (b'\x89PNG\r\n\x1a\n' +
            chunk(b'IHDR', struct.pack('>IIBBBBB', width, height, 8, 0, 0, 0, 0)) +
            chunk(b'IDAT', zlib.compress(rows)) + chunk(b'IEND', b''))


def main():
    if len(sys.argv) not in (4, 5):
        sys.exit(__doc__)
    images, labels = read(sys.argv[1]), read(sys.argv[2])
    n, height, width = struct.unpack('>3I', images[4:16])
    if len(sys.argv) == 5:
        n = min(n, int(sys.argv[4]))
    for i in range(n):
        folder = pathlib.Path(sys.argv[3]) / str(labels[8 + i])
        folder.mkdir(parents=True, exist_ok=True)
        at = 16 + i * height * width
        pixels = images[at:at + height * width]
        (folder / f'{i:05}.png').write_bytes(png(pixels, height, width))


if __name__ == '__main__':
    main()
