"""The code that all peers share: networks, data, and the questions asked.

A peer is a class with

    Peer(threads)
    trainer(network, x, y, batch) -> function: trains one epoch, and waits
    predictor(network) -> function: runs the model on one fixed row, and waits

`serve` makes a program of it.  It reads one JSON object a line and answers
each with one:

    {"do": "train", "network": FILE, "batch": N, "rows": N, "epochs": N,
     "most": SECONDS}
        -> {"seconds": [one per epoch]}, no new epoch after `most` seconds;
           rows = 0: as many as the file says
    {"do": "predict", "network": FILE, "calls": N}
        -> {"microseconds": median of one call}

With --first-step FILE it trains one batch, says "done" and ends; with
--one-epoch FILE it trains an epoch in batches of 32, and ends.
"""
import json
import pathlib
import statistics
import sys
import time

import numpy as np

BATCH = 32


class Network:
    """A .dnn file: `keys` of all sections, `layers` as (name, its words)."""

    def __init__(self, path):
        self.path = pathlib.Path(path)
        self.keys = dict(read_keys(self.path.read_text(encoding="utf-8")))
        self.layers = [read_layer(words) for words
                       in self.keys["layers"].split(" ! ")]
        self.rate = float(self.keys["learning_rate"])
        units = [int(keys["units"]) for _, keys in self.layers
                 if "units" in keys]
        self.inputs = 784 if "dataset" in self.keys else 8
        self.sizes = [self.inputs, *units]

    def steps(self):
        """Layers taken apart: ("dense", units), ("relu", None), ..."""
        for name, keys in self.layers:
            if name == "flatten":
                continue
            yield name, int(keys.get("units", 0))
            if "activation" in keys:
                yield keys["activation"], 0

    def body(self):
        """The same without the softmax: the loss has it."""
        return [step for step in self.steps() if step[0] != "softmax"]

    def data(self, lazy=False):
        """Rows as float32 and labels; `lazy` leaves them in the file."""
        stem = "tiny" if self.inputs == 8 else "fashion"
        x, y = (np.load(f"{stem}-{which}.npy", mmap_mode="r" if lazy else None)
                for which in "xy")
        keep = self.keys.get("keep_classes")
        if keep and not lazy:
            classes = [int(c) for c in keep.split(",")]
            rows = np.isin(y, classes)
            x, y = x[rows], np.searchsorted(classes, y[rows]).astype(y.dtype)
        return x, y


def read_keys(text):
    """Keys of all sections; an indented line goes on."""
    key = value = None
    for line in text.split("\n"):
        if line.startswith(" "):
            value += " " + line.strip()
            continue
        if key:
            yield key, value
        key = None
        if "=" in line and not line.startswith("#"):
            key, value = (part.strip() for part in line.split("=", 1))


def read_layer(text):
    name, *words = text.split()
    return name, dict(word.split("=", 1) for word in words)


def initial(network):
    """Weights (and zero biases) of the dense layers; scale of He."""
    random = np.random.default_rng(1)
    return [((random.standard_normal((i, o)) * (2 / i) ** 0.5)
             .astype(np.float32), np.zeros(o, np.float32))
            for i, o in zip(network.sizes, network.sizes[1:])]


def time_epochs(epoch, epochs, most):
    seconds = []
    while len(seconds) < epochs and sum(seconds) < most:
        start = time.perf_counter()
        epoch()
        seconds.append(time.perf_counter() - start)
    return seconds


def time_calls(call, calls):
    for _ in range(max(calls // 10, 3)):
        call()
    times = []
    for _ in range(calls):
        start = time.perf_counter_ns()
        call()
        times.append((time.perf_counter_ns() - start) / 1e3)
    return statistics.median(times)


class Server:
    """Keeps what it made: compiled models, arrays."""

    def __init__(self, peer):
        self.peer = peer
        self.made = {}

    def once(self, key, make):
        if key not in self.made:
            self.made[key] = make()
        return self.made[key]

    def rows_of(self, net, rows):
        """The networks on one data set share its arrays."""
        keep = net.keys.get("keep_classes")
        x, y = self.once((net.inputs, keep), net.data)
        n = rows or int(net.keys.get("train_limit", len(x)))
        return x[:n], y[:n]

    def train(self, network, batch, rows, epochs, most):
        def make():
            net = Network(network)
            return self.peer.trainer(net, *self.rows_of(net, rows), batch)
        epoch = self.once((network, batch, rows), make)
        return {"seconds": time_epochs(epoch, epochs, most)}

    def predict(self, network, calls):
        call = self.once(network, lambda: self.peer.predictor(Network(network)))
        return {"microseconds": time_calls(call, calls)}

    def answer(self, question):
        return getattr(self, question.pop("do"))(**question)


def first_step(peer, path):
    network = Network(path)
    x, y = (np.ascontiguousarray(array[:BATCH])
            for array in network.data(lazy=True))
    peer.trainer(network, x, y, BATCH, warm=False)()
    print("done", flush=True)


def one_epoch(peer, path):
    Server(peer).train(path, BATCH, 0, 1, 1)


ALONE = {"--first-step": first_step, "--one-epoch": one_epoch}


def serve(make):
    """`make` (threads) returns the peer.  Arguments: threads, options."""
    peer = make(int(sys.argv[1]))
    if sys.argv[2:3] and sys.argv[2] in ALONE:
        ALONE[sys.argv[2]](peer, sys.argv[3])
        return
    server = Server(peer)
    # Libraries print; answers go where only they go.
    out, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(server.answer(json.loads(line))), file=out, flush=True)
