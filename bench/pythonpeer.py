"""The systems that are Python packages: a process each, kept between rounds.

A process is stopped by a signal while others are measured, so that what its
threads do when idle is nobody's loss.
"""
import json
import os
import signal
import subprocess

import child
from programs import HERE, network_file

MOST = 4  # seconds after which no further epoch is begun
CALLS = 2000


class Worker:
    """A peer with a number of threads, waiting for questions."""

    def __init__(self, command, folder, env):
        self.folder = folder
        self.err = open(folder / f"stderr-{os.path.basename(command[1])}.txt",
                        "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [str(word) for word in command], cwd=folder, text=True, env=env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.err)
        self.process.send_signal(signal.SIGSTOP)

    def ask(self, **question):
        self.process.send_signal(signal.SIGCONT)
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self.process.wait()
            self.err.seek(0)
            raise child.Failed(child.last_line(self.err.read()))
        self.process.send_signal(signal.SIGSTOP)
        return json.loads(line)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.err.close()


class PythonPeer:
    threads = (1, 2)

    def __init__(self, name, title, venv, folder, more=()):
        self.name, self.title, self.folder = name, title, folder
        self.python = venv.resolve() / "bin/python"
        self.more = more
        self.workers = {}

    def command(self, threads):
        return [self.python, HERE / f"peers/{self.name}_peer.py", threads]

    def env(self, threads):
        names = ("OMP", "MKL", "OPENBLAS")
        return {**os.environ,
                **{f"{name}_NUM_THREADS": str(threads) for name in names}}

    def ask(self, threads, **question):
        worker = self.workers.get(threads)
        if worker is None or worker.process.poll() is not None:
            worker = Worker([*self.command(threads), *self.more], self.folder,
                            self.env(threads))
            self.workers[threads] = worker
        return worker.ask(**question)

    def train(self, network, batch, threads, rows, epochs):
        return min(self.ask(threads, do="train", batch=batch, rows=rows,
                            network=str(network_file(network)), epochs=epochs,
                            most=MOST)["seconds"])

    def predict(self, network, threads):
        return self.ask(threads, do="predict", calls=CALLS,
                        network=str(network_file(network)))["microseconds"]

    def alone(self, threads, option):
        return child.run([*self.command(threads), option,
                          network_file("study"), *self.more], self.folder,
                         self.env(threads))

    def first_step(self, threads):
        return self.alone(threads, "--first-step")

    def memory(self, threads):
        return self.alone(threads, "--one-epoch")

    def end(self):
        for worker in self.workers.values():
            worker.end()


class InferenceOnly(PythonPeer):
    train = first_step = memory = None


class TrainingOnly(PythonPeer):
    predict = first_step = memory = None
