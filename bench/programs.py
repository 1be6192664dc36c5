"""The systems that are C programs: dnnrun, and loops written by hand.

A system answers what it can of

    train(network, batch, threads, rows, epochs)  seconds of its fastest epoch,
                                                  of as many rows as Part says
    predict(network, threads)                     microseconds of one row
    first_step(threads)                           a Run
    memory(threads)                               a Run

and Failed is raised where it cannot.
"""
import csv
import json
import pathlib
import re
import subprocess

import child

HERE = pathlib.Path(__file__).resolve().parent
NETWORKS = HERE / "networks"
FLAGS = ["-O3", "-march=native", "-ffast-math"]
LOOPS = {  # program: compiler, source, libraries, Debian's package
    "bare-blas": ("gcc", "bare-blas.c", ["-lopenblas", "-lm"],
                  "libopenblas-dev"),
    "onednn-loop": ("g++", "onednn-loop.cc", ["-ldnnl"], "libdnnl-dev"),
    "fann-loop": ("gcc", "fann-loop.c", ["-lfann", "-lm"], "libfann-dev"),
}
LOOP_ROWS = 55000


def network_file(network):
    return NETWORKS / f"{network}.dnn"


def build_loop(name, folder):
    compiler, source, libraries, package = LOOPS[name]
    program = folder / name
    try:
        subprocess.run([compiler, *FLAGS, HERE / source, "-o", program,
                        *libraries], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise child.Failed(f"could not be built (needs {package})") from error
    return program


def find_epoch(out):
    """Seconds of the fastest epoch that a loop printed."""
    return min(float(s) for s in re.findall(r"epoch ([0-9.]+) s", out))


class Dnnrun:
    title = "dnnrun"
    threads = (1, 2)

    def __init__(self, folder, build):
        self.folder = folder
        self.program = build / "tools/dnnrun"
        self.predict_one = build / "bench/predict-one"
        for program in (self.program, self.predict_one):
            if not program.exists():
                raise child.Failed(f"{program} is not built")
        # The four IDX files, unpacked.
        self.env = {"DNN_DATA_DIR": str(folder)}

    def run(self, network, threads, *more):
        return child.run([self.program, "train", network_file(network),
                          "--json", "--overwrite", "--out", "run",
                          "--threads", threads, *more], self.folder, self.env)

    def train(self, network, batch, threads, rows, epochs):
        limit = ["--set", f"data.train_limit={rows}"] if rows else []
        self.run(network, threads, "--epochs", epochs, "--set",
                 f"train.batch_size={batch}", *limit)
        history = self.folder / "run/history.csv"
        with open(history, encoding="utf-8") as file:
            return min(float(row["seconds"]) for row in csv.DictReader(file))

    def predict(self, network, threads):
        out = child.run([self.predict_one, network_file(network), "784",
                         threads], self.folder).out
        return float(re.search(r"row ([0-9.]+) us", out)[1])

    def files(self):
        """Inputs and targets, as bytes in IDX."""
        idx = self.folder / "fashion-mnist"
        return [idx / "train-images-idx3-ubyte",
                idx / "train-labels-idx1-ubyte"]

    def take(self, files):
        """Options that name these files in place of the data set."""
        return ["--set", "data.dataset=", "--set", f"data.inputs={files[0]}",
                "--set", f"data.targets={files[1]}"]

    def first_step(self, threads):
        return self.run("study", threads, "--set", "train.steps=1",
                        *self.take(self.files()))

    def memory(self, threads):
        return self.run("study", threads, *self.take(self.files()))


class DnnrunNpy(Dnnrun):
    """Starts from .npy files instead."""
    title = "dnnrun, .npy of bytes"
    stem = "bytes"
    train = predict = memory = None

    def files(self):
        return [self.folder / f"{self.stem}-{which}.npy" for which in "xy"]


class DnnrunFloats(DnnrunNpy):
    title = "dnnrun, .npy of float32 (172 MB)"
    stem = "fashion"


class Loop:
    """A program of one network, the study's, with rows made up."""
    threads = (1, 2)
    own_rows = True  # trains 55,000, or scales to them
    predict = first_step = None

    def __init__(self, folder):
        self.folder = folder
        self.program = build_loop(self.name, folder)

    def refuse_others(self, network):
        if network != "study":
            raise child.Failed("has the study's network only")


class BareBlas(Loop):
    name = title = "bare-blas"

    def run(self, batch, threads):
        return child.run([self.program, threads, batch], self.folder)

    def train(self, network, batch, threads, _rows, _epochs):
        self.refuse_others(network)
        return find_epoch(self.run(batch, threads).out)

    def peak(self, threads):
        """GFLOPS of a product of 1024 x 1024 matrices."""
        out = self.run(512, threads).out
        return max(float(s) for s in re.findall(r"sgemm1024 ([0-9.]+)", out))

    def memory(self, threads):
        return self.run(32, threads)


class OneDnn(Loop):
    name, title = "onednn-loop", "oneDNN loop"

    def run(self, batch, threads, epochs, rows=LOOP_ROWS):
        return child.run([self.program, batch, epochs, rows], self.folder,
                         {"OMP_NUM_THREADS": str(threads)})

    def train(self, network, batch, threads, _rows, epochs):
        self.refuse_others(network)
        return find_epoch(self.run(batch, threads, epochs).out)

    def first_step(self, threads):
        return self.run(32, threads, 1, 32)

    def memory(self, threads):
        return self.run(32, threads, 1)


class Fann(Loop):
    name, title = "fann-loop", "FANN, a row at a time"
    threads = (1,)
    rows = 2000

    def run(self, rows, epochs):
        return child.run([self.program, rows, epochs], self.folder)

    def train(self, network, batch, _threads, _rows, epochs):
        self.refuse_others(network)
        if batch != 32:
            raise child.Failed("has no batches")
        out = self.run(self.rows, epochs).out
        return find_epoch(out) * LOOP_ROWS / self.rows

    def predict(self, network, _threads):
        self.refuse_others(network)
        out = self.run(10, 1).out
        return float(re.search(r"row ([0-9.]+) us", out)[1])

    def first_step(self, _threads):
        return self.run(10, 1)

    memory = None


def tell_plan(dnnrun):
    """Bytes that training the study's network has to have at batch 32."""
    units = [784, 300, 100, 10]
    weights = 4 * sum((i + 1) * o for i, o in zip(units, units[1:]))
    data = sum(path.stat().st_size for path in dnnrun.files())
    return {"data": data, "weights": weights, "gradients": weights,
            **tell_arena(dnnrun, units)}


def tell_arena(dnnrun, units):
    """As `dnnrun summary --memory` has it; else by hand: a batch's inputs,
    and every layer's outputs and their gradients."""
    by_hand = 4 * 32 * (units[0] + 2 * sum(units[1:]))
    try:
        out = child.run([dnnrun.program, "summary", "--memory", "--json",
                         network_file("study")], dnnrun.folder, dnnrun.env).out
        return {"arena": json.loads(out)["arena_bytes"], "by_hand": False}
    except (child.Failed, KeyError, ValueError):
        return {"arena": by_hand, "by_hand": True}
