"""Programs run and measured: seconds to the first line, peak memory."""
import os
import subprocess
import sys
import time
from typing import NamedTuple


class Failed(Exception):
    """A program that ended badly; its text is one line."""


class Run(NamedTuple):
    out: str
    first: float    # seconds from the start to the first line of output
    seconds: float  # to the end
    peak: int       # bytes resident at most


def last_line(text):
    lines = [line for line in text.strip().split("\n") if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


def run(command, folder, env=None):
    """Runs a program to its end, in `folder`."""
    with open(folder / "stderr.txt", "w+", encoding="utf-8") as err:
        start = time.perf_counter()
        process = subprocess.Popen([str(word) for word in command], text=True,
                                   cwd=folder, stdout=subprocess.PIPE,
                                   stderr=err,
                                   env={**os.environ, **(env or {})})
        out = process.stdout.readline()
        first = time.perf_counter() - start
        out += process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode:
            err.seek(0)
            raise Failed(f"{command[0]}: {last_line(err.read() + out)}")
    return Run(out, first, seconds, usage.ru_maxrss * 1024)


class Burner:
    """A process that keeps one core busy, as long as the `with` lasts."""

    def __enter__(self):
        self.process = subprocess.Popen([sys.executable, "-c",
                                         "while True: pass"])
        time.sleep(0.2)

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
