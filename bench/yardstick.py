#!/usr/bin/env python3
"""One epoch of the study's network beside the hand-written loop on OpenBLAS.

    bench/yardstick.py [--threads N]... [--batch N]... [--rounds N]
                       [--dnnrun PROGRAM]

Builds bench/bare-blas.c, then runs it and `dnnrun train` in turns and prints
the median of each and their ratio.  Times of dnnrun are those of whole epochs
in its history, with the validation data left out.  Needs build/ (see README)
and the data set.
"""
import argparse
import csv
import pathlib
import re
import statistics
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ["-O3", "-march=native", "-ffast-math"]


def build_loop(folder):
    program = folder / "bare-blas"
    subprocess.run(["gcc", *FLAGS, ROOT / "bench/bare-blas.c", "-o", program,
                    "-lopenblas", "-lm"], check=True)
    return program


def time_loop(program, threads, batch):
    out = subprocess.run([program, str(threads), str(batch)], check=True,
                         capture_output=True, text=True).stdout
    return min(float(s) for s in re.findall(r"epoch ([0-9.]+) s", out))


def time_dnnrun(dnnrun, folder, threads, batch):
    """Seconds of the faster of two epochs, as the loop's are of three."""
    text = (ROOT / "examples/fashion-mnist/leaky-relu.dnn").read_text()
    experiment = folder / "epoch.dnn"
    # 55,000 rows train, as there; nothing validates.
    experiment.write_text(text.replace("validation_first = 5000",
                                       "train_limit = 55000"))
    subprocess.run([dnnrun, "train", experiment,
                    "--quiet", "--overwrite", "--epochs", "3",
                    "--threads", str(threads), "--out", folder / "run",
                    "--set", f"train.batch_size={batch}"],
                   check=True, capture_output=True)
    with open(folder / "run/history.csv", encoding="utf-8") as file:
        return min(float(row["seconds"]) for row in csv.DictReader(file))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, action="append")
    parser.add_argument("--batch", type=int, action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--dnnrun", default=ROOT / "build/tools/dnnrun")
    options = parser.parse_args()
    print("batch  threads  loop (1 thread)   dnnrun   ratio")
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        program = build_loop(folder)
        for batch in options.batch or [32]:
            for threads in options.threads or [1, 2]:
                loop, ours = [], []
                for _ in range(options.rounds):
                    loop.append(time_loop(program, 1, batch))
                    ours.append(time_dnnrun(options.dnnrun, folder, threads, batch))
                a, b = statistics.median(loop), statistics.median(ours)
                print(f"{batch:5}  {threads:7}  {a:13.3f} s  {b:.3f} s"
                      f"   {b / a:.2f}", flush=True)


main()
