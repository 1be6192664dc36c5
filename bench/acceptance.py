"""The lines that the engine has to meet, each with its figure."""
OURS = "dnnrun"
PEERS = ("Keras", "PyTorch", "JAX")
WIDE = (784, 2048, 2048, 10)
WIDE_ROWS = 11264


def divide(a, b):
    return None if a is None or not b else a / b


def at_most(limit):
    return f"at most {limit}", lambda value: value <= limit


def at_least(limit):
    return f"at least {limit}", lambda value: value >= limit


def behind(results, part, peer):
    """How many times our time the peer takes; each its better threads."""
    return divide(results.best(part, peer), results.best(part, OURS))


def behind_fastest(results, part):
    return min((behind(results, part, peer) for peer in PEERS
                if results.best(part, peer)), default=None)


def to_loop(results, threads):
    return divide(results.median("study-32", OURS, threads),
                  results.median("study-32", "bare-blas", 1))


def flops(units, rows):
    """Of an epoch: three products a layer, the first has no dx."""
    products = [(3 if i else 2, a * b) for i, (a, b)
                in enumerate(zip(units, units[1:]))]
    return 2 * rows * sum(n * size for n, size in products)


def share_of_peak(results, threads):
    seconds = results.median("wide-512", OURS, threads)
    peak = results.median("peak", "bare-blas", threads)
    return divide(flops(WIDE, WIDE_ROWS) / 1e9 / seconds if seconds else None,
                  peak)


def memory_ratio(results):
    plan = results.raw["plan"]
    needed = sum(plan[key] for key in ("data", "weights", "gradients", "arena"))
    peaks = results.medians.get("memory", {}).get(OURS, {})
    return divide(max(peaks.values(), default=None), needed / 1e6)


def predict_ratio(results):
    return divide(results.best("predict", OURS),
                  results.best("predict", "ONNX Runtime"))


def burner_ratio(results):
    return divide(results.median("burner", OURS, 2),
                  results.median("burner", OURS, 1))


def lines(results):
    """(number in the list, what, limit, figure)."""
    loop = "study, batch 32: dnnrun's time to the bare BLAS loop's on 1 thread"
    study = "study, batch 32: times as long takes "
    start = "process start to the end of the first step (ms), from "
    return [
        ("1", f"{loop}, on 1 thread", at_most(1.05), to_loop(results, 1)),
        ("1", f"{loop}, on 2 threads", at_most(0.70), to_loop(results, 2)),
        ("1", study + "Keras", at_least(7), behind(results, "study-32",
                                                   "Keras")),
        ("1", study + "PyTorch", at_least(3), behind(results, "study-32",
                                                     "PyTorch")),
        ("1", study + "JAX, the whole epoch compiled", at_least(1.6),
         behind(results, "study-32", "JAX")),
        ("1", study + "the oneDNN loop", ("more than 1", lambda v: v > 1),
         behind(results, "study-32", "oneDNN loop")),
        ("2", "study, batch 128: times as long takes the fastest peer",
         at_least(1.1), behind_fastest(results, "study-128")),
        ("2", "study, batch 512: times as long takes the fastest peer",
         at_least(1), behind_fastest(results, "study-512")),
        ("2", "wide, batch 512: share of the sgemm peak, 1 thread",
         at_least(0.85), share_of_peak(results, 1)),
        ("2", "wide, batch 512: share of the sgemm peak, 2 threads",
         at_least(0.85), share_of_peak(results, 2)),
        ("3", "tiny, batch 32: times as long takes PyTorch", at_least(50),
         behind(results, "tiny-32", "PyTorch")),
        ("3", "tiny, batch 32: times as long takes JAX, one call a step",
         at_least(10), behind(results, "tiny-32", "JAX, one call a step")),
        ("4", "one row: dnnrun's time to ONNX Runtime's", at_most(1),
         predict_ratio(results)),
        ("4", start + "IDX", at_most(50), results.best("first-step", OURS)),
        ("4", start + ".npy", at_most(50),
         results.best("first-step", f"{OURS}, .npy of bytes")),
        ("4", "peak memory to data, weights, gradients and arena",
         ("below 1.3", lambda v: v < 1.3), memory_ratio(results)),
        ("5", "beside a burner: time on 2 threads to that on 1", at_most(1.2),
         burner_ratio(results)),
    ]


def write(results):
    rows = ["## What has to hold", "", "| | | wanted | measured | holds |",
            "|---|---|---|---|---|"]
    for point, what, (limit, holds), value in lines(results):
        told = "not measured" if value is None else f"{value:.3g}"
        answer = "" if value is None else "yes" if holds(value) else "**no**"
        rows.append(f"| {point} | {what} | {limit} | {told} | {answer} |")
    plan = results.raw["plan"]
    parts = ", ".join(f"{key} {plan[key] / 1e6:.2f} MB" for key in
                      ("data", "weights", "gradients", "arena"))
    how = " (the arena counted by hand)" if plan["by_hand"] else ""
    rows += ["", f"Memory that training needs: {parts}{how}."]
    return "\n".join(rows)
