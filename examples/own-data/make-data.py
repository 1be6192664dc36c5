#!/usr/bin/env python3
"""Writes .npy files of three kinds of beans, with nothing but Python itself.

Four measurements a bean, on scales far apart: weight in kg, length in
micrometres, shape (width by length), colour as a wavelength in nm.
"""
import random
import struct

#           weight, length, shape, colour: mean and deviation
KINDS = {
    "kidney": [(0.00060, 0.00010), (16000, 1300), (0.50, 0.05), (640, 25)],
    "lima": [(0.00110, 0.00020), (21000, 1800), (0.62, 0.05), (570, 25)],
    "navy": [(0.00025, 0.00006), (9000, 900), (0.72, 0.06), (575, 25)],
}


def write_npy(path, dtype, code, rows):
    columns = len(rows[0])
    header = (f"{{'descr': '{dtype}', 'fortran_order': False, "
              f"'shape': ({len(rows)}, {columns}), }}")
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode())
        for row in rows:
            file.write(struct.pack(f"<{columns}{code}", *row))


def write_split(name, rows, random_numbers):
    kinds = list(KINDS.values())
    labels = [i % len(kinds) for i in range(rows)]
    beans = [[random_numbers.gauss(*m) for m in kinds[i]] for i in labels]
    write_npy(f"{name}-inputs.npy", "<f4", "f", beans)
    write_npy(f"{name}-targets.npy", "|u1", "B", [[i] for i in labels])


numbers = random.Random(1)
write_split("train", 600, numbers)
write_split("test", 150, numbers)
