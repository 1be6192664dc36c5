"""The parts of the measurement: each gives a number for a system."""
import functools
from typing import Callable, NamedTuple

import child

BATCHES = (32, 128, 512)
# Rows of an epoch; all times are scaled to these.
ROWS = {"study": 55000, "model-a": 40000, "batch-norm": 55000, "wide": 11264,
        "tiny": 32000}
# Where an epoch would take too long: rows that are timed, by batch.
FEWER = {("wide", 32): 2048, ("wide", 128): 4096}
EPOCHS, QUICK_EPOCHS, QUICK_ROWS = 3, 1, 2048
# Where three are over before a processor is warm.
MORE_EPOCHS = {"tiny": 20}
BURNER_ROUNDS = 7


class Options(NamedTuple):
    quick: bool
    rounds: int


class Part(NamedTuple):
    title: str
    unit: str
    # (system, threads, options) -> a number, or None: no such thing here
    measure: Callable
    repeat: int = 1  # this many times a round


def train(network, batch, system, threads, options):
    if system.train is None:
        return None
    rows = QUICK_ROWS if options.quick else FEWER.get((network, batch), 0)
    epochs = (QUICK_EPOCHS if options.quick
              else MORE_EPOCHS.get(network, EPOCHS))
    seconds = system.train(network, batch, threads, rows, epochs)
    # The loops have their own number of rows, and say so by `own_rows`.
    if rows and not getattr(system, "own_rows", False):
        seconds *= ROWS[network] / rows
    return seconds


def predict(system, threads, _options):
    return system.predict and system.predict("study", threads)


def first_step(system, threads, _options):
    return system.first_step and system.first_step(threads).first * 1e3


def memory(system, threads, _options):
    return system.memory and system.memory(threads).peak / 1e6


def burner(system, threads, options):
    """Of dnnrun only: a loop whose threads spin takes 10 times as long."""
    if system.title != "dnnrun":
        return None
    with child.Burner():
        return train("study", 32, system, threads, options)


def peak(system, threads, _options):
    return hasattr(system, "peak") and system.peak(threads) or None


def make_parts(options):
    parts = {}
    for network, rows in ROWS.items():
        for batch in BATCHES:
            parts[f"{network}-{batch}"] = Part(
                f"{network}, batch {batch}: an epoch of {rows:,} rows", "s",
                functools.partial(train, network, batch))
    more = -(-BURNER_ROUNDS // options.rounds)
    parts["predict"] = Part("study, one row at a time", "µs", predict)
    parts["first-step"] = Part("process start to the end of the first step",
                               "ms", first_step)
    parts["memory"] = Part("peak memory of training the study's network", "MB",
                           memory)
    parts["burner"] = Part("study, batch 32, beside a process that burns a "
                           "core", "s", burner, 1 if options.quick else more)
    parts["peak"] = Part("sgemm of 1024 x 1024 matrices", "GFLOPS", peak)
    return parts


def choose(parts, only):
    """Parts by name, or by what stands before a "-"."""
    if not only:
        return parts
    wanted = only.split(",")
    unknown = [word for word in wanted if word not in parts and not any(
        name.startswith(word + "-") for name in parts)]
    if unknown:
        raise SystemExit(f"run.py: there is no part '{unknown[0]}', but "
                         + ", ".join(parts))
    return {name: part for name, part in parts.items() if any(
        name == word or name.startswith(word + "-") for word in wanted)}
