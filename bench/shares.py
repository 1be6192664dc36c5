#!/usr/bin/env python3
"""Where the time of a training goes, by samples of perf.

    bench/shares.py [--network NAME] [--batch N] [--epochs N] [--rate HZ]
                    [--build FOLDER]

Trains a network of bench/networks on one thread under `perf record` and
prints which share of the main thread's samples falls into which part of a
step: the tables of docs/performance.md.
"""
import argparse
import collections
import csv
import pathlib
import re
import subprocess

import child
import programs
import run
from environment import ROOT

# The first that is found in "library function" counts.
PARTS = (
    ("products: tiles in registers", r" any_tile|openblas.* "),
    ("products: packing, cutting into tiles",
     r" (multiply|block|pack_|turn|one_tile|dnn_gemm|dnn_blas)"),
    ("loss and metrics",
     r"^(sparse_|categorical|accuracy)| (exp|log1p)_|objective"),
    ("rows: order, gather, convert, scale",
     r" (gather|from_u?int|check_labels)|preprocess|array_to|target|random_"
     r"shuffle|row_order|feeder|array_row|dnn_split|dtype"),
    ("bias and its gradient, activations",
     r"^(leaky_relu|relu|softmax)| (finish_tile|sum_rows)|activation"),
    ("optimizer", r"^sgd|optimizer| (take_product|move_range|fill_step)"),
    ("the rest of libdnn", r"^(libdnn|dense|flatten)|tls_get_addr"),
    ("C library, kernel: start, end, history", ""),
)


def record(options, folder):
    """Lines of "thread library function", one per sample."""
    run.make_data(folder)
    child.run(["perf", "record", "-q", "-F", options.rate, "-o", "samples",
               options.build.resolve() / "tools/dnnrun", "train", "--overwrite",
               programs.network_file(options.network), "--quiet", "--out",
               "run", "--threads", 1, "--epochs", options.epochs, "--set",
               f"train.batch_size={options.batch}"],
              folder, {"DNN_DATA_DIR": str(folder)})
    lines = subprocess.run(["perf", "script", "-i", folder / "samples",
                            "-F", "tid,ip,sym,dso"], check=True, text=True,
                           capture_output=True).stdout.splitlines()
    for words in filter(lambda words: len(words) > 3, map(str.split, lines)):
        library = words[-1].strip("()").rsplit("/", 1)[-1]
        yield words[0], f"{library} {' '.join(words[2:-1])}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--network", default="study")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--rate", type=int, default=4000)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    options = parser.parse_args()
    folder = options.build.resolve() / "bench-work"
    folder.mkdir(parents=True, exist_ok=True)
    samples = list(record(options, folder))
    with open(folder / "run/history.csv", encoding="utf-8") as file:
        fastest = min(float(row["seconds"]) for row in csv.DictReader(file))
    main_thread = collections.Counter(
        thread for thread, _ in samples).most_common(1)[0][0]
    shares = collections.Counter(
        next(title for title, what in PARTS if re.search(what, place))
        for thread, place in samples if thread == main_thread)
    for title, count in shares.most_common():
        print(f"{100 * count / shares.total():5.1f} %  {title}")
    print(f"{shares.total()} samples, fastest epoch {fastest} s")


main()
