#!/usr/bin/env python3
"""Writes the data of the benchmark into a folder.

    dataset.py FOLDER [SOURCE]

From Fashion-MNIST's IDX files (by default those of Debian's package): the
first 55,000 rows as IDX and .npy of bytes for dnnrun, and as .npy of float32
for the peers.  And 32,000 rows of eight random features.  A program of its
own, as it takes memory that whoever starts others had better not have.
"""
import array
import gzip
import pathlib
import random
import shutil
import struct
import sys

SOURCE = pathlib.Path("/usr/share/datasets/fashion-mnist")
ROWS, PIXELS = 55000, 784
TINY_ROWS, TINY_FEATURES, TINY_CLASSES = 32000, 8, 3


def write_npy(path, descr, shape, data):
    head = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    head += " " * (-(len(head) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)))
        file.write(head.encode())
        file.write(data)


def read_idx(path):
    """Its bytes, packed or not, without the head."""
    if not path.exists():
        path = path.with_name(path.name + ".gz")
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return data[4 + 4 * data[3]:]


def write_fashion(folder, source):
    idx = folder / "fashion-mnist"
    idx.mkdir(exist_ok=True)
    x = read_idx(source / "train-images-idx3-ubyte")[:ROWS * PIXELS]
    y = read_idx(source / "train-labels-idx1-ubyte")[:ROWS]
    (idx / "train-images-idx3-ubyte").write_bytes(
        struct.pack(">IIII", 0x803, ROWS, 28, 28) + x)
    (idx / "train-labels-idx1-ubyte").write_bytes(
        struct.pack(">II", 0x801, ROWS) + y)
    for path in source.glob("t10k-*"):
        target = idx / path.name.removesuffix(".gz")
        opened = gzip.open(path) if path.suffix == ".gz" else open(path, "rb")
        with opened as file, open(target, "wb") as out:
            shutil.copyfileobj(file, out)
    write_npy(folder / "bytes-x.npy", "|u1", (ROWS, 28, 28), x)
    write_npy(folder / "bytes-y.npy", "|u1", (ROWS,), y)
    floats = [struct.pack("<f", i / 255) for i in range(256)]
    write_npy(folder / "fashion-x.npy", "<f4", (ROWS, PIXELS),
              b"".join(map(floats.__getitem__, x)))
    write_npy(folder / "fashion-y.npy", "<i4", (ROWS,),
              array.array("i", list(y)))


def write_tiny(folder):
    draw = random.Random(1)
    n = TINY_ROWS * TINY_FEATURES
    x = array.array("f", (draw.gauss(0, 1) for _ in range(n)))
    y = array.array("i", (draw.randrange(TINY_CLASSES)
                          for _ in range(TINY_ROWS)))
    write_npy(folder / "tiny-x.npy", "<f4", (TINY_ROWS, TINY_FEATURES), x)
    write_npy(folder / "tiny-y.npy", "<i4", (TINY_ROWS,), y)


def main():
    folder = pathlib.Path(sys.argv[1])
    source = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else SOURCE
    if (source / "fashion-mnist").is_dir():
        source = source / "fashion-mnist"
    write_tiny(folder)
    write_fashion(folder, source)
    (folder / "complete").write_text("")


if __name__ == "__main__":
    main()
