#!/usr/bin/env python3
"""One epoch of the study's network beside the hand-written loop on OpenBLAS.

    bench/yardstick.py [--threads N]... [--batch N]... [--rounds N]
                       [--build FOLDER]

Runs bench/bare-blas.c and `dnnrun train` in turns and prints the median of
each and their ratio: the first rows of what bench/run.py writes, in a minute
and without a peer.  Needs build/ (see README) and the data set.
"""
import argparse
import pathlib
import statistics
import tempfile

import programs
import run
from environment import ROOT


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, action="append")
    parser.add_argument("--batch", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build")
    options = parser.parse_args()
    print("batch  threads  loop (1 thread)   dnnrun   ratio")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run.make_data(folder)
        loop = programs.BareBlas(folder)
        dnnrun = programs.Dnnrun(folder, options.build.resolve())
        for batch in options.batch or [32]:
            for threads in options.threads or [1, 2]:
                times = [(loop.train("study", batch, 1, 0, 3),
                          dnnrun.train("study", batch, threads, 0, 3))
                         for _ in range(options.rounds)]
                a, b = map(statistics.median, zip(*times))
                print(f"{batch:5}  {threads:7}  {a:13.3f} s  {b:.3f} s"
                      f"   {b / a:.2f}", flush=True)


main()
