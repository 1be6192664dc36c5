"""A check that the machine's processors are there for us alone.

A virtual machine may have to share a core, for seconds or minutes: then two
threads take as long as one, whoever's they are.  So one loop is timed alone,
and then one on each of two processors at once.
"""
import os
import time

LONGER = 1.3  # times as long as alone: not there
PAUSE = 2     # seconds until it is tried again


def turn(rounds=400_000):
    start = time.perf_counter()
    total = 0
    for i in range(rounds):
        total += i * i
    return time.perf_counter() - start


def turn_beside(processor, ready, start, told):
    """In a process of its own, once `start` can be read."""
    os.sched_setaffinity(0, {processor})
    os.write(ready, b"!")
    os.read(start, 1)
    os.write(told, f"{turn()}".encode())
    os._exit(0)


def slowdown():
    """Of two loops, each on a processor of its own, to one; 1 where there is
    one processor."""
    before = os.sched_getaffinity(0)
    if len(before) < 2:
        return 1
    mine, other = sorted(before)[:2]
    (is_ready, ready), (start, go), (answer, told) = (os.pipe() for _ in "123")
    child = os.fork()
    if child == 0:
        turn_beside(other, ready, start, told)
    try:
        os.sched_setaffinity(0, {mine})
        os.read(is_ready, 1)
        alone = min(turn() for _ in range(3))
        os.write(go, b"!")
        longest = max(turn(), float(os.read(answer, 64)))
    finally:
        os.sched_setaffinity(0, before)
        os.waitpid(child, 0)
        for pipe in (is_ready, ready, start, go, answer, told):
            os.close(pipe)
    return longest / alone


def is_whole():
    return slowdown() < LONGER


def wait(seconds):
    """Until it is whole, or that time is over."""
    end = time.monotonic() + seconds
    while not is_whole() and time.monotonic() < end:
        time.sleep(PAUSE)
