#!/usr/bin/env python3
"""check-tensorboard - TensorBoard's own reader reads what dnnrun writes.

    check-tensorboard.py DNNRUN

Run by a Python that has the package tensorboard.  Trains a small network on
numbers made up, and compares scalars with history.csv and histograms with the
model's tensors.
"""
import csv
import json
import pathlib
import random
import struct
import subprocess
import sys
import tempfile

from tensorboard.backend.event_processing import event_accumulator

from testing import write_npy

ROWS, COLUMNS, CLASSES, EPOCHS = 60, 4, 3, 3
EXPERIMENT = """[data]
inputs = x.npy
targets = y.npy
validation_first = 10
[model]
layers = dense units=8 activation=relu ! dense units=3 activation=softmax
[train]
metrics = accuracy
epochs = 3
[optimizer]
type = adam
"""


def make_files(folder):
    numbers = random.Random(1)
    x = [[numbers.gauss(0, 1) for _ in range(COLUMNS)] for _ in range(ROWS)]
    y = [row[:CLASSES].index(max(row[:CLASSES])) for row in x]
    write_npy(folder / "x.npy", sum(x, []), (ROWS, COLUMNS))
    write_npy(folder / "y.npy", y, (ROWS,))
    (folder / "run.dnn").write_text(EXPERIMENT)


def read_tensor(path, name):
    data = path.read_bytes()
    length, = struct.unpack("<Q", data[:8])
    start, end = json.loads(data[8:8 + length])[name]["data_offsets"]
    return struct.unpack(f"<{(end - start) // 4}f",
                         data[8 + length + start:8 + length + end])


def check(good, what):
    if not good:
        sys.exit(f"check-tensorboard: {what}")


def check_scalars(events, history):
    for column in history[0]:
        if column in ("epoch", "phase", "seconds"):
            continue
        told = events.Scalars(column)
        check([one.step for one in told] == list(range(1, EPOCHS + 1)),
              f"steps of {column}")
        for one, row in zip(told, history):
            value = float(row[column])
            check(abs(one.value - value) <= 1e-6 * max(abs(value), 1),
                  f"{column} of step {one.step}: {one.value}, not {value}")


def check_histograms(events, model):
    names = [f"{layer}/{weight}" for layer in ("dense", "dense_1")
             for weight in ("kernel", "bias")]
    check(sorted(events.Tags()["histograms"]) == sorted(
        f"{kind}/{name}" for kind in ("weights", "gradients")
        for name in names), f"tags {events.Tags()['histograms']}")
    for name in names:
        tensor = read_tensor(model, name)
        last = events.Histograms(f"weights/{name}")[-1].histogram_value
        check((last.min, last.max, last.num) ==
              (min(tensor), max(tensor), len(tensor)), f"weights of {name}")
        check(abs(last.sum - sum(tensor)) < 1e-6, f"sum of {name}")
        for one in events.Histograms(f"gradients/{name}"):
            value = one.histogram_value
            check(value.num == sum(value.bucket) == len(tensor),
                  f"gradients of {name}")


def main():
    dnnrun = pathlib.Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        make_files(folder)
        subprocess.run([dnnrun, "train", "run.dnn", "--quiet", "--out", "run",
                        "--tensorboard", "events"], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL)
        events = event_accumulator.EventAccumulator(
            str(folder / "events"), size_guidance={
                event_accumulator.SCALARS: 0,
                event_accumulator.HISTOGRAMS: 0})
        events.Reload()
        with open(folder / "run/history.csv", newline="") as file:
            check_scalars(events, list(csv.DictReader(file)))
        check_histograms(events, folder / "run/model.safetensors")
    print("TensorBoard reads scalars and histograms as they are")


main()
