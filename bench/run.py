#!/usr/bin/env python3
"""dnnrun beside its peers: times, memory, sizes, as ratios.

    bench/run.py [--only PART,...] [--peers NAME,...] [--rounds N] [--quick]

Needs build/ (see HACKING.md), the data set, gcc; and for what is to be
compared PyPI and Debian's libopenblas-dev, libdnnl-dev and libfann-dev.  What
cannot be had is left out, and the results say so.  All systems take turns
within a round.  Writes bench/results.md and bench/results.svg, and every
number measured to build/bench-results.json, from which --report makes the
two again.  With --only or --quick all three go to build/bench-part instead.
A measurement counts where both processors were there for it (machine.py).
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import child
import environment
import machine
import parts
import picture
import programs
import pythonpeer
import report

TRIES, PATIENCE = 5, 60  # times; seconds to wait for the processors
TITLES = {"keras": "Keras", "torch": "PyTorch", "jax": "JAX",
          "onnxruntime": "ONNX Runtime"}


def parse_options():
    root = environment.ROOT
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", metavar="PART,...",
                        help="study-32, tiny, predict, ... (default: all)")
    parser.add_argument("--peers", default=",".join(environment.PEERS),
                        metavar="NAME,...", help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", action="store_true",
                        help="with --only: the other parts stay as --raw has "
                        "them, and it and --out are those of a whole run")
    parser.add_argument("--quick", action="store_true",
                        help="one round of few rows: whether all works")
    parser.add_argument("--isa", choices=("machine", "avx2"),
                        default="machine",
                        help="avx2: tell every library to use no more")
    parser.add_argument("--build", type=pathlib.Path, default=root / "build")
    parser.add_argument("--venv", type=pathlib.Path,
                        default=root / "build/bench-venv")
    parser.add_argument("--work", type=pathlib.Path,
                        default=root / "build/bench-work",
                        help="folder for data and programs")
    parser.add_argument("--raw", type=pathlib.Path,
                        help="file of every number measured")
    parser.add_argument("--out", type=pathlib.Path,
                        help="folder of results.md and results.svg")
    parser.add_argument("--report", action="store_true",
                        help="measure nothing, write from what --raw has")
    options = parser.parse_args()
    part = options.quick or (options.only and not options.keep)
    options.out = options.out or root / ("build/bench-part" if part
                                         else "bench")
    options.raw = options.raw or root / (
        "build/bench-part/raw.json" if part else "build/bench-results.json")
    if options.quick:
        options.rounds = 1
    unknown = set(filter(None, options.peers.split(","))) - set(TITLES)
    if unknown:
        parser.error(f"there is no peer '{unknown.pop()}'")
    return options


def make_data(work):
    if (work / "complete").exists():
        return
    source = os.environ.get("DNN_DATA_DIR")
    subprocess.run([sys.executable, programs.HERE / "dataset.py", work,
                    *([source] if source else [])], check=True)


def make_systems(options, raw):
    """Those that can be had; why not goes to raw["missing"]."""
    work, build = options.work, options.build
    names = [name for name in options.peers.split(",") if name]
    missing = environment.install(options.venv, names) if names else {}
    raw["missing"] = {TITLES[name]: why for name, why in missing.items()}
    names = [name for name in names if name not in missing]
    if names:
        told = environment.tell_packages(options.venv, names)
        raw["packages"] = {TITLES[name]: told[name] for name in names}
    systems = [programs.Dnnrun(work, build), programs.DnnrunNpy(work, build),
               programs.DnnrunFloats(work, build)]
    for loop in (programs.BareBlas, programs.OneDnn, programs.Fann):
        try:
            systems.append(loop(work))
        except child.Failed as error:
            raw["missing"][loop.title] = str(error)
    for name in names:
        kind = (pythonpeer.InferenceOnly if name == "onnxruntime"
                else pythonpeer.PythonPeer)
        systems.append(kind(name, TITLES[name], options.venv, work))
    if "jax" in names:
        systems.append(pythonpeer.TrainingOnly(
            "jax", "JAX, one call a step", options.venv, work, ["--steps"]))
    return systems


def measure_whole(part, system, threads, raw, options):
    """With both processors there before and after, if that can be had."""
    for _ in range(TRIES):
        machine.wait(PATIENCE)
        value = part.measure(system, threads, options)
        if value is None or machine.is_whole():
            return value
        raw["repeated"] += 1
    raw["doubtful"] += 1
    return value


def measure(name, part, system, raw, options):
    """One turn of a system: with each number of threads it can have."""
    for threads in system.threads:
        key = f"{name} {system.title} {threads}"
        if key in raw["failures"]:
            continue
        try:
            value = measure_whole(part, system, threads, raw, options)
        except child.Failed as error:
            raw["failures"][key] = str(error)
            continue
        if value is not None:
            raw["samples"].setdefault(key, []).append(value)


def run_rounds(systems, chosen, raw, options):
    start = time.monotonic()
    for r in range(options.rounds):
        for name, part in chosen.items():
            for _ in range(part.repeat):
                for system in systems:
                    measure(name, part, system, raw, options)
            print(f"round {r + 1} of {options.rounds}: {name}, "
                  f"{time.monotonic() - start:.0f} s", flush=True)
        options.raw.write_text(json.dumps(raw, indent=1))


def keep(raw, old):
    """Takes over what of an earlier run is not measured now."""
    again = set(raw["titles"])
    for key in ("samples", "failures"):
        raw[key].update({name: value for name, value in old[key].items()
                         if name.split(" ")[0] not in again})
    raw["titles"] = {**old["titles"], **raw["titles"]}
    rounds = {name: max(len(values) for key, values in old["samples"].items()
                        if key.startswith(f"{name} "))
              for name in old["titles"] if name not in again}
    raw["kept"] = {name: f"commit {old['machine']['commit']}, {n} rounds"
                   for name, n in rounds.items()}


def measure_all(options, chosen):
    options.work = options.work.resolve()
    options.work.mkdir(parents=True, exist_ok=True)
    if options.isa == "avx2":
        os.environ.update(environment.AVX2)
    make_data(options.work)
    raw = {"machine": environment.tell_machine(), "packages": {},
           "versions": environment.tell_versions(), "failures": {},
           "kept": {}, "repeated": 0, "doubtful": 0,
           "rounds": options.rounds, "samples": {}, "quick": options.quick,
           "titles": {name: [part.title, part.unit]
                      for name, part in chosen.items()}}
    if options.keep:
        keep(raw, json.loads(options.raw.read_text()))
    systems = make_systems(options, raw)
    raw["size"] = environment.tell_own_size(options.build)
    raw["plan"] = programs.tell_plan(systems[0])
    try:
        run_rounds(systems, chosen, raw, options)
    finally:
        for system in systems:
            if hasattr(system, "end"):
                system.end()


def main():
    options = parse_options()
    options.out.mkdir(parents=True, exist_ok=True)
    options.raw.parent.mkdir(parents=True, exist_ok=True)
    if not options.report:
        made = parts.make_parts(options)
        measure_all(options, parts.choose(made, options.only))
    results = report.Results(json.loads(options.raw.read_text()))
    (options.out / "results.md").write_text(report.write(results))
    (options.out / "results.svg").write_text(picture.draw(results))
    print(f"wrote {options.out / 'results.md'} and results.svg")


if __name__ == "__main__":
    try:
        main()
    except child.Failed as failed:
        sys.exit(f"run.py: {failed}")
